//! Lists the routes of SCIM, and joins them with the routes of the JSON API and of the pages. Puts the layers around
//! them.

use super::context::Services;
use super::error::fallback;
use super::page_urls::PageRoutes;
use super::scim::{bulk, discovery, lists, resources};
use super::tenant_urls::{ADMIN_ROUTE, SCIM_ROUTE, TENANT_ROUTE};
use super::{admin, auth, compress, health, malformed, observe, path, sso};
use crate::directory::Employee;
use crate::directory::Group;
use axum::Router;
use axum::body::Body;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::Request;
use std::convert::Infallible;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_http::catch_panic::CatchPanicLayer;

/// The HTTP service. It turns every failure into a response, so its error type is empty.
pub type Service = BoxCloneSyncService<Request<Body>, Response, Infallible>;

/// Builds the service. Slashes are normalized before routing. SCIM and the JSON API check the credentials before they
/// answer for a path.
pub(crate) fn service(services: Services, pages: PageRoutes) -> Service {
    let router = router(services, pages);
    BoxCloneSyncService::new(
        router
            .map_request(|request: Request<Body>| path::fold(request))
            .map_response(auth::hide_methods),
    )
}

/// Answers `/Me` for every method of SCIM (RFC 7644 §3.2).
fn no_me() -> MethodRouter<Services> {
    get(fallback::no_me)
        .post(fallback::no_me)
        .put(fallback::no_me)
        .patch(fallback::no_me)
        .delete(fallback::no_me)
}

fn router(services: Services, pages: PageRoutes) -> Router {
    let PageRoutes { routes: pages, public, write_failure } = pages;
    let scim = Router::new()
        .merge(resources::router::<Employee>("/Users"))
        .merge(resources::router::<Group>("/Groups"))
        .route("/", lists::all_by_query())
        .route("/.search", lists::all_by_body())
        .route("/Bulk", post(bulk::bulk))
        .route("/Me", no_me())
        .route("/Me/{*below}", no_me())
        .route("/ServiceProviderConfig", get(discovery::get_service_provider_config))
        .route("/ResourceTypes", get(discovery::list_resource_types))
        .route("/ResourceTypes/{name}", get(discovery::get_resource_type))
        .route("/Schemas", get(discovery::list_schemas))
        .route("/Schemas/{urn}", get(discovery::get_schema))
        .fallback(fallback::no_such_endpoint)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(from_fn_with_state((services.clone(), auth::SCIM), auth::authenticate))
        .layer(from_fn(compress::compress));
    let administration = admin::router()
        .layer(from_fn_with_state((services.clone(), auth::ADMIN), auth::authenticate))
        .layer(from_fn(compress::compress));
    let public = public.method_not_allowed_fallback(fallback::method_not_allowed);
    Router::new()
        .nest(SCIM_ROUTE, scim)
        .nest(ADMIN_ROUTE, administration)
        .nest(TENANT_ROUTE, pages.merge(sso::router()))
        .merge(public)
        .route("/health", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(fallback::no_such_path)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(CatchPanicLayer::custom(fallback::panicked))
        .layer(from_fn(malformed::refuse))
        .layer(from_fn_with_state((services.clone(), write_failure), observe::observe))
        .with_state(services)
}
