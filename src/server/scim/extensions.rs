//! Reads the values that the layers and the route set for a handler.

use crate::directory::Scope;
use crate::server::context::{Caller, TenantPath};
use crate::server::error::ApiError;
use http::request::Parts;

/// Reads the caller, the tenant's URLs and the kinds of resource of a request. The layers before the handlers and the
/// route have set them.
pub(in crate::server) fn from_extensions<T: Clone + Send + Sync + 'static>(
    parts: &Parts,
) -> Result<(Caller, TenantPath, T), ApiError> {
    let extensions = &parts.extensions;
    match (extensions.get(), extensions.get(), extensions.get()) {
        (Some(caller), Some(path), Some(what)) => {
            Ok((Caller::clone(caller), TenantPath::clone(path), T::clone(what)))
        }
        _ => Err(ApiError::unauthorized(Scope::Scim)),
    }
}
