//! Reads the fields of a posted form.

use super::body::{media_type, read_at_most};
use super::error::ApiError;
use super::query::Pairs;
use axum::body::Body;
use http::{HeaderMap, StatusCode};

/// Reads a form from the body of a request. Fails if the body is no form, or has more than `max_bytes`.
pub(super) async fn read_form(
    headers: &HeaderMap,
    body: Body,
    max_bytes: usize,
) -> Result<Pairs, ApiError> {
    if !media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let text = "The page accepts only its own forms. Open the page and use the form there";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    let bytes = read_at_most(body, max_bytes).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::broken_body())?;
    Pairs::read(text).map_err(|_| {
        ApiError::bad_request("The form is not UTF-8 text. Open the page and send the form again")
    })
}
