//! The OpenAPI description of the administration (OpenAPI 3.1).

use super::employees::StatusFilter;
use super::export_lines::ExportFormat;
use super::problem::Problem;
use crate::server::context::TenantPath;
use crate::server::error::ApiError;
use crate::server::response;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi, Server};
use utoipa::{Modify, OpenApi as Describe};

/// Returns the general part of the description.
pub(super) fn information() -> OpenApi {
    let mut document = Information::openapi();
    // utoipa fills in the licence of the crate. The description has no licence.
    document.info.license = None;
    document
}

/// The name of the security scheme. OpenAPI allows letters, digits and `.-_` in it.
const TOKEN: &str = "adminToken";

/// `GET /openapi.json`: returns the description, with this tenant's URL as its server. The request needs no token.
pub(super) async fn get(
    Extension(path): Extension<TenantPath>,
    document: Arc<OpenApi>,
) -> Result<Response, ApiError> {
    let mut document = OpenApi::clone(&document);
    document.servers = Some(vec![Server::new(&*path.base_url)]);
    response::plain_json(StatusCode::OK, &document)
}

#[derive(Describe)]
#[openapi(
    info(
        title = "Rollcall administration",
        description = "A tenant's settings, tokens, employees, groups and history."
    ),
    modifiers(&BearerScheme),
    security(("adminToken" = [])),
    components(schemas(Problem, StatusFilter, ExportFormat)),
    tags(
        (name = "settings", description = "The attributes that the identity provider governs, and the state of the sync"),
        (name = "attributes", description = "The custom attributes that the tenant declares for its users"),
        (name = "tokens", description = "Secret Tokens of the identity provider, and admin tokens"),
        (name = "employees", description = "All employees that the identity provider created, with the archived ones"),
        (name = "groups", description = "The groups that the identity provider pushed. Read only"),
        (name = "history", description = "Every change, with its time and its author")
    )
)]
struct Information;

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        if let Some(components) = &mut document.components {
            components.add_security_scheme(TOKEN, scheme);
        }
    }
}
