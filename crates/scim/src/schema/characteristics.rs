//! The characteristics of an attribute (RFC 7643 §2.2 and §7).

use strum::{IntoStaticStr, VariantNames};

/// The data types of RFC 7643 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "camelCase")]
pub enum AttributeType {
    /// Text (§2.3.1).
    String,
    /// `true` or `false` (§2.3.2).
    Boolean,
    /// A real number (§2.3.3).
    Decimal,
    /// A whole number (§2.3.4).
    Integer,
    /// An `xsd:dateTime` (§2.3.5).
    DateTime,
    /// Base64 text (§2.3.6).
    Binary,
    /// A URI (§2.3.7).
    Reference,
    /// An object with sub-attributes (§2.3.8).
    Complex,
}

impl AttributeType {
    /// The name of the data type in a schema document (RFC 7643 §7, `type`).
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The party that may set an attribute, and the time (RFC 7643 §7, `mutability`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "camelCase")]
pub enum Mutability {
    /// Only the server sets the attribute. Values from a client are ignored or fail.
    ReadOnly,
    /// Client and server set the attribute at any time.
    ReadWrite,
    /// The client sets the attribute once.
    Immutable,
    /// The client sets the attribute. No response returns it.
    WriteOnly,
}

impl Mutability {
    /// The name of the mutability in a schema document.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The condition under which a response has an attribute (RFC 7643 §7, `returned`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "camelCase")]
pub enum Returned {
    /// Every response has the attribute, regardless of `attributes` and `excludedAttributes`.
    Always,
    /// No response has the attribute.
    Never,
    /// A response has the attribute unless `attributes` omits it or `excludedAttributes` names it.
    Default,
    /// A response has the attribute only when `attributes` names it.
    Request,
}

impl Returned {
    /// The name of the value in a schema document.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The scope in which a value must be unique (RFC 7643 §7, `uniqueness`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "camelCase")]
pub enum Uniqueness {
    /// The value need not be unique.
    None,
    /// The value is unique within one service provider endpoint.
    Server,
    /// The value is unique everywhere.
    Global,
}

impl Uniqueness {
    /// The name of the value in a schema document.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The treatment of a list element without a `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutValue {
    /// The element is left out: a phone number without a number has no content.
    LeftOut,
    /// The element is kept: a role may have only a `display` (RFC 7643 §8.7.1 requires no sub-attribute).
    Kept,
    /// An empty element is left out. An element with an unknown name instead fails the request, because emails identify
    /// people.
    RefusedUnderAnotherName,
    /// The request fails, because it would lose a member without an id.
    Refused,
}
