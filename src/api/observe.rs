//! One log line for each request, and its id in the answer.
//!
//! The line holds the route's template, never the path, query or body: they carry names and addresses.

use super::context::{RequestId, TenantPath};
use super::error::{ApiError, render};
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::HeaderName;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A gateway gives up after 29 seconds, with an answer of its own that is no SCIM error.
const LONGEST_REQUEST: Duration = Duration::from_secs(25);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = match request.extensions().get::<RequestId>() {
        Some(RequestId(id)) => Arc::clone(id),
        None => Arc::from(Uuid::new_v4().to_string()),
    };
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = started();
    let answered = tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await;
    // Dropping a request half-way is safe: each change is one transaction.
    let too_slow = |_| ApiError::too_slow(LONGEST_REQUEST.as_secs()).into_response();
    let mut response = answered.unwrap_or_else(too_slow);
    render(&mut response, &id);
    let tenant = response.extensions().get::<TenantPath>().map(|path| path.tenant.clone());
    tracing::info!(
        request_id = &*id,
        method = method.as_str(),
        route = route.as_ref().map_or("none", |route| route.as_str()),
        tenant = tenant.as_ref().map_or("none", |tenant| tenant.as_str()),
        status = response.status().as_u16(),
        duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

#[allow(clippy::disallowed_methods, reason = "a duration for the log, never part of an answer")]
fn started() -> Instant {
    Instant::now()
}
