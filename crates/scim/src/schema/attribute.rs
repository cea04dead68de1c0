//! An attribute and its characteristics (RFC 7643 §2.2), with the builder of the tables.

use super::characteristics::{AttributeType, Mutability, Returned, Uniqueness, WithoutValue};
use crate::error::quoted;

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

    /// Whether a client can set the sub-attribute `name` only once.
    pub(crate) fn has_immutable(&self, name: &str) -> bool {
        self.sub_attribute(name).is_some_and(|sub| sub.mutability == Mutability::Immutable)
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
