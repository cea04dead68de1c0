//! Answers with a part of a page. A script asks for the part; a browser without scripts gets the page.

use super::frame::show;
use crate::server::error::{Answer, ApiError};
use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

/// The header of a request for a part of a page.
const FRAGMENT: &str = "rollcall-fragment";

/// Whether the request asks for a part of a page.
pub(super) fn wants_fragment(headers: &HeaderMap) -> bool {
    headers.get(FRAGMENT).is_some_and(|value| value == "1")
}

/// Returns the part if the request asks for it, else the page. A part has an `ETag`, so a script that asks again gets
/// 304 while nothing changed.
pub(super) fn answer(headers: &HeaderMap, page: &impl Template, part: &impl Template) -> Answer {
    answer_parts(headers, page, || part.render())
}

/// Does the same with several parts of a page.
pub(super) fn answer_parts(
    headers: &HeaderMap,
    page: &impl Template,
    parts: impl FnOnce() -> askama::Result<String>,
) -> Answer {
    if !wants_fragment(headers) {
        return show(page);
    }
    let text = parts().map_err(|_| ApiError::unwritable())?;
    let mut hash = hex::encode(Sha256::digest(text.as_bytes()));
    hash.truncate(16);
    let tag = format!("\"{hash}\"");
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    let mut response = Response::new(Body::empty());
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    *response.body_mut() = Body::from(text);
    Ok(response)
}
