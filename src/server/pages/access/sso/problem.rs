//! The errors of the card's forms, and their places on the page.

use crate::directory::Error;
use crate::directory::sso::error::SsoError;
use crate::server::error::ApiError;
use crate::server::pages::form::Problems;
use crate::server::pages::messages::explain;
use http::StatusCode;

/// The place of an error of the whole form.
pub(super) const FORM: &str = "";
/// The place of an error of the keys.
pub(super) const KEYS: &str = "keys";
/// The place of an error of *Only single sign-on*.
pub(super) const TOKEN_FORM: &str = "only";
/// The place of an error of the removal.
pub(super) const REMOVE: &str = "remove";

/// Returns one error.
pub(super) fn at(place: &'static str, text: &str) -> Problems {
    let mut problems = Problems::default();
    add(&mut problems, place, text);
    problems
}

/// Adds an error, with a full stop.
pub(super) fn add(problems: &mut Problems, place: &'static str, text: &str) {
    problems.add(place, format!("{}.", text.trim_end_matches('.')));
}

/// Turns a failure into an error that the page shows. An error of a field belongs to the field, and other errors belong
/// to `place`.
///
/// # Errors
/// Fails for a failure that needs a page of its own.
pub(super) fn of(error: Error, place: &'static str) -> Result<Problems, ApiError> {
    let conflict = |text: &str| at(place, text).with_status(StatusCode::CONFLICT);
    Ok(match &error {
        Error::Sso(SsoError::Field { field, problem }) => at(field, problem),
        Error::Sso(SsoError::MultiTenantIssuer) => at("issuer", &error.to_string()),
        Error::Sso(SsoError::SecretRequired | SsoError::SecretMissing) => {
            at("clientSecret", &error.to_string())
        }
        Error::Sso(SsoError::NoAdministrators) => at("group", &error.to_string()),
        Error::Sso(_) => conflict(&error.to_string()),
        Error::VersionDiffers { .. } => conflict(
            "Somebody changed single sign-on at the same time. Nothing was saved. Check the values and save again",
        ),
        _ => return Err(explain(error)),
    })
}
