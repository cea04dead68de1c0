//! Writes one log line for each request, and adds the request's id to the response.
//!
//! The line has the route's template, never the path, query or body, because they contain names and addresses. On
//! Lambda, the same line carries the request's metrics (`crate::lambda::metrics`).

use super::context::{Invocation, RequestId, Services};
use super::error::ApiError;
use super::error::render::{FailureFormat, LoggedRequest, refuses_read_token, render};
use super::page_urls::{PageVisit, WriteFailure};
use super::page_urls::{is_public_page, service_url, wants_html};
use super::sso;
use super::tenant_urls::{SCIM_ROUTE, TENANT_ROUTE, TENANTS_ROOT, tenant_in};
use crate::directory::{clock, metered};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::HeaderName;
use http::{HeaderValue, Method, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The target of the one event that each request logs.
pub const REQUEST_TARGET: &str = "rollcall::request";

/// The maximum time of a request, from its start to its response. A gateway gives up after 29 seconds, and its own
/// answer is not a SCIM error.
pub const LONGEST_REQUEST: Duration = Duration::from_secs(25);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks the answer to a client that has no valid token, link or session. It does not use up the share of the tenant.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfStranger;

/// Answers a request, logs it, and writes the body of a failure.
pub(super) async fn observe(
    State((services, write_page)): State<(Services, WriteFailure)>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = match request.extensions().get::<RequestId>() {
        Some(RequestId(id)) => Arc::clone(id),
        None => Arc::from(Uuid::new_v4().to_string()),
    };
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let tenant = tenant_in(request.uri().path());
    let method = request.method().clone();
    let route: Option<MatchedPath> = request.extensions().get().cloned();
    let failure_format = failure_format(&services, &request, route.as_ref());
    if let FailureFormat::Page(visit) = &failure_format {
        request.extensions_mut().insert(visit.site.clone());
    }
    let invocation = request.extensions().get::<Invocation>().cloned();
    let invocation = invocation.as_ref();
    let started = clock();
    let answered = tokio::time::timeout(LONGEST_REQUEST, next.run(request));
    let (answered, usage) = metered(answered).await;
    // Dropping a request at any point is safe. One transaction decides each change, and notes the work that must
    // follow.
    let too_slow = |_| ApiError::too_slow(LONGEST_REQUEST.as_secs()).into_response();
    let mut response = answered.unwrap_or_else(too_slow);
    // A request without a valid token or link costs almost nothing, and must not use up the tenant's share.
    let is_stranger = response.status() == StatusCode::UNAUTHORIZED
        || response.extensions().get::<OfStranger>().is_some();
    if let Some(tenant) = &tenant
        && !is_stranger
    {
        services.shares.spend(tenant, usage.read_units + usage.write_units);
    }
    let route = route.filter(|_| !refuses_read_token(&response));
    let request = LoggedRequest {
        request_id: id,
        operation: operation(&method, route.as_ref(), response.status()),
        tenant: tenant.map_or_else(|| "-".to_owned(), |tenant| tenant.to_string()),
        failure_format,
    };
    if let Some(failure) = render(&mut response, &request)
        && let FailureFormat::Page(visit) = &request.failure_format
    {
        response = write_page(&services, visit, &failure, response).await;
    }
    tracing::info!(
        target: REQUEST_TARGET,
        request_id = &*request.request_id,
        lambda_request_id = invocation.map(|invocation| &*invocation.lambda_request_id),
        trace_id = invocation.and_then(|invocation| invocation.trace_id.as_deref()),
        cold_start = invocation.is_some_and(|invocation| invocation.is_cold_start).then_some(true),
        operation = request.operation,
        tenant = request.tenant,
        status = response.status().as_u16(),
        duration_us = micros(started.elapsed()),
        store_calls = usage.calls,
        store_us = micros(usage.waited),
        read_units = usage.read_units,
        write_units = usage.write_units,
        "request"
    );
    if let Ok(value) = HeaderValue::from_str(&request.request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Returns the format of a request's failures. A route of a tenant that is neither SCIM nor the administration is a
/// page. An unknown path of a tenant is answered with a page if the browser asks for HTML.
fn failure_format(
    services: &Services,
    request: &Request,
    route: Option<&MatchedPath>,
) -> FailureFormat {
    let path = request.uri().path();
    let page = || FailureFormat::Page(PageVisit::of(services, request));
    let wants_html = wants_html(request.headers());
    let Some(rest) = path.strip_prefix(TENANTS_ROOT) else {
        let is_page = wants_html || route.is_some_and(|route| is_public_page(route.as_str()));
        return if is_page { page() } else { FailureFormat::ScimError };
    };
    match rest.split('/').nth(1) {
        Some("api") => FailureFormat::Problem(service_url(services, request.extensions())),
        Some("scim") => FailureFormat::ScimError,
        Some("sso") if route.is_some_and(|route| sso::is_route(route.as_str())) => {
            FailureFormat::Problem(service_url(services, request.extensions()))
        }
        _ if route.is_some() || wants_html => page(),
        _ => FailureFormat::ScimError,
    }
}

/// The methods that the routes of this service accept. A client can invent other methods, of any length.
const METHODS: [Method; 5] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Returns the method as logs and metrics name it, if a route accepts it. The routes for `GET` also answer `HEAD`.
pub(crate) fn known_method(method: &Method) -> Option<&Method> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    METHODS.contains(method).then_some(method)
}

/// Returns the method and the route below a tenant. An unknown method, an unknown route, a refused token or a wrong
/// method is `other`. Each name is a metric that costs money.
pub(super) fn operation(
    method: &Method,
    route: Option<&MatchedPath>,
    status: StatusCode,
) -> String {
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::METHOD_NOT_ALLOWED].contains(&status);
    let method = known_method(method).filter(|_| !refused);
    let (Some(method), Some(route)) = (method, route) else { return "other".to_owned() };
    let route = route.as_str();
    let route = match route.strip_prefix(SCIM_ROUTE) {
        Some(below) => below,
        None => match route.strip_prefix(TENANT_ROUTE) {
            Some("") => "/",
            Some(below) => below,
            None => route,
        },
    };
    format!("{method} {route}")
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
