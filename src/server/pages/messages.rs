//! The texts of failures on the pages.

use crate::directory::Error;
use crate::server::error::ApiError;
use http::StatusCode;
use scim::date_time;

/// The text for a request that met too many other requests.
const BUSY: &str = "The service is busy. Wait a few seconds and load the page again";

/// Turns a failure into a text of the pages.
pub(super) fn explain(error: Error) -> ApiError {
    match error {
        Error::NoTenant => ApiError::new(
            StatusCode::FORBIDDEN,
            "The tenant does not exist any more. Ask the operator of this service",
        ),
        Error::PreviousTokenValid { expires, is_used } => {
            let way = match is_used {
                true => "",
                false => {
                    ". If the current token was lost (no use of it is known), choose to end the current token"
                }
            };
            ApiError::conflict(format!(
                "The previous token is still valid until {}. Wait, or rotate again and choose to end \
                 the previous token now{way}",
                date_time::format(expires)
            ))
        }
        Error::TokenEnded => ApiError::new(
            StatusCode::FORBIDDEN,
            "The admin token of your session has ended, and nothing was changed. Sign in with a \
             valid admin token, or ask the operator of this service for one",
        ),
        Error::TokenReplaced => ApiError::new(
            StatusCode::FORBIDDEN,
            "The admin token of this session was replaced, and nothing was changed. The session can \
             only read, and revoke that token. Sign in with the new token",
        ),
        // The usual cause is a reload. The page with the new token must not make another token.
        Error::AlreadyRotated => ApiError::conflict(
            "The token was rotated after the page was opened, and nothing was changed now. A token is \
             shown only once. If the token is lost, go to the settings and rotate again",
        ),
        Error::LastAdminToken => ApiError::conflict(
            "This is the last admin token. Without an admin token, nobody can administer the tenant. \
             Rotate the token instead, and let the current token end now",
        ),
        Error::Contention => ApiError::retry_later(
            StatusCode::TOO_MANY_REQUESTS,
            1,
            "Too many requests change this record or tenant at the same time, and nothing was changed. \
             Repeat the change",
        ),
        Error::TokenUsed => ApiError::conflict(
            "The current token has been used, so it cannot be replaced as an unused token, and nothing \
             was changed. Rotate again and choose to end the previous token, or wait until that token \
             expires",
        ),
        Error::BadCursor => {
            ApiError::bad_request("This link is out of date. Go to the first page of the list")
        }
        busy @ (Error::Busy(_) | Error::TooManyFullReads) => {
            ApiError::for_administrator(busy).with_detail(BUSY)
        }
        other => ApiError::for_administrator(other),
    }
}
