//! Writes a resource as JSON, in the order of the schema tables, with the projection of the request.
//!
//! The order is `schemas`, `id`, common and core attributes, extensions, the relation, `meta`.

use super::{Reference, Relation, Resource};
use crate::document::find;
use crate::projection::{BoundProjection, ProjectedAttribute};
use crate::undeclared_values::fits;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A resource with the attributes that a response shows.
#[derive(Debug)]
pub struct ProjectedResource<'a> {
    resource: Resource<'a>,
    projection: &'a BoundProjection<'a>,
}

impl<'a> ProjectedResource<'a> {
    pub(super) fn new(resource: Resource<'a>, projection: &'a BoundProjection<'a>) -> Self {
        Self { resource, projection }
    }
}

impl Serialize for ProjectedResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { resource, projection } = self;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("schemas", &Schemas(resource))?;
        object.serialize_entry("id", resource.identity.id)?;
        for shown in projection.core() {
            let name = &shown.attribute.name;
            if let Some(value) = resource.document.get(name).filter(|value| shown.is_in(value)) {
                object.serialize_entry(name, &ProjectedValue { shown, value })?;
            }
        }
        for (extension, attributes) in projection.extensions() {
            let Some(stored) = resource.in_extension(extension) else { continue };
            let content = ExtensionContent { stored, attributes };
            if content.entries().next().is_some() {
                object.serialize_entry(&extension.id, &content)?;
            }
        }
        if let Some(relation) = &resource.relation
            && let Some(shown) = projection.attribute(relation.attribute)
        {
            let base_url = resource.base_url;
            let values = ProjectedRelation { shown, relation, base_url };
            if relation.values.is_empty() || values.elements().next().is_some() {
                object.serialize_entry(relation.attribute, &values)?;
            }
        }
        if let Some(shown) =
            projection.attribute("meta").filter(|shown| shown.parts().next().is_some())
        {
            object.serialize_entry("meta", &Meta { shown, resource })?;
        }
        object.end()
    }
}

struct Schemas<'a>(&'a Resource<'a>);

impl Serialize for Schemas<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.schemas())
    }
}

/// The value of an attribute. Elements with nothing to show are left out, and sub-attributes have table order.
struct ProjectedValue<'a> {
    shown: &'a ProjectedAttribute<'a>,
    value: &'a Value,
}

impl Serialize for ProjectedValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self.shown;
        match self.value {
            Value::Array(elements) => {
                let elements = elements.iter().filter(|element| shown.is_in(element));
                serializer.collect_seq(elements.map(|value| ProjectedValue { shown, value }))
            }
            Value::Object(object) => serializer
                .collect_map(shown.parts().filter_map(|name| Some((name, find(object, name)?)))),
            simple => simple.serialize(serializer),
        }
    }
}

/// The attributes of an extension that are declared, stored and shown.
struct ExtensionContent<'a> {
    stored: &'a Map<String, Value>,
    attributes: &'a [ProjectedAttribute<'a>],
}

impl<'a> ExtensionContent<'a> {
    fn entries(&self) -> impl Iterator<Item = (&'a str, ProjectedValue<'a>)> {
        let stored = self.stored;
        self.attributes.iter().filter_map(|shown| {
            let attribute = shown.attribute;
            let value = find(stored, &attribute.name)?;
            let is_shown =
                fits(attribute.kind, attribute.multi_valued, value) && shown.is_in(value);
            is_shown.then_some((attribute.name.as_str(), ProjectedValue { shown, value }))
        })
    }
}

impl Serialize for ExtensionContent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

/// The values of a relation. They are written directly from their references, without a JSON value for each.
struct ProjectedRelation<'a> {
    shown: &'a ProjectedAttribute<'a>,
    relation: &'a Relation<'a>,
    base_url: &'a str,
}

impl<'a> ProjectedRelation<'a> {
    fn elements(&self) -> impl Iterator<Item = ProjectedReference<'a>> {
        let (shown, base_url) = (self.shown, self.base_url);
        self.relation.values.iter().filter_map(move |reference| {
            let element = ProjectedReference { shown, reference, base_url };
            element.has_part().then_some(element)
        })
    }
}

impl Serialize for ProjectedRelation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.elements())
    }
}

struct ProjectedReference<'a> {
    shown: &'a ProjectedAttribute<'a>,
    reference: &'a Reference<'a>,
    base_url: &'a str,
}

impl ProjectedReference<'_> {
    fn has_part(&self) -> bool {
        let Reference { endpoint, kind, display, .. } = self.reference;
        self.shown.parts().any(|name| match name {
            "value" => true,
            "$ref" => endpoint.is_some(),
            "type" => kind.is_some(),
            "display" => display.is_some(),
            _ => false,
        })
    }
}

impl Serialize for ProjectedReference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Reference { id, endpoint, kind, display } = *self.reference;
        let mut object = serializer.serialize_map(None)?;
        for name in self.shown.parts() {
            match (name, endpoint, kind, display) {
                ("value", ..) => object.serialize_entry("value", &format_args!("{id}"))?,
                ("$ref", Some(endpoint), ..) => {
                    let url = format_args!("{}{endpoint}/{id}", self.base_url);
                    object.serialize_entry("$ref", &url)?;
                }
                ("type", _, Some(kind), _) => object.serialize_entry("type", kind)?,
                ("display", .., Some(display)) => object.serialize_entry("display", display)?,
                _ => {}
            }
        }
        object.end()
    }
}

struct Meta<'a> {
    shown: &'a ProjectedAttribute<'a>,
    resource: &'a Resource<'a>,
}

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = self.shown.parts();
        serializer.collect_map(parts.filter_map(|name| Some((name, self.resource.meta(name)?))))
    }
}
