//! An attribute path that is bound to the schema tables, and the lookup of its values in a resource.

use super::document::find;
use super::schema::{Attribute, AttributeType, Schema};
use super::undeclared_values::fits;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The address of an attribute, a sub-attribute or a whole extension, in canonical names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoundPath {
    /// The URI of the extension that has the attribute; `None` for common and core attributes.
    pub(super) extension: Option<String>,
    /// The name of the attribute. For a path to a whole extension, the URI of the extension.
    pub(super) attribute: String,
    /// The sub-attribute.
    pub(super) sub_attribute: Option<String>,
    /// The data type of the attribute, and whether it is multi-valued; `None` for a whole extension.
    pub(super) stored_as: Option<(AttributeType, bool)>,
}

/// An object in which filters and orders look up values: a whole resource, or one complex value.
pub trait Subject {
    /// The values of the attribute in `path`, without regard to its sub-attribute. A multi-valued attribute yields each
    /// of its elements.
    fn elements(&self, path: &BoundPath) -> Cow<'_, [Value]>;
}

impl BoundPath {
    /// The address of an attribute.
    pub(super) fn new(
        extension: Option<&Schema>,
        attribute: &Attribute,
        sub_attribute: Option<&Attribute>,
    ) -> Self {
        Self {
            extension: extension.map(|schema| schema.id.clone()),
            attribute: attribute.name.clone(),
            sub_attribute: sub_attribute.map(|sub| sub.name.clone()),
            stored_as: Some((attribute.kind, attribute.multi_valued)),
        }
    }

    /// The address of an extension as a whole.
    pub(super) fn whole(extension: &Schema) -> Self {
        let attribute = extension.id.clone();
        Self { extension: None, attribute, sub_attribute: None, stored_as: None }
    }

    /// Whether the path names an extension as a whole.
    pub(super) fn is_whole_extension(&self) -> bool {
        self.stored_as.is_none()
    }

    /// Whether a stored value has the type that the table declares.
    pub(super) fn fits(&self, value: &Value) -> bool {
        self.stored_as.is_none_or(|(kind, multi_valued)| fits(kind, multi_valued, value))
    }

    /// The values of the path's sub-attribute in an element, or the element itself when the path has no sub-attribute.
    pub(super) fn in_element<'v>(&self, element: &'v Value) -> &'v [Value] {
        match &self.sub_attribute {
            Some(name) => {
                let object = element.as_object();
                object.and_then(|object| find(object, name)).map_or(&[], each)
            }
            None => std::slice::from_ref(element),
        }
    }
}

/// A value as a list: a single value is a list of one.
pub(super) fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        single => std::slice::from_ref(single),
    }
}

/// Attributes under their canonical names, extensions as objects under their URI.
impl Subject for Map<String, Value> {
    fn elements(&self, path: &BoundPath) -> Cow<'_, [Value]> {
        let owner = match &path.extension {
            Some(extension) => find(self, extension).and_then(Value::as_object),
            None => Some(self),
        };
        Cow::Borrowed(owner.and_then(|owner| find(owner, &path.attribute)).map_or(&[], each))
    }
}
