//! Answers: JSON in the SCIM media type, with the headers that go with it.

use super::body::full;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// A JSON answer (RFC 7644 §3.1).
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, SCIM_JSON);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(HeaderName::from_static("x-content-type-options"), NOSNIFF);
    response
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(full(String::new()));
    *response.status_mut() = status;
    response
}

/// Adds the `ETag` header (RFC 7644 §3.14).
pub(super) fn with_entity_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

/// Adds the `Location` header (RFC 7644 §3.3).
pub(super) fn with_location(mut response: Response, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}
