//! Reads request bodies: one JSON object of at most one mebibyte, with a JSON media type.

use super::error::ApiError;
use crate::limits::LIMITS;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use scim::json;

/// The maximum length of a body, in bytes. Discovery announces it for bulk requests, and it holds for all requests.
const MAX_BODY_BYTES: usize = LIMITS.body_bytes;

/// The JSON object in a request's body.
#[derive(Debug)]
pub(super) struct JsonObject(pub(super) json::Body);

impl<S: Sync> FromRequest<S> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        check_media_type(request.headers())?;
        let bytes = read_at_most(request.into_body(), MAX_BODY_BYTES).await?;
        Ok(JsonObject(json::Body::read(&bytes)?))
    }
}

/// Reads a whole body. Fails if it has more than `max_bytes`.
pub(crate) async fn read_at_most(body: Body, max_bytes: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, max_bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::too_large(max_bytes)),
        Err(_) => Err(ApiError::broken_body()),
    }
}

/// Returns the media type of a body without parameters such as the charset; empty if there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.split(';').next()).unwrap_or_default().trim()
}

/// Accepts `application/scim+json` and `application/json` (RFC 7644 §3.1), and any other JSON type. A body without a
/// type is read as JSON. The charset is ignored: JSON is UTF-8.
fn check_media_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let media_type = media_type(headers).to_ascii_lowercase();
    let subtype = media_type.split_once('/').map_or("", |(_, subtype)| subtype);
    if subtype == "json" || subtype.ends_with("+json") || media_type.is_empty() {
        Ok(())
    } else {
        Err(ApiError::unsupported_media_type())
    }
}
