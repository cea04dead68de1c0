//! The texts of failures on the pages.

use crate::directory::Error;
use crate::server::error::ApiError;
use http::StatusCode;
use scim::date_time;

/// Turns a failure into a text of the pages.
pub(super) fn explain(error: Error) -> ApiError {
    match error {
        Error::NoTenant => ApiError::new(
            StatusCode::FORBIDDEN,
            "The tenant is not there any more; ask whoever runs this service",
        ),
        Error::PreviousTokenValid { expires, is_used } => {
            let way = match is_used {
                true => "",
                false => {
                    ". If the current token was lost (no use of it is known), choose to end the current token"
                }
            };
            ApiError::conflict(format!(
                "The token before the current one is still valid until {}; wait, or rotate again \
                 and choose to end it now{way}",
                date_time::format(expires)
            ))
        }
        Error::TokenEnded => ApiError::new(
            StatusCode::FORBIDDEN,
            "The admin token that you signed in with has ended, and nothing was changed; sign in with \
             the new one",
        ),
        Error::TokenReplaced => ApiError::new(
            StatusCode::FORBIDDEN,
            "The admin token of this session was replaced, and nothing was changed. The session can \
             only read, and revoke that token; sign in with the new token",
        ),
        // The usual cause is a reload. The page with the new token must not make another token.
        Error::AlreadyRotated => ApiError::conflict(
            "The token was rotated since the page was opened, and nothing was changed now. A token \
             is shown once: if it is lost, go to the settings and rotate again",
        ),
        Error::LastAdminToken => ApiError::conflict(
            "It is the last admin token, and without it nobody could administer the tenant: rotate \
             it instead, with an overlap of none",
        ),
        Error::Contention => ApiError::retry_later(
            StatusCode::TOO_MANY_REQUESTS,
            1,
            "Too many others are changing this at once, and nothing was changed; do it again",
        ),
        other => ApiError::for_administrator(other),
    }
}
