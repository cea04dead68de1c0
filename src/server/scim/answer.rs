//! The caller of a SCIM request, and the answer to it.

use crate::directory::Scope;
use crate::server::context::{Caller, TenantPath};
use crate::server::error::ApiError;
use axum::response::Response;
use http::request::Parts;

/// The answer of a handler.
pub(in crate::server) type Answer = Result<Response, ApiError>;

/// Returns the caller and the tenant's URLs of a request. The layers before the handlers have set them.
pub(super) fn caller_of(parts: &Parts) -> Result<(Caller, TenantPath), ApiError> {
    match (parts.extensions.get(), parts.extensions.get()) {
        (Some(caller), Some(path)) => Ok((Caller::clone(caller), TenantPath::clone(path))),
        _ => Err(ApiError::unauthorized(Scope::Scim)),
    }
}
