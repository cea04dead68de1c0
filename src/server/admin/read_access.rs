//! Read tokens in the administration. A read token opens only the `GET` operation of a route that is declared
//! [`readable`](super::routes::readable). Every other operation is closed.

use super::routes::Route;
use crate::directory::Scope;
use crate::server::context::Caller;
use crate::server::error::ApiError;
use crate::server::tenant_urls::ADMIN_ROUTE;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The routes whose `GET` operation is open to a read token.
#[derive(Debug, Clone)]
pub(super) struct ReadableRoutes(Arc<BTreeSet<String>>);

impl ReadableRoutes {
    /// Returns the routes that are declared readable.
    pub(super) fn of(routes: &[Route]) -> Self {
        let open = routes.iter().filter(|route| route.is_readable);
        Self(Arc::new(open.map(|route| format!("{ADMIN_ROUTE}{}", route.path)).collect()))
    }

    fn open(&self, method: &Method, route: &MatchedPath) -> bool {
        let reads = *method == Method::GET || *method == Method::HEAD;
        reads && self.0.contains(route.as_str())
    }
}

/// Refuses a read token, except for a read of a readable route.
pub(super) async fn check(
    State(readable): State<ReadableRoutes>,
    request: Request,
    next: Next,
) -> Response {
    // A request without a caller is for the description, which needs no token. An unknown path has no route.
    let found = (request.extensions().get::<Caller>(), request.extensions().get::<MatchedPath>());
    if let (Some(caller), Some(route)) = found
        && caller.scope != Scope::Admin
        && !readable.open(request.method(), route)
    {
        return ApiError::read_only_token().into_response();
    }
    next.run(request).await
}
