//! The texts of failures in the administration.

use crate::directory::destinations::DestinationError;
use crate::directory::{Error, Scope};
use crate::server::error::ApiError;
use crate::server::problems::{ProblemCause, other_record};
use http::StatusCode;

/// Turns a failure into a text of the administration.
pub(super) fn explain(error: Error) -> ApiError {
    let (cause, record) = (ProblemCause::of_error(&error), other_record(&error));
    let field = match &error {
        Error::Destination(DestinationError::Field { field, .. }) => Some(*field),
        _ => None,
    };
    let mut explained = text_of(error).about_record(record);
    if let Some(cause) = cause {
        explained = explained.because(cause);
    }
    match field {
        Some(field) => explained.in_field(field),
        None => explained,
    }
}

fn text_of(error: Error) -> ApiError {
    match error {
        Error::NoTenant => ApiError::unauthorized(Scope::Admin),
        Error::VersionDiffers { current } => ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            format!(
                "The current version is {}, and If-Match names another one. Read the record again and \
                 repeat the change",
                scim::version::entity_tag(current)
            ),
        ),
        Error::PreviousTokenValid { expires, is_used } => {
            let way = match is_used {
                true => "",
                false => {
                    ". If the current token was lost (no use of it is known), replace it with POST \
                     /tokens/{scope}"
                }
            };
            ApiError::conflict(format!(
                "The previous token is still valid until {}. Wait, or send \"earlier\": \"drop\" to end \
                 the previous token now{way}",
                scim::date_time::format(expires)
            ))
        }
        other => ApiError::for_administrator(other),
    }
}
