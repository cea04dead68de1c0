//! The refusals of destinations. Each text is a sentence for the administrator.

use crate::outbound::UrlProblem;
use scim::date_time;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most destinations of a tenant.
pub const MOST_DESTINATIONS: usize = 10;

/// A refused request about a destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// The tenant has no such destination.
    #[error("There is no destination with this id. See the list of destinations")]
    NoDestination(Uuid),
    /// A field has an invalid value.
    #[error("{field}: {problem}")]
    Field {
        /// The field, as the API names it.
        field: &'static str,
        /// The problem, in sentences.
        problem: String,
    },
    /// The tenant has the most destinations.
    #[error("A tenant has at most {MOST_DESTINATIONS} destinations. Remove one that is not needed")]
    TooMany,
    /// A second replacement would end a promised overlap.
    #[error(
        "The previous signing secret still signs until {}. Wait until then, or send an overlap of 0: this ends both \
         older secrets at once",
        date_time::format(*.0)
    )]
    PreviousSecretSigns(OffsetDateTime),
    /// Only a webhook has the requested part.
    #[error("Only a webhook has a signing secret, and sends single events again")]
    NotAWebhook,
    /// A sealed secret does not open.
    #[error("{0}")]
    Unreadable(SecretKind),
    /// The destination cannot be called. The sentence says why.
    #[error("{0}")]
    Unusable(String),
    /// A cursor or the id of an event has another epoch.
    #[error("This cursor or id belongs to another feed of the tenant")]
    OtherFeed,
    /// The text is no id of an event.
    #[error("There is no event with this id. The id of an event is such as evt_acme_k7f2_412")]
    NotAnEvent,
    /// The event does not match the types or attributes of the destination.
    #[error(
        "The event does not match the types and attributes of this destination, so it is not sent"
    )]
    NotWanted,
    /// The text is no cursor, or no id of an event.
    #[error("{0} is not valid: send a cursor such as k7f2-412 of this tenant's feed")]
    BadCursor(&'static str),
    /// The number is beyond the newest event.
    #[error("The feed has no event {number}: the newest event is {newest}")]
    NoEvent {
        /// The requested number.
        number: u64,
        /// The number of the newest event.
        newest: u64,
    },
    /// A replay would skip events.
    #[error(
        "A replay goes back, and the destination is at event {position} only. To skip events, resume it from the end"
    )]
    BeyondPosition {
        /// The number of the last event that is done.
        position: u64,
    },
}

/// A secret of a destination. The text tells what to do when it does not open, because it is sealed under neither pepper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SecretKind {
    /// The URL.
    #[error("Paste the URL again")]
    Url,
    /// The current signing secret.
    #[error("Replace the signing secret")]
    SigningSecret,
}

impl DestinationError {
    /// Makes the refusal of a field.
    pub(super) fn field(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Field { field, problem: problem.into() }
    }
}

impl From<UrlProblem> for DestinationError {
    fn from(problem: UrlProblem) -> Self {
        Self::field("url", problem.to_string())
    }
}
