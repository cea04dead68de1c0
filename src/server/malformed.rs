//! Refuses requests that have no single meaning, before anything reads them.

use super::context::MalformedQuery;
use super::error::ApiError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{AUTHORIZATION, HOST, HeaderName};

/// Headers of which a request has one at most (RFC 9110 §7.2 and §11.6.2). A proxy and this service could choose
/// different ones of two.
const SINGLE: [HeaderName; 2] = [AUTHORIZATION, HOST];

/// Lets a request through unless its query is malformed, or a header is there twice that must not be.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    match check(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(request: &Request) -> Result<(), ApiError> {
    for name in SINGLE {
        if request.headers().get_all(&name).iter().nth(1).is_some() {
            let text = format!("The request has several {name} headers; send exactly one");
            return Err(ApiError::new(StatusCode::BAD_REQUEST, text));
        }
    }
    if request.extensions().get::<MalformedQuery>().is_some() {
        return Err(scim::Error::invalid_value(
            "The query string has a character that no URL can have; percent-encode it, such as \" as %22, < as \
             %3C and > as %3E",
        )
        .into());
    }
    Ok(())
}
