//! Responses to requests without a handler, and to panics.

use super::{ApiError, LoggedCause, SERVICE_FAILED};
use crate::model::cause::Cause;
use crate::server::page_urls::Site;
use crate::server::problems::ProblemCause;
use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use std::any::Any;

/// 404 under a tenant's administration.
pub(in crate::server) async fn no_such_operation() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "There is no operation at this path. GET openapi.json describes the operations",
    )
    .because(ProblemCause::OperationNotFound)
}

/// 501 for `/Me` (RFC 7644 §3.11).
pub(in crate::server) async fn no_me() -> ApiError {
    ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "/Me is not supported (501): a token belongs to the tenant, not to a person. Use /Users/{id}",
    )
    .noted(Cause::MeNotSupported)
}

/// 404 under a tenant's SCIM root.
pub(in crate::server) async fn no_such_endpoint() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "There is no endpoint at this path. /Users, /Groups, /ServiceProviderConfig, /ResourceTypes and \
         /Schemas follow directly after the Tenant URL",
    )
    .noted(Cause::UnknownEndpoint)
}

/// 404 for every other path. Without a page, the usual cause is a Tenant URL that was pasted in part.
pub(in crate::server) async fn no_such_path(page: Option<Extension<Site>>) -> ApiError {
    ApiError::not_found(match page {
        Some(_) => "This page does not exist",
        None => {
            "This path does not exist. A Tenant URL ends with /tenants/{tenant}/scim/v2: copy the whole URL"
        }
    })
}

/// 405; the router adds `Allow`.
pub(in crate::server) async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "The endpoint does not support this method. The Allow header lists the methods that it supports",
    )
    .noted(Cause::MethodNotAllowed)
}

/// 500 for a panic, which is a defect and ends only this request. The text of the panic is not read: it may quote a
/// client's data.
pub(in crate::server) fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    let mut error = ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, SERVICE_FAILED);
    error.cause = Some(LoggedCause::Text("panic".to_owned()));
    error.noted(Cause::ServiceFailed).into_response()
}
