//! The failures of requests about destinations.

use super::ApiError;
use crate::directory::destinations::DestinationError;
use crate::server::problems::ProblemCause;
use http::StatusCode;
use uuid::Uuid;

impl ApiError {
    /// 404 for a destination.
    pub(in crate::server) fn no_such_destination() -> Self {
        Self::of_destination(&DestinationError::NoDestination(Uuid::nil()))
            .because(ProblemCause::DestinationNotFound)
    }

    /// Gives the refusal its status. The text is the refusal's own sentence.
    pub(super) fn of_destination(refused: &DestinationError) -> Self {
        let status = match refused {
            DestinationError::NoDestination(_) | DestinationError::NotAnEvent => {
                StatusCode::NOT_FOUND
            }
            DestinationError::OtherFeed => return Self::cursor_of_another_feed(),
            DestinationError::TooMany
            | DestinationError::PreviousSecretSigns(_)
            | DestinationError::NotAWebhook
            | DestinationError::NotWanted
            | DestinationError::Unreadable(_)
            | DestinationError::Unusable(_) => StatusCode::CONFLICT,
            DestinationError::Field { .. }
            | DestinationError::BadCursor(_)
            | DestinationError::NoEvent { .. }
            | DestinationError::BeyondPosition { .. } => StatusCode::BAD_REQUEST,
        };
        Self::new(status, refused.to_string())
    }
}
