//! The errors of a destination's forms, and their places on the page.

use crate::directory::Error;
use crate::directory::destinations::DestinationError;
use crate::server::error::ApiError;
use crate::server::pages::form::Problems;
use crate::server::pages::messages::explain;
use http::StatusCode;

/// The place of an error of the whole form.
pub(super) const FORM: &str = "";

/// Returns the error of a field or a part of the page.
pub(super) fn at(place: &'static str, text: &str) -> Problems {
    Problems::one(place, sentence(text))
}

/// Turns a failure into an error that the page shows. An error of a field belongs to the field, and other errors belong
/// to `place`.
///
/// # Errors
/// Fails for a failure that needs a page of its own, such as a missing destination.
pub(super) fn of(error: Error, place: &'static str) -> Result<Problems, ApiError> {
    let text = match &error {
        Error::Destination(DestinationError::NoDestination(_)) => return Err(explain(error)),
        Error::Destination(DestinationError::Field { field, problem }) => {
            let place = if is_field(field) { field } else { place };
            return Ok(at(place, problem));
        }
        Error::Destination(refused) => refused.to_string(),
        Error::VersionDiffers { .. } => {
            "Somebody changed this destination at the same time. Nothing was saved. Check the values \
             and save again"
                .to_owned()
        }
        _ => return Err(explain(error)),
    };
    Ok(at(place, &text).with_status(StatusCode::CONFLICT))
}

fn is_field(place: &str) -> bool {
    ["name", "url", "types", "attributes", "payload", "every", "hour", "names"].contains(&place)
}

/// Ends a text with a full stop.
pub(super) fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}
