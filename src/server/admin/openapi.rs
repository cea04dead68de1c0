//! The OpenAPI description of the administration (OpenAPI 3.1).

use super::employees::{OrderBody, StatusFilter};
use super::export_lines::ExportFormat;
use super::problem::Problem;
use super::requests::RequestsFilter;
use crate::server::context::TenantPath;
use crate::server::error::ApiError;
use crate::server::response;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as Describe};

/// Returns the general part of the description.
pub(super) fn information() -> OpenApi {
    Information::openapi()
}

/// The names of the security schemes. OpenAPI allows letters, digits and `.-_` in them.
pub(super) const ADMIN_TOKEN: &str = "adminToken";
pub(super) const READ_TOKEN: &str = "readToken";

/// `GET /openapi.json`: returns the description, with this tenant's URL as its server. The request needs no token.
pub(super) async fn get(
    Extension(path): Extension<TenantPath>,
    document: Arc<Value>,
) -> Result<Response, ApiError> {
    let mut document = Value::clone(&document);
    let Some(members) = document.as_object_mut() else { return Err(ApiError::unwritable()) };
    members.insert("servers".to_owned(), json!([{"url": &*path.base_url}]));
    response::plain_json(StatusCode::OK, &document)
}

#[derive(Describe)]
#[openapi(
    info(
        title = "Rollcall administration",
        description = "A tenant's settings, tokens, employees, groups, events, destinations and history."
    ),
    modifiers(&BearerSchemes),
    security(("adminToken" = [])),
    components(schemas(Problem, StatusFilter, OrderBody, ExportFormat, RequestsFilter)),
    tags(
        (name = "settings", description = "The attributes that the identity provider governs, and the state of the sync"),
        (name = "attributes", description = "The custom attributes that the tenant declares for its users"),
        (name = "tokens", description = "Secret Tokens of the identity provider, admin tokens and read tokens"),
        (name = "employees", description = "All employees that the identity provider created, with the archived ones"),
        (name = "groups", description = "The groups that the identity provider pushed. Read only"),
        (name = "events", description = "Every change, numbered, for products that follow the changes"),
        (name = "destinations", description = "The webhooks and chat channels that get the events"),
        (name = "history", description = "Every change, with its time and its actor")
    )
)]
struct Information;

struct BearerSchemes;

impl Modify for BearerSchemes {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        for (name, description) in [
            (ADMIN_TOKEN, "An admin token: it opens all operations."),
            (
                READ_TOKEN,
                "A read token, for another product that follows changes. It opens only the operations \
                 that name this scheme, and changes nothing.",
            ),
        ] {
            let scheme =
                HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description));
            components.add_security_scheme(name, SecurityScheme::Http(scheme.build()));
        }
    }
}
