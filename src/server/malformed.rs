//! Refuses requests with more than one meaning, before other code reads them.

use super::context::MalformedQuery;
use super::error::ApiError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{AUTHORIZATION, HOST, HeaderName};

/// The headers that a request may have only once (RFC 9110 §7.2 and §11.6.2). Of two values, a proxy could use one and
/// this service the other.
const SINGLE: [HeaderName; 2] = [AUTHORIZATION, HOST];

/// Refuses a request with a malformed query, or with two values of a header that must be single.
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
            "The query string has a character that is not valid in a URL. Percent-encode it, such as \" \
             as %22, < as %3C and > as %3E",
        )
        .into());
    }
    Ok(())
}
