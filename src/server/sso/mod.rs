//! Single sign-on without pages: the public keys, the issuer document, and the logout tokens of identity providers.
//! Programs call these routes, so their failures are problems (RFC 9457).

pub(crate) mod addresses;
mod keys;
mod logout;

use super::context::Services;
use super::error::fallback;
use super::tenant_urls::TENANT_ROUTE;
use axum::Router;
use axum::routing::{get, post};

/// The routes, below a tenant.
const ROUTES: [&str; 3] =
    ["/sso/jwks.json", "/sso/.well-known/openid-configuration", "/sso/logout"];

/// Returns the routes below `/tenants/{tenant}`.
pub(super) fn router() -> Router<Services> {
    let [key_set, issuer_document, log_out] = ROUTES;
    Router::new()
        .route(key_set, get(keys::key_set))
        .route(issuer_document, get(keys::issuer_document))
        .route(log_out, post(logout::log_out))
        .method_not_allowed_fallback(fallback::method_not_allowed)
}

/// Whether a route belongs to these routes.
pub(super) fn is_route(route: &str) -> bool {
    route.strip_prefix(TENANT_ROUTE).is_some_and(|below| ROUTES.contains(&below))
}
