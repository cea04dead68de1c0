//! A whole resource (RFC 7643 §3): the client's attributes, with `schemas`, `id`, `meta` and a relation to other
//! resources.
//!
//! A [`Resource`] borrows stored data. Filters and orders look up values in it; [`Resource::projected`] writes it as
//! JSON.

mod write;

#[cfg(test)]
mod tests;

pub use write::ProjectedResource;

use super::bound_path::{BoundPath, Subject, each};
use super::document::{Document, find};
use super::projection::BoundProjection;
use super::schema::{ResourceType, Schema};
use super::undeclared_values::is_shown;
use super::{date_time, version};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt::{self, Display};
use time::OffsetDateTime;

/// The data that the service keeps about a resource, beside the attributes that a client set.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The `id`.
    pub id: &'a str,
    /// The time of creation.
    pub created: OffsetDateTime,
    /// The time of the last change.
    pub last_modified: OffsetDateTime,
    /// The version number.
    pub version: u64,
}

/// A resource, with everything that a response can show.
#[derive(Debug, Clone)]
pub struct Resource<'a> {
    /// The resource type. Values that the type does not declare are invisible.
    pub resource_type: &'a ResourceType,
    /// The data that the service keeps about the resource.
    pub identity: Identity<'a>,
    /// The attributes that a client set.
    pub document: &'a Document,
    /// The attribute that refers to other resources, if the resource has such an attribute.
    pub relation: Option<Relation<'a>>,
    /// The SCIM root, without a final slash. It is the start of `meta.location`.
    pub base_url: &'a str,
}

/// A multi-valued attribute that refers to other resources. It is stored outside the document.
#[derive(Debug, Clone)]
pub struct Relation<'a> {
    /// The name of the attribute.
    pub attribute: &'a str,
    /// The values of the attribute. A response shows an empty list as an empty list.
    pub values: Vec<Reference<'a>>,
}

/// A reference to another resource (RFC 7643 §2.4).
#[derive(Clone, Copy)]
pub struct Reference<'a> {
    /// The `value`: the id of the other resource.
    pub id: &'a dyn Display,
    /// The endpoint of the other resource, for `$ref`.
    pub endpoint: Option<&'a str>,
    /// The `type`.
    pub kind: Option<&'a str>,
    /// The `display`.
    pub display: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// A reference with only a `value`.
    pub fn to(id: &'a dyn Display) -> Self {
        Self { id, endpoint: None, kind: None, display: None }
    }
}

impl fmt::Debug for Reference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Reference({})", self.id)
    }
}

/// The URL of a resource, as in `meta.location` and the `Location` header.
pub fn location(resource_type: &ResourceType, base_url: &str, id: &str) -> String {
    format!("{base_url}{}/{id}", resource_type.endpoint)
}

impl<'a> Resource<'a> {
    /// The resource as a response shows it.
    pub fn projected(self, projection: &'a BoundProjection<'a>) -> ProjectedResource<'a> {
        ProjectedResource::new(self, projection)
    }

    /// The `schemas`: the core schema, and each extension with declared values (RFC 7643 §3).
    fn schemas(&self) -> impl Iterator<Item = &'a str> {
        let has_data = |extension: &&Schema| {
            let object = self.in_extension(extension);
            object.is_some_and(|object| {
                object.iter().any(|(name, value)| is_shown(extension, name, value))
            })
        };
        let extensions = self.resource_type.extensions.iter().filter(has_data);
        let extensions = extensions.map(|extension| extension.id.as_str());
        std::iter::once(self.resource_type.schema.id.as_str()).chain(extensions)
    }

    /// The stored values of an extension, with undeclared values.
    fn in_extension(&self, extension: &Schema) -> Option<&'a Map<String, Value>> {
        self.document.get(&extension.id)?.as_object()
    }

    /// A sub-attribute of `meta`.
    fn meta(&self, name: &str) -> Option<String> {
        let Identity { id, created, last_modified, version } = self.identity;
        Some(match name {
            "resourceType" => self.resource_type.name.clone(),
            "created" => date_time::format(created),
            "lastModified" => date_time::format(last_modified),
            "location" => location(self.resource_type, self.base_url, id),
            "version" => version::entity_tag(version),
            _ => return None,
        })
    }

    /// Builds `meta` with all its sub-attributes, or with one of them.
    fn meta_object(&self, only: Option<&str>) -> Value {
        let attribute = self.resource_type.attribute("meta").into_iter();
        let names = attribute.flat_map(|meta| &meta.sub_attributes).map(|part| part.name.as_str());
        let names = names.filter(|name| only.is_none_or(|only| only == *name));
        names.filter_map(|name| Some((name.to_owned(), Value::from(self.meta(name)?)))).collect()
    }

    /// Builds an extension from its declared values; `None` when there are none.
    fn extension_object(&self, extension: &Schema) -> Option<Value> {
        let stored = self.in_extension(extension)?.iter();
        let shown = stored.filter(|(name, value)| is_shown(extension, name, value));
        let shown: Map<String, Value> =
            shown.map(|(name, value)| (name.clone(), value.clone())).collect();
        (!shown.is_empty()).then_some(Value::Object(shown))
    }
}

/// Builds `schemas`, `id`, `meta` and the relation only when a path names them.
impl Subject for Resource<'_> {
    fn elements(&self, path: &BoundPath) -> Cow<'_, [Value]> {
        let name = path.attribute.as_str();
        if let Some(extension) = &path.extension {
            let object = self.document.get(extension).and_then(Value::as_object);
            let value = object.and_then(|object| find(object, name));
            return Cow::Borrowed(value.filter(|value| path.fits(value)).map_or(&[], each));
        }
        match (name, &self.relation) {
            ("schemas", _) => self.schemas().map(Value::from).collect(),
            ("id", _) => Cow::Owned(vec![Value::from(self.identity.id)]),
            ("meta", _) => Cow::Owned(vec![self.meta_object(path.sub_attribute.as_deref())]),
            (name, Some(relation)) if name == relation.attribute => {
                relation.values.iter().map(|reference| reference.to_value()).collect()
            }
            (uri, _) if path.is_whole_extension() => {
                let extension = self.resource_type.extension(uri);
                extension
                    .and_then(|extension| self.extension_object(extension))
                    .into_iter()
                    .collect()
            }
            (name, _) => Cow::Borrowed(self.document.get(name).map_or(&[], each)),
        }
    }
}

impl Reference<'_> {
    /// Builds the reference with only its `value`. A filter cannot name the other sub-attributes.
    fn to_value(self) -> Value {
        Value::Object(Map::from_iter([("value".to_owned(), self.id.to_string().into())]))
    }
}
