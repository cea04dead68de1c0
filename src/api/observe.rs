//! One log line for each request, and its id in the answer.
//!
//! The line holds the route's template, never the path, query or body: they carry names and addresses. On Lambda the
//! same line carries the request's metrics (`crate::metrics`).

use super::context::{RequestId, TENANTS_ROOT, TenantPath};
use super::error::{ApiError, render};
use crate::directory::metered;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::HeaderName;
use http::{HeaderValue, Method};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The target of the one event that each request logs.
pub const REQUEST_TARGET: &str = "rollcall::request";

/// A gateway gives up after 29 seconds, with an answer of its own that is no SCIM error.
const LONGEST_REQUEST: Duration = Duration::from_secs(25);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request, for whatever is logged about it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) request_id: Arc<str>,
    /// Method and route, such as `PATCH /Users/{id}`. There are only so many: it becomes a dimension of metrics.
    pub(super) operation: String,
    /// The tenant in the URL, or `none`.
    pub(super) tenant: Arc<str>,
}

pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = match request.extensions().get::<RequestId>() {
        Some(RequestId(id)) => Arc::clone(id),
        None => Arc::from(Uuid::new_v4().to_string()),
    };
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let operation = operation(request.method(), request.extensions().get());
    let started = started();
    let answered = tokio::time::timeout(LONGEST_REQUEST, next.run(request));
    let (answered, usage) = metered(answered).await;
    // Dropping a request half-way is safe: each change is one transaction.
    let too_slow = |_| ApiError::too_slow(LONGEST_REQUEST.as_secs()).into_response();
    let mut response = answered.unwrap_or_else(too_slow);
    let tenant = response.extensions().get::<TenantPath>().map(|path| path.tenant.as_str());
    let seen = Seen { request_id: id, operation, tenant: Arc::from(tenant.unwrap_or("none")) };
    render(&mut response, &seen);
    tracing::info!(
        target: REQUEST_TARGET,
        request_id = &*seen.request_id,
        operation = seen.operation,
        tenant = &*seen.tenant,
        status = response.status().as_u16(),
        duration_us = micros(started.elapsed()),
        store_calls = usage.calls,
        store_us = micros(usage.waited),
        read_units = usage.read_units,
        write_units = usage.write_units,
        "request"
    );
    if let Ok(value) = HeaderValue::from_str(&seen.request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The method and the route below a tenant. Whatever a client makes up becomes `other` or `unknown`: each name is a
/// metric that costs money.
fn operation(method: &Method, route: Option<&MatchedPath>) -> String {
    let method = match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE => method.as_str(),
        _ => "other",
    };
    let route = route.map_or("unknown", |route| {
        let below = route.as_str().strip_prefix(TENANTS_ROOT);
        below.and_then(|path| path.strip_prefix("{tenant}/scim/v2")).unwrap_or(route.as_str())
    });
    format!("{method} {route}")
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[allow(clippy::disallowed_methods, reason = "a duration for the log, never part of an answer")]
fn started() -> Instant {
    Instant::now()
}
