//! Builds the discovery documents (RFC 7644 §4) from the schema tables.

use super::list_response::{DEFAULT_COUNT, MAX_COUNT};
use super::schema::{
    Attribute, AttributeType, ResourceType, ResourceTypes, Schema, service_schemas,
};
use super::{bulk, urn};
use serde_json::{Map, Value, json};

/// `/ServiceProviderConfig` (RFC 7643 §5): the features of this service.
pub fn service_provider_config(
    base_url: &str,
    documentation_url: &str,
    cursor_timeout_secs: u64,
) -> Value {
    json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "documentationUri": documentation_url,
        "patch": {"supported": true},
        "bulk": {
            "supported": true,
            "maxOperations": bulk::MAX_OPERATIONS,
            "maxPayloadSize": bulk::MAX_PAYLOAD_BYTES,
        },
        "filter": {"supported": true, "maxResults": MAX_COUNT},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": pagination(cursor_timeout_secs),
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Secret Token",
            "description": "The tenant's Secret Token as a bearer token (RFC 6750)",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base_url}/ServiceProviderConfig"),
        },
    })
}

/// The `pagination` of `/ServiceProviderConfig` (RFC 9865 §4). Index is the default, for clients that know only this
/// method.
fn pagination(cursor_timeout_secs: u64) -> Value {
    json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": DEFAULT_COUNT,
        "maxPageSize": MAX_COUNT,
        "cursorTimeout": cursor_timeout_secs,
    })
}

/// One document of `/ResourceTypes` (RFC 7643 §6).
pub fn resource_type(resource_type: &ResourceType, base_url: &str) -> Value {
    let extensions: Vec<Value> = resource_type
        .extensions
        .iter()
        .map(|extension| json!({"schema": extension.id, "required": false}))
        .collect();
    json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": resource_type.name,
        "name": resource_type.name,
        "endpoint": resource_type.endpoint,
        "description": resource_type.description,
        "schema": resource_type.schema.id,
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base_url}/ResourceTypes/{}", resource_type.name),
        },
    })
}

/// The documents of `/Schemas` (RFC 7643 §7): the schemas of the resource types, then the schemas of the discovery
/// documents.
pub fn schemas(types: &ResourceTypes, base_url: &str) -> Vec<Value> {
    let service = service_schemas();
    types.schemas().chain(&service).map(|one| schema(one, base_url)).collect()
}

/// The document of `/Schemas/{urn}`; `None` when there is no such schema.
pub fn schema_called(urn: &str, types: &ResourceTypes, base_url: &str) -> Option<Value> {
    let service = service_schemas();
    let found = types.schemas().chain(&service).find(|schema| schema.is_called(urn))?;
    Some(schema(found, base_url))
}

fn schema(schema: &Schema, base_url: &str) -> Value {
    json!({
        "schemas": [urn::SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes(&schema.attributes),
        "meta": {
            "resourceType": "Schema",
            "location": format!("{base_url}/Schemas/{}", schema.id),
        },
    })
}

fn attributes(attributes: &[Attribute]) -> Vec<Value> {
    attributes.iter().map(attribute).collect()
}

fn attribute(attribute: &Attribute) -> Value {
    let mut document = Map::new();
    let mut set = |name: &str, value: Value| document.insert(name.to_owned(), value);
    set("name", attribute.name.as_str().into());
    set("type", attribute.kind.as_str().into());
    set("multiValued", attribute.multi_valued.into());
    set("description", attribute.description.as_str().into());
    set("required", attribute.required.into());
    if !attribute.canonical_values.is_empty() {
        set("canonicalValues", attribute.canonical_values.clone().into());
    }
    set("caseExact", attribute.case_exact.into());
    set("mutability", attribute.mutability.as_str().into());
    set("returned", attribute.returned.as_str().into());
    set("uniqueness", attribute.uniqueness.as_str().into());
    if !attribute.reference_types.is_empty() {
        set("referenceTypes", attribute.reference_types.clone().into());
    }
    if attribute.kind == AttributeType::Complex {
        set("subAttributes", attributes(&attribute.sub_attributes).into());
    }
    Value::Object(document)
}
