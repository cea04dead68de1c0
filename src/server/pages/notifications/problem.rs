//! The refusal of a form, and its place on the page.

use crate::directory::Error;
use crate::directory::destinations::DestinationError;
use crate::server::error::ApiError;
use crate::server::pages::messages::explain;
use http::StatusCode;

/// The place of a refusal that concerns the form as a whole.
pub(super) const FORM: &str = "form";

/// The parts of a destination's page that have a form of their own.
const PARTS: [&str; 3] = ["resume", "rotate", "remove"];

/// A refused form.
pub(super) struct Problem {
    /// The field or the part of the page that the text stands beside.
    pub(super) place: &'static str,
    pub(super) text: String,
    pub(super) status: StatusCode,
}

impl Problem {
    /// Makes the refusal of a field.
    pub(super) fn at(place: &'static str, text: &str) -> Self {
        Self { place, text: sentence(text), status: StatusCode::BAD_REQUEST }
    }

    /// Turns a failure into a refusal that stands on the page. A field has its own place, and other refusals get
    /// `place`.
    ///
    /// # Errors
    /// Fails for a failure that needs a page of its own, such as a missing destination.
    pub(super) fn of(error: Error, place: &'static str) -> Result<Self, ApiError> {
        let text = match &error {
            Error::Destination(DestinationError::NoDestination(_)) => return Err(explain(error)),
            Error::Destination(DestinationError::Field { field, problem }) => {
                let place = if is_field(field) { field } else { place };
                return Ok(Self::at(place, problem));
            }
            Error::Destination(refused) => refused.to_string(),
            Error::VersionDiffers { .. } => {
                "The destination was changed after this page was opened, and nothing was changed now. \
                 Check the values and repeat the change"
                    .to_owned()
            }
            _ => return Err(explain(error)),
        };
        Ok(Self { place, text: sentence(&text), status: StatusCode::CONFLICT })
    }
}

/// The refusal that a page shows, if there is one.
pub(super) struct Refused(pub(super) Option<Problem>);

impl Refused {
    /// Returns the text of the refusal at this place.
    pub(super) fn at(&self, place: &str) -> Option<&str> {
        self.0.as_ref().filter(|problem| problem.place == place).map(|problem| &*problem.text)
    }

    /// Whether the refusal concerns a field or a part of the page, to which the page can lead.
    pub(super) fn has_part(&self) -> bool {
        let is_part = |place| is_field(place) || PARTS.contains(&place);
        self.0.as_ref().is_some_and(|problem| is_part(problem.place))
    }

    /// Returns the status of the page.
    pub(super) fn status(&self) -> StatusCode {
        self.0.as_ref().map_or(StatusCode::OK, |problem| problem.status)
    }
}

fn is_field(place: &str) -> bool {
    ["name", "url", "types", "attributes", "payload", "every", "hour", "names"].contains(&place)
}

/// Ends a text with a full stop.
pub(super) fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}
