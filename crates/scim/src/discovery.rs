//! Builds the discovery documents (RFC 7644 §4) from the schema tables.

use super::schema::{
    Attribute, AttributeType, ResourceType, ResourceTypes, Schema, service_schemas,
};
use super::{Limits, urn};
use serde_json::{Map, Value, json};

/// The parts of `/ServiceProviderConfig` that the service chooses. Its clients send bearer tokens (RFC 6750).
#[derive(Debug, Clone, Copy)]
pub struct ServiceProvider<'a> {
    /// The page that describes the service to people.
    pub documentation_url: &'a str,
    /// The name of the bearer token in the documentation.
    pub token_name: &'a str,
    /// A description of the bearer token.
    pub token_description: &'a str,
    /// The time for which a cursor is valid, in seconds.
    pub cursor_timeout_secs: u64,
    /// The limits that the service announces.
    pub limits: &'a Limits,
}

/// `/ServiceProviderConfig` (RFC 7643 §5): the features of the service.
pub fn service_provider_config(base_url: &str, service: &ServiceProvider<'_>) -> Value {
    let limits = service.limits;
    json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "documentationUri": service.documentation_url,
        "patch": {"supported": true},
        "bulk": {
            "supported": true,
            "maxOperations": limits.bulk_operations,
            "maxPayloadSize": limits.body_bytes,
        },
        "filter": {"supported": true, "maxResults": limits.page_resources},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": pagination(service),
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": service.token_name,
            "description": service.token_description,
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
fn pagination(service: &ServiceProvider<'_>) -> Value {
    json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": service.limits.default_page_resources,
        "maxPageSize": service.limits.page_resources,
        "cursorTimeout": service.cursor_timeout_secs,
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
