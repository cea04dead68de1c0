//! Builds responses: JSON in the SCIM media type, with its headers.

use super::error::ApiError;
use axum::body::Body;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_LOCATION, CONTENT_TYPE, ETAG, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;

const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const PLAIN_JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// Returns a JSON response (RFC 7644 §3.1).
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = empty(status);
    set_json(&mut response, body);
    response
}

/// Returns a resource. Fails if the resource is too large to be sent.
pub(super) fn json_resource(
    status: StatusCode,
    body: &impl Serialize,
) -> Result<Response, ApiError> {
    let mut response = empty(status);
    set_text(&mut response, text_within_limit(body)?);
    Ok(response)
}

/// The maximum length of a response, in bytes. A Lambda returns at most 6 MB.
const MAX_ANSWER_BYTES: usize = 5_500_000;

/// Returns a page of a list. Fails if the page is too large. After a shorter page, a client that counts by `count`
/// would lose rows silently.
pub(super) fn json_page(body: &impl Serialize) -> Result<Response, ApiError> {
    json_resource(StatusCode::OK, body)
}

/// Writes the JSON text of a response that a Lambda can return.
fn text_within_limit(body: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    let text = serde_json::to_vec(body).map_err(|_| ApiError::unwritable())?;
    let escaped = escaped_len(&text);
    if escaped > MAX_ANSWER_BYTES {
        return Err(ApiError::page_too_large(escaped, MAX_ANSWER_BYTES));
    }
    Ok(text)
}

/// Sets a JSON body.
pub(super) fn set_json(response: &mut Response, body: &Value) {
    set_text(response, body.to_string());
}

/// Sets a problem as the body (RFC 9457 §3).
pub(super) fn set_problem(response: &mut Response, problem: &Value) {
    set_json(response, problem);
    response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
}

/// Returns a JSON response of the administration.
pub(super) fn plain_json(status: StatusCode, body: &impl Serialize) -> Result<Response, ApiError> {
    let mut response = empty(status);
    set_text(&mut response, text_within_limit(body)?);
    response.headers_mut().insert(CONTENT_TYPE, PLAIN_JSON);
    Ok(response)
}

/// Returns the length of a body in a Lambda's response, where the body is a JSON string.
pub(super) fn escaped_len(body: &[u8]) -> usize {
    let lengths = body.iter().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..=0x1f => 6,
        _ => 1,
    });
    lengths.sum()
}

fn set_text(response: &mut Response, text: impl Into<Body>) {
    *response.body_mut() = text.into();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, SCIM_JSON);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
}

/// Returns a response without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Returns 200 with a body. The caller sets the media type.
pub(super) fn bytes(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    response
}

/// Adds the `ETag` header (RFC 7644 §3.14).
pub(super) fn with_entity_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

/// Adds the `Content-Location` header: the `meta.location` of the resource in the response (RFC 7643 §3.1).
pub(super) fn with_content_location(mut response: Response, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(CONTENT_LOCATION, value);
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

/// Redirects with 303, so that a reload does not post the form again.
pub(super) fn redirect(path: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}
