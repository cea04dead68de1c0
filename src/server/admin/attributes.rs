//! `/attributes`: the custom attributes that the tenant declares for its users.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::Tenant;
use crate::server::error::Answer;
use crate::server::path::PathParts;
use crate::server::response;
use crate::server::response::{plain_json, with_entity_tag};
use axum::response::Response;
use http::StatusCode;
use scim::schema::custom::{CustomAttribute, CustomType};
use scim::version::entity_tag;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A data type of RFC 7643. A complex type cannot be declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum TypeBody {
    String,
    Boolean,
    Integer,
    Decimal,
    DateTime,
    Reference,
    Binary,
}

/// A custom attribute.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AttributeBody {
    /// The namespace: the URN of the extension that has the attribute.
    urn: String,
    name: String,
    #[serde(rename = "type")]
    kind: TypeBody,
    multi_valued: bool,
    /// Whether filters distinguish upper and lower case.
    case_exact: bool,
    description: String,
}

/// The custom attributes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AttributesBody {
    /// The attributes, in the order of their declaration.
    attributes: Vec<AttributeBody>,
}

/// The declaration of a custom attribute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Declaration {
    /// The data type. Neither type nor multiValued can change later.
    #[serde(rename = "type")]
    kind: TypeBody,
    /// Whether the attribute has a list of values.
    #[serde(default)]
    multi_valued: bool,
    /// Whether filters distinguish upper and lower case. Only strings have this choice; other types ignore it.
    #[serde(default)]
    case_exact: bool,
    /// A description for people who read the schema.
    #[serde(default)]
    #[schema(max_length = 200, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    description: String,
}

/// List the custom attributes
#[utoipa::path(
    get,
    path = "/attributes",
    tag = "attributes",
    responses(
        (status = 200, description = "The custom attributes", body = AttributesBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_attributes(call: Call) -> Answer {
    let tenant = call.tenant().await?;
    let attributes = tenant.attributes.iter().cloned().map(AttributeBody::from).collect();
    Ok(tagged(plain_json(StatusCode::OK, &AttributesBody { attributes })?, &tenant))
}

/// Declare a custom attribute, or change it
///
/// The attribute is then in the tenant's schema. The identity provider can send it under the same namespace and name.
/// Namespace and name are compared without regard to case; the first spelling stays. Other servers know the attribute
/// within a minute.
#[utoipa::path(
    put,
    path = "/attributes/{urn}/{name}",
    tag = "attributes",
    params(
        ("urn" = String, Path, description = "The namespace: a URN of the tenant's own, or the enterprise one", max_length = 200, pattern = "^urn:[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9](:[A-Za-z0-9._-]+)+$", example = "urn:ietf:params:scim:schemas:extension:acme:2.0:User"),
        ("name" = String, Path, description = "The attribute's name", max_length = 64, pattern = "^[A-Za-z][A-Za-z0-9_-]*$", example = "badgeNumber"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    request_body = Declaration,
    responses(
        (status = 200, description = "The attribute existed, and now has this declaration", body = AttributeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 201, description = "The new attribute", body = AttributeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 409, description = "The attribute has another type already, its name is reserved, or the tenant has too many attributes", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn declare_attribute(
    call: Call,
    PathParts([urn, name]): PathParts<2>,
    JsonBody(body): JsonBody<Declaration>,
) -> Answer {
    let attribute = CustomAttribute {
        urn: urn.unwrap_or_default(),
        name: name.unwrap_or_default(),
        kind: body.kind.into(),
        multi_valued: body.multi_valued,
        case_exact: body.case_exact,
        description: body.description.trim().to_owned(),
    };
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let declared =
        access.declare_attribute(tenant, attribute, &call.precondition, &call.caller.actor).await;
    let declared = declared.map_err(explain)?;
    let status = if declared.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let body = AttributeBody::from(declared.attribute);
    Ok(tagged(plain_json(status, &body)?, &declared.tenant))
}

/// Remove a custom attribute
///
/// The records keep the values that were sent before, but no response shows them. The values appear again if the
/// attribute is declared again with the same type.
#[utoipa::path(
    delete,
    path = "/attributes/{urn}/{name}",
    tag = "attributes",
    params(
        ("urn" = String, Path, description = "The namespace", example = "urn:ietf:params:scim:schemas:extension:acme:2.0:User"),
        ("name" = String, Path, description = "The attribute's name", example = "badgeNumber"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    responses(
        (status = 204, description = "The attribute is removed"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn remove_attribute(call: Call, PathParts([urn, name]): PathParts<2>) -> Answer {
    let (urn, name) = (urn.unwrap_or_default(), name.unwrap_or_default());
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let removed = access
        .remove_attribute(tenant, (&urn, &name), &call.precondition, &call.caller.actor)
        .await;
    let tenant = removed.map_err(explain)?;
    Ok(tagged(response::empty(StatusCode::NO_CONTENT), &tenant))
}

/// Adds the entity tag of the tenant's record. The settings have the same tag.
fn tagged(answer: Response, tenant: &Tenant) -> Response {
    with_entity_tag(answer, &entity_tag(tenant.revision))
}

impl From<CustomAttribute> for AttributeBody {
    fn from(attribute: CustomAttribute) -> Self {
        let CustomAttribute { urn, name, kind, multi_valued, case_exact, description } = attribute;
        Self { urn, name, kind: kind.into(), multi_valued, case_exact, description }
    }
}

impl From<CustomType> for TypeBody {
    fn from(kind: CustomType) -> Self {
        match kind {
            CustomType::String => Self::String,
            CustomType::Boolean => Self::Boolean,
            CustomType::Integer => Self::Integer,
            CustomType::Decimal => Self::Decimal,
            CustomType::DateTime => Self::DateTime,
            CustomType::Reference => Self::Reference,
            CustomType::Binary => Self::Binary,
        }
    }
}

impl From<TypeBody> for CustomType {
    fn from(kind: TypeBody) -> Self {
        match kind {
            TypeBody::String => Self::String,
            TypeBody::Boolean => Self::Boolean,
            TypeBody::Integer => Self::Integer,
            TypeBody::Decimal => Self::Decimal,
            TypeBody::DateTime => Self::DateTime,
            TypeBody::Reference => Self::Reference,
            TypeBody::Binary => Self::Binary,
        }
    }
}
