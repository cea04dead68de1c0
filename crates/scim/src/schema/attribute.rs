//! An attribute and its characteristics (RFC 7643 §2.2), with the builder of the tables.

use crate::error::quoted;
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

/// The definition of an attribute (RFC 7643 §7). A new attribute has the defaults of §2.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name in canonical spelling. Names are compared without regard to ASCII case (§2.1).
    pub name: String,
    /// The data type.
    pub kind: AttributeType,
    /// Whether the attribute holds a list of values.
    pub multi_valued: bool,
    /// A description for readers of `/Schemas`.
    pub description: String,
    /// Whether every resource must have the attribute.
    pub required: bool,
    /// Suggested values, such as `work` and `home`. Other values are accepted too.
    pub canonical_values: Vec<String>,
    /// Whether text is compared exactly, or without regard to case.
    pub case_exact: bool,
    /// The party that may set the attribute, and the time.
    pub mutability: Mutability,
    /// The condition under which a response has the attribute.
    pub returned: Returned,
    /// The scope in which a value must be unique.
    pub uniqueness: Uniqueness,
    /// The targets of a reference: resource type names, `external` or `uri`.
    pub reference_types: Vec<String>,
    /// The sub-attributes of a complex attribute.
    pub sub_attributes: Vec<Attribute>,
    /// The maximum length of text, in Unicode characters.
    pub max_chars: usize,
    /// The maximum number of values in a list.
    pub max_values: usize,
    /// Whether bare text stands for `{"value": text}`. Several identity providers send managers and roles in this form.
    pub bare_value: bool,
    /// The treatment of a list element without a `value`.
    pub without_value: WithoutValue,
    /// Whether text over the maximum length is left out. Otherwise, such text fails the request.
    pub left_out_when_long: bool,
    /// Whether the service always has a value. A client need not send the attribute, although it is required.
    pub defaulted: bool,
    /// Whether the values are kept beside the resource and not in it.
    ///
    /// Such values do not count for the size of the resource. A PATCH is applied only to the values that it can reach.
    pub kept_apart: bool,
}

impl Attribute {
    /// A single-valued, optional, readWrite attribute that is returned by default.
    pub fn new(kind: AttributeType, name: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            multi_valued: false,
            description: description.to_owned(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: matches!(kind, AttributeType::Binary | AttributeType::Reference),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
            max_chars: if kind == AttributeType::Binary { 32_768 } else { 4_096 },
            max_values: 100,
            bare_value: false,
            without_value: WithoutValue::LeftOut,
            left_out_when_long: false,
            defaulted: false,
            kept_apart: false,
        }
    }

    /// Text.
    pub fn string(name: &str, description: &str) -> Self {
        Self::new(AttributeType::String, name, description)
    }

    /// `true` or `false`.
    pub fn boolean(name: &str, description: &str) -> Self {
        Self::new(AttributeType::Boolean, name, description)
    }

    /// An instant.
    pub fn date_time(name: &str, description: &str) -> Self {
        Self::new(AttributeType::DateTime, name, description)
    }

    /// Base64 text.
    pub fn binary(name: &str, description: &str) -> Self {
        Self::new(AttributeType::Binary, name, description)
    }

    /// A URI that points to one of `reference_types`.
    pub fn reference(name: &str, reference_types: &[&str], description: &str) -> Self {
        let mut attribute = Self::new(AttributeType::Reference, name, description);
        attribute.reference_types = owned(reference_types);
        attribute
    }

    /// An object with `sub_attributes`.
    pub fn complex(name: &str, sub_attributes: Vec<Attribute>, description: &str) -> Self {
        let mut attribute = Self::new(AttributeType::Complex, name, description);
        attribute.sub_attributes = sub_attributes;
        attribute
    }

    /// Makes the attribute a list.
    pub fn multi_valued(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    /// Makes the attribute required.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Makes text comparison exact.
    pub fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    /// Sets the mutability.
    pub fn mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// Sets the condition under which a response has the attribute.
    pub fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// Sets the uniqueness.
    pub fn uniqueness(mut self, uniqueness: Uniqueness) -> Self {
        self.uniqueness = uniqueness;
        self
    }

    /// Sets the suggested values.
    pub fn canonical_values(mut self, values: &[&str]) -> Self {
        self.canonical_values = owned(values);
        self
    }

    /// Sets the maximum length of text, in characters.
    pub fn max_chars(mut self, max_chars: usize) -> Self {
        self.max_chars = max_chars;
        self
    }

    /// Sets the maximum number of values in a list.
    pub fn max_values(mut self, max_values: usize) -> Self {
        self.max_values = max_values;
        self
    }

    /// Lets bare text stand for `{"value": text}`.
    pub fn bare_value(mut self) -> Self {
        self.bare_value = true;
        self
    }

    /// Sets the treatment of a list element without a `value`.
    pub fn without_value(mut self, without_value: WithoutValue) -> Self {
        self.without_value = without_value;
        self
    }

    /// Whether `text` is over the maximum length and is left out for that reason.
    pub fn leaves_out(&self, text: &str) -> bool {
        self.left_out_when_long && text.chars().nth(self.max_chars).is_some()
    }

    /// Leaves the value out when its text is over the maximum length.
    pub fn left_out_when_long(mut self) -> Self {
        self.left_out_when_long = true;
        self
    }

    /// Makes the attribute required, with a value from the service when the client sends none.
    pub fn defaulted(mut self) -> Self {
        self.required = true;
        self.defaulted = true;
        self
    }

    /// Keeps the values beside the resource.
    pub fn kept_apart(mut self) -> Self {
        self.kept_apart = true;
        self
    }

    /// Whether `name` names this attribute, without regard to ASCII case (RFC 7643 §2.1).
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The sub-attribute called `name`.
    pub fn sub_attribute(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|sub| sub.is_named(name))
    }

    /// The error text for a sub-attribute `name` that this attribute does not have.
    pub(crate) fn lacks(&self, name: &str) -> String {
        let (owner, name) = (&self.name, quoted(name));
        if self.sub_attributes.is_empty() {
            return format!("\"{owner}\" has no sub-attributes, found {name}");
        }
        format!("\"{owner}\" has no sub-attribute {name}; it has {}", self.sub_attribute_names())
    }

    /// The names of the sub-attributes, in the form for an error text.
    pub(crate) fn sub_attribute_names(&self) -> String {
        let names: Vec<&str> = self.sub_attributes.iter().map(|sub| sub.name.as_str()).collect();
        names.join(", ")
    }
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}
