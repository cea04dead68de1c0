//! The texts of failures on the pages.

use crate::directory::Error;
use crate::server::error::ApiError;
use http::StatusCode;

/// The text for a request that met too many other requests.
const BUSY: &str = "The service is busy. Wait a few seconds and load the page again";

/// The text for a new token in the place of one that was used.
pub(super) const TOKEN_IN_USE: &str = "This token is in use. Open Tokens & access to replace it";

/// The text for a token that another request replaced.
const ALREADY_REPLACED: &str = "This token was already replaced. Open Tokens & access";

/// Turns a failure into a text of the pages.
pub(super) fn explain(error: Error) -> ApiError {
    match error {
        Error::NoTenant => ApiError::new(
            StatusCode::FORBIDDEN,
            "This tenant does not exist any more. Ask the operator of this service",
        ),
        Error::TokenEnded => ApiError::new(
            StatusCode::FORBIDDEN,
            "Your session has ended. Nothing changed. Sign in again",
        ),
        Error::TokenReplaced => ApiError::new(
            StatusCode::FORBIDDEN,
            "The Admin token of your session was replaced. Nothing changed. Sign in with the new token",
        ),
        Error::AlreadyReplaced => ApiError::conflict(ALREADY_REPLACED),
        Error::LastAdminToken => {
            ApiError::conflict("This is the last Admin token. Replace it instead")
        }
        Error::Contention => ApiError::retry_later(
            StatusCode::TOO_MANY_REQUESTS,
            1,
            "Somebody changed this at the same time. Nothing was saved. Try again",
        ),
        Error::TokenUsed => ApiError::conflict(TOKEN_IN_USE),
        Error::BadCursor => {
            ApiError::bad_request("This link is out of date. Go to the first page of the list")
        }
        busy @ (Error::Busy(_) | Error::TooManyFullReads) => {
            ApiError::for_administrator(busy).with_detail(BUSY)
        }
        other => ApiError::for_administrator(other),
    }
}
