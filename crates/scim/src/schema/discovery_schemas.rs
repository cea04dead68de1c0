//! The schemas of the discovery documents (RFC 7643 §5 to §7 and §8.7.2, RFC 9865 §4).
//!
//! No resource has these schemas. Clients read them, and a test compares the documents with them.

use super::attribute::Attribute;
use super::characteristics::{AttributeType, Mutability, Returned, Uniqueness};
use super::resource_type::Schema;
use crate::urn;
use strum::VariantNames;

/// The schemas of `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`.
pub fn service_schemas() -> [Schema; 3] {
    let schema = |id: &str, name: &str, description: &str, attributes: Vec<Attribute>| Schema {
        id: id.to_owned(),
        aliases: Vec::new(),
        name: name.to_owned(),
        description: description.to_owned(),
        attributes: attributes.into_iter().map(read_only).collect(),
    };
    [
        schema(
            urn::SERVICE_PROVIDER_CONFIG,
            "Service Provider Configuration",
            "What the service can do",
            service_provider_config(),
        ),
        schema(
            urn::RESOURCE_TYPE,
            "ResourceType",
            "A type of resource, with its endpoint and schemas",
            resource_type(),
        ),
        schema(urn::SCHEMA, "Schema", "A schema, with its attributes", schema_document()),
    ]
}

/// Makes an attribute and its sub-attributes readOnly. No client can change these documents.
fn read_only(mut attribute: Attribute) -> Attribute {
    attribute.sub_attributes = attribute.sub_attributes.into_iter().map(read_only).collect();
    attribute.mutability(Mutability::ReadOnly)
}

/// The attributes of `/ServiceProviderConfig` (RFC 7643 §5). The figure in §8.7.2 lacks `etag`, and the `type` and
/// `primary` of an authentication scheme.
fn service_provider_config() -> Vec<Attribute> {
    let supported = || Attribute::boolean("supported", "Whether it is supported").required();
    let feature = |name: &str, more: Vec<Attribute>, description: &str| {
        let parts = [supported()].into_iter().chain(more).collect();
        Attribute::complex(name, parts, description).required()
    };
    let page_sizes = vec![
        Attribute::boolean("cursor", "Whether pages by cursor are supported").required(),
        Attribute::boolean("index", "Whether pages by index are supported").required(),
        Attribute::string(
            "defaultPaginationMethod",
            "How pages are made when a query says nothing",
        )
        .canonical_values(&["cursor", "index"]),
        integer("defaultPageSize", "How many resources a page has when a query says nothing"),
        integer("maxPageSize", "The most resources of a page"),
        integer("cursorTimeout", "How long a cursor is good for, in seconds"),
    ];
    vec![
        external("documentationUri", "Where the service is described for people"),
        feature("patch", vec![], "Changes by PATCH"),
        feature(
            "bulk",
            vec![
                integer("maxOperations", "The most operations of a request").required(),
                integer("maxPayloadSize", "The longest body of a request, in bytes").required(),
            ],
            "Many operations in one request",
        ),
        feature(
            "filter",
            vec![integer("maxResults", "The most resources of an answer").required()],
            "Filters in queries",
        ),
        feature("changePassword", vec![], "Changes of passwords"),
        feature("sort", vec![], "Sorted answers to queries"),
        feature("etag", vec![], "Versions of resources as entity tags"),
        Attribute::complex("pagination", page_sizes, "How answers to queries are cut into pages"),
        Attribute::complex(
            "authenticationSchemes",
            vec![
                Attribute::string("type", "The kind of scheme").required().canonical_values(&[
                    "oauth",
                    "oauth2",
                    "oauthbearertoken",
                    "httpbasic",
                    "httpdigest",
                ]),
                Attribute::string("name", "What people call the scheme").required(),
                Attribute::string("description", "What the scheme is").required(),
                external("specUri", "The specification of the scheme"),
                external("documentationUri", "Where the scheme is described for people"),
                Attribute::boolean("primary", "Whether this is the preferred scheme"),
            ],
            "How a client says who it is",
        )
        .multi_valued()
        .required(),
    ]
}

/// The attributes of `/ResourceTypes` (RFC 7643 §6).
fn resource_type() -> Vec<Attribute> {
    let uri = |name: &str, description: &str| {
        Attribute::reference(name, &["uri"], description).required()
    };
    vec![
        Attribute::string("id", "The same as the name"),
        Attribute::string("name", "The name of the resource type").required(),
        Attribute::string("description", "What such a resource is"),
        uri("endpoint", "Where such resources are, after the base URL"),
        uri("schema", "The URI of the schema that such a resource always has"),
        Attribute::complex(
            "schemaExtensions",
            vec![
                uri("schema", "The URI of an extension"),
                Attribute::boolean("required", "Whether such a resource always has it").required(),
            ],
            "The schemas that such a resource can have besides",
        )
        .multi_valued()
        .required(),
    ]
}

/// The attributes of `/Schemas` (RFC 7643 §7).
fn schema_document() -> Vec<Attribute> {
    let attributes = |parts: Vec<Attribute>, name: &str, description: &str| {
        Attribute::complex(name, parts, description).multi_valued()
    };
    let mut parts = characteristics();
    // Only here does the RFC put a complex attribute into a complex attribute. The nesting ends there, because a
    // sub-attribute holds no complex attribute (RFC 7643 §2.3.8).
    parts.push(attributes(characteristics(), "subAttributes", "The parts of a complex attribute"));
    vec![
        Attribute::string("id", "The URI of the schema").required(),
        Attribute::string("name", "What people call the schema").required(),
        Attribute::string("description", "What the schema is for"),
        attributes(parts, "attributes", "The attributes of the schema").required(),
    ]
}

/// The characteristics of an attribute.
fn characteristics() -> Vec<Attribute> {
    let word = |name: &str, words: &[&str], description: &str| {
        Attribute::string(name, description).case_exact().canonical_values(words)
    };
    vec![
        word("name", &[], "The name of the attribute").required(),
        Attribute::string("type", "The data type")
            .canonical_values(AttributeType::VARIANTS)
            .required(),
        Attribute::boolean("multiValued", "Whether it holds a list of values").required(),
        word("description", &[], "What the attribute is for people"),
        Attribute::boolean("required", "Whether a resource cannot be without it"),
        word("canonicalValues", &[], "Values that are suggested").multi_valued(),
        Attribute::boolean("caseExact", "Whether text is compared exactly"),
        word("mutability", Mutability::VARIANTS, "Who may set it, and when"),
        word("returned", Returned::VARIANTS, "When it is part of an answer"),
        word("uniqueness", Uniqueness::VARIANTS, "How far it is unique"),
        word("referenceTypes", &[], "What a reference may point to").multi_valued(),
    ]
}

fn integer(name: &str, description: &str) -> Attribute {
    Attribute::new(AttributeType::Integer, name, description)
}

fn external(name: &str, description: &str) -> Attribute {
    Attribute::reference(name, &["external"], description)
}
