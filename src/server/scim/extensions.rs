//! Reads the values that the layers before a handler set.

use crate::directory::Scope;
use crate::server::context::{Caller, TenantPath};
use crate::server::error::ApiError;
use http::request::Parts;

/// Returns the caller and the tenant's URLs of a request.
pub(super) fn caller_of(parts: &Parts) -> Result<(Caller, TenantPath), ApiError> {
    match (parts.extensions.get(), parts.extensions.get()) {
        (Some(caller), Some(path)) => Ok((Caller::clone(caller), TenantPath::clone(path))),
        _ => Err(ApiError::unauthorized(Scope::Scim)),
    }
}
