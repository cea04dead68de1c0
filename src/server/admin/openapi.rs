//! Serves the OpenAPI description of the administration (OpenAPI 3.1).
//!
//! The declarations of the handlers generate the description, and a test compares it with the file. So no start of a
//! process generates it, and the binaries have no code for that.

use crate::server::context::TenantPath;
use crate::server::error::ApiError;
use crate::server::response;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The description without a server.
pub(super) const DESCRIPTION: &str = include_str!("openapi.json");

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(DESCRIPTION).unwrap_or_default());

/// `GET /openapi.json`: returns the description, with this tenant's URL as its server. The request needs no token.
pub(super) async fn get(Extension(path): Extension<TenantPath>) -> Result<Response, ApiError> {
    let mut document = DOCUMENT.clone();
    let Some(members) = document.as_object_mut() else { return Err(ApiError::unwritable()) };
    members.insert("servers".to_owned(), json!([{"url": &*path.base_url}]));
    response::plain_json(StatusCode::OK, &document)
}
