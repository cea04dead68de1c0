//! Refuses requests that have no single meaning, before anything reads them.

use super::context::MalformedQuery;
use super::error::ApiError;
use crate::scim;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets a request through unless its query is malformed.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    match check(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => ApiError::from(error).into_response(),
    }
}

fn check(request: &Request) -> Result<(), scim::Error> {
    if request.extensions().get::<MalformedQuery>().is_some() {
        return Err(scim::Error::invalid_value(
            "The query string has a character that no URL can have; percent-encode it, such as \" as %22, < as \
             %3C and > as %3E",
        ));
    }
    Ok(())
}
