//! A whole resource as JSON: the client's attributes with `schemas`, `id` and `meta` around them (RFC 7643 §3).

use super::schema::{Attribute, ResourceType, Schema};
use super::undeclared::fits;
use super::{date_time, version};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// What the service knows about a resource beside the attributes a client set.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The `id`.
    pub id: &'a str,
    /// When it was created.
    pub created: OffsetDateTime,
    /// When it was last changed.
    pub last_modified: OffsetDateTime,
    /// Its version number.
    pub version: u64,
}

/// Puts a resource together. Attributes come in the order of the tables, whatever order they were stored in.
///
/// What no table declares, or of another type, is left out.
///
/// `base_url` is the tenant's SCIM root without a final slash; it makes `meta.location`.
pub fn assemble(
    resource_type: &ResourceType,
    identity: Identity<'_>,
    attributes: &Map<String, Value>,
    base_url: &str,
) -> Map<String, Value> {
    let mut resource = Map::new();
    let extensions: Vec<(&String, Value)> = resource_type
        .extensions
        .iter()
        .filter_map(|extension| Some((&extension.id, in_extension(extension, attributes)?)))
        .collect();
    // RFC 7643 §3: the core schema, and each extension that has data.
    let schemas = std::iter::once(&resource_type.schema.id);
    let schemas = schemas.chain(extensions.iter().map(|(id, _)| *id));
    let schemas = schemas.map(|id| Value::from(id.as_str())).collect();
    resource.insert("schemas".to_owned(), schemas);
    resource.insert("id".to_owned(), Value::from(identity.id));
    for attribute in resource_type.attributes() {
        if let Some(value) = attributes.get(&attribute.name) {
            let value = in_table_order(&attribute.sub_attributes, value);
            resource.insert(attribute.name.clone(), value);
        }
    }
    resource.extend(extensions.into_iter().map(|(id, value)| (id.clone(), value)));
    let meta = json!({
        "resourceType": resource_type.name,
        "created": date_time::format(identity.created),
        "lastModified": date_time::format(identity.last_modified),
        "location": location(resource_type, base_url, identity.id),
        "version": version::entity_tag(identity.version),
    });
    resource.insert("meta".to_owned(), meta);
    resource
}

/// The URL of a resource, as in `meta.location` and the `Location` header.
pub fn location(resource_type: &ResourceType, base_url: &str, id: &str) -> String {
    format!("{base_url}{}/{id}", resource_type.endpoint)
}

/// The object of an extension; `None` when there is nothing in it.
fn in_extension(extension: &Schema, attributes: &Map<String, Value>) -> Option<Value> {
    let object = attributes.get(&extension.id)?.as_object()?;
    let declared = extension.attributes.iter().filter_map(|attribute| {
        let value = object.get(&attribute.name).filter(|value| fits(attribute, value))?;
        Some((attribute.name.clone(), in_table_order(&attribute.sub_attributes, value)))
    });
    let object: Map<String, Value> = declared.collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

fn in_table_order(attributes: &[Attribute], value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            elements.iter().map(|element| in_table_order(attributes, element)).collect()
        }
        Value::Object(object) => {
            let ordered = attributes.iter().filter_map(|attribute| {
                let value = object.get(&attribute.name)?;
                let value = in_table_order(&attribute.sub_attributes, value);
                Some((attribute.name.clone(), value))
            });
            Value::Object(ordered.collect())
        }
        simple => simple.clone(),
    }
}
