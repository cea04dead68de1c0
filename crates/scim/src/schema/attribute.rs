//! One attribute and its characteristics (RFC 7643 §2.2), with the builder the tables are written in.

use crate::error::quoted;

/// Data types of RFC 7643 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// All of them, in the order of RFC 7643 §2.3.
    pub const ALL: [Self; 8] = [
        Self::String,
        Self::Boolean,
        Self::Decimal,
        Self::Integer,
        Self::DateTime,
        Self::Binary,
        Self::Reference,
        Self::Complex,
    ];

    /// The name in a schema document (RFC 7643 §7, `type`).
    pub fn as_str(self) -> &'static str {
        match self {
            AttributeType::String => "string",
            AttributeType::Boolean => "boolean",
            AttributeType::Decimal => "decimal",
            AttributeType::Integer => "integer",
            AttributeType::DateTime => "dateTime",
            AttributeType::Binary => "binary",
            AttributeType::Reference => "reference",
            AttributeType::Complex => "complex",
        }
    }
}

/// Who may set an attribute, and when (RFC 7643 §7, `mutability`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Only the server; values sent by a client are ignored or refused.
    ReadOnly,
    /// Client and server, at any time.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client; it is never given back.
    WriteOnly,
}

impl Mutability {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ReadOnly, Self::ReadWrite, Self::Immutable, Self::WriteOnly];

    /// The name in a schema document.
    pub fn as_str(self) -> &'static str {
        match self {
            Mutability::ReadOnly => "readOnly",
            Mutability::ReadWrite => "readWrite",
            Mutability::Immutable => "immutable",
            Mutability::WriteOnly => "writeOnly",
        }
    }
}

/// When an attribute is part of an answer (RFC 7643 §7, `returned`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// In every answer, whatever `attributes` and `excludedAttributes` say.
    Always,
    /// In no answer.
    Never,
    /// Unless `attributes` leaves it out or `excludedAttributes` names it.
    Default,
    /// Only when `attributes` names it.
    Request,
}

impl Returned {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Always, Self::Never, Self::Default, Self::Request];

    /// The name in a schema document.
    pub fn as_str(self) -> &'static str {
        match self {
            Returned::Always => "always",
            Returned::Never => "never",
            Returned::Default => "default",
            Returned::Request => "request",
        }
    }
}

/// How far a value must be unique (RFC 7643 §7, `uniqueness`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// Not at all.
    None,
    /// Within the tenant.
    Server,
    /// Everywhere.
    Global,
}

impl Uniqueness {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Server, Self::Global];

    /// The name in a schema document.
    pub fn as_str(self) -> &'static str {
        match self {
            Uniqueness::None => "none",
            Uniqueness::Server => "server",
            Uniqueness::Global => "global",
        }
    }
}

/// What becomes of an element of a list that has no `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutValue {
    /// It is left out: a phone number without a number says nothing.
    LeftOut,
    /// It is kept: a role may have nothing but a `display` (RFC 7643 §8.7.1 requires no sub-attribute).
    Kept,
    /// An empty element is left out. An element with an unknown name instead is refused: emails identify people.
    RefusedUnderAnotherName,
    /// It is refused: the request would lose a member without an id.
    Refused,
}

/// An attribute definition (RFC 7643 §7). The defaults of a new one are those of §2.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in canonical spelling; names are compared without regard to ASCII case (§2.1).
    pub name: String,
    /// The data type.
    pub kind: AttributeType,
    /// Whether it holds a list of values.
    pub multi_valued: bool,
    /// For people who read `/Schemas`.
    pub description: String,
    /// Whether a resource cannot be without it.
    pub required: bool,
    /// Suggested values, such as `work` and `home`; others are accepted too.
    pub canonical_values: Vec<String>,
    /// Whether text is compared exactly, or without regard to case.
    pub case_exact: bool,
    /// Who may set it.
    pub mutability: Mutability,
    /// When it is given back.
    pub returned: Returned,
    /// How far it must be unique.
    pub uniqueness: Uniqueness,
    /// What a reference may point to: resource type names, `external` or `uri`.
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    pub sub_attributes: Vec<Attribute>,
    /// The longest text accepted, in Unicode characters.
    pub max_chars: usize,
    /// The most values accepted in a list.
    pub max_values: usize,
    /// Whether bare text stands for `{"value": text}`: several identity providers send a manager so, and roles.
    pub bare_value: bool,
    /// What becomes of an element without a `value`.
    pub without_value: WithoutValue,
    /// Whether text that is too long is left out instead of refused.
    pub left_out_when_long: bool,
    /// Whether this service always has a value for it, so that a client need not send one although it is required.
    pub defaulted: bool,
    /// Whether its values are kept beside the resource and not in it: they do not count for its size, and a PATCH is
    /// applied to those of them that it can reach.
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

    /// Makes it a list.
    pub fn multi_valued(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    /// Makes it required.
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

    /// Sets when it is returned.
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

    /// Sets the longest text accepted, in characters.
    pub fn max_chars(mut self, max_chars: usize) -> Self {
        self.max_chars = max_chars;
        self
    }

    /// Sets the most values accepted in a list.
    pub fn max_values(mut self, max_values: usize) -> Self {
        self.max_values = max_values;
        self
    }

    /// Lets bare text stand for `{"value": text}`.
    pub fn bare_value(mut self) -> Self {
        self.bare_value = true;
        self
    }

    /// Says what becomes of an element without a `value`.
    pub fn without_value(mut self, without_value: WithoutValue) -> Self {
        self.without_value = without_value;
        self
    }

    /// Whether `text` is too long, and left out for that.
    pub fn leaves_out(&self, text: &str) -> bool {
        self.left_out_when_long && text.chars().nth(self.max_chars).is_some()
    }

    /// Lets a resource do without the value when its text is too long.
    pub fn left_out_when_long(mut self) -> Self {
        self.left_out_when_long = true;
        self
    }

    /// Makes it one that always has a value, whether a client sends it or not.
    pub fn defaulted(mut self) -> Self {
        self.required = true;
        self.defaulted = true;
        self
    }

    /// Keeps its values beside the resource.
    pub fn kept_apart(mut self) -> Self {
        self.kept_apart = true;
        self
    }

    /// Whether `name` names this attribute (RFC 7643 §2.1: without regard to case).
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The sub-attribute called `name`.
    pub fn sub_attribute(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|sub| sub.is_named(name))
    }

    /// What an error says about the sub-attribute `name`, which this attribute does not have.
    pub(crate) fn lacks(&self, name: &str) -> String {
        let (owner, name) = (&self.name, quoted(name));
        if self.sub_attributes.is_empty() {
            return format!("\"{owner}\" has no sub-attributes, found {name}");
        }
        format!("\"{owner}\" has no sub-attribute {name}; it has {}", self.sub_attribute_names())
    }

    /// The sub-attributes, as an error lists them.
    pub(crate) fn sub_attribute_names(&self) -> String {
        let names: Vec<&str> = self.sub_attributes.iter().map(|sub| sub.name.as_str()).collect();
        names.join(", ")
    }
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}
