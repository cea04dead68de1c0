//! Read tokens in the administration. A read token opens only the `GET` operation of a route that is declared
//! [`readable`]. Every other operation is closed, also an operation of a route that is not in the OpenAPI description.

use super::openapi::{ADMIN_TOKEN, READ_TOKEN};
use crate::directory::Scope;
use crate::server::context::{Caller, Services};
use crate::server::error::ApiError;
use crate::server::tenant_urls::ADMIN_ROUTE;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::UtoipaMethodRouter;

/// Declares that a read token opens the `GET` operation of these routes. The description gets the declaration, and
/// [`ReadableRoutes`] reads it there.
pub(super) fn readable(
    (schemas, mut paths, methods): UtoipaMethodRouter<Services>,
) -> UtoipaMethodRouter<Services> {
    for operation in paths.paths.values_mut().filter_map(|item| item.get.as_mut()) {
        operation.security = Some([ADMIN_TOKEN, READ_TOKEN].map(requirement).into());
    }
    (schemas, paths, methods)
}

/// The routes whose `GET` operation is open to a read token.
#[derive(Debug, Clone)]
pub(super) struct ReadableRoutes(Arc<BTreeSet<String>>);

impl ReadableRoutes {
    /// Reads the routes from the description.
    pub(super) fn of(document: &OpenApi) -> Self {
        let items = document.paths.paths.iter();
        let open = items.filter(|(_, item)| item.get.as_ref().is_some_and(is_readable));
        Self(Arc::new(open.map(|(path, _)| format!("{ADMIN_ROUTE}{path}")).collect()))
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

/// Adds the 403 for read tokens to every operation that is not readable.
pub(super) fn describe_refusals(document: &mut OpenApi) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let refusal = ResponseBuilder::new()
        .description(
            "A read token does not open this operation (`read-only-token`). A previous admin token opens only \
             reads, and its own revocation",
        )
        .content("application/problem+json", problem)
        .build();
    if let Some(components) = &mut document.components {
        components.responses.insert(REFUSAL.to_owned(), RefOr::T(refusal));
    }
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for operation in operations.filter(|operation| !is_readable(operation)) {
        let refusal = RefOr::Ref(Ref::from_response_name(REFUSAL));
        operation.responses.responses.insert("403".to_owned(), refusal);
    }
}

/// The name of the 403 in the description.
const REFUSAL: &str = "ReadOnlyToken";

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], _>(scheme, [])
}

fn is_readable(operation: &Operation) -> bool {
    operation.security.as_ref().is_some_and(|all| all.contains(&requirement(READ_TOKEN)))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}
