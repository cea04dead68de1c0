//! The causes of failed use cases.

use super::ProblemCause;
use crate::directory::Error;
use crate::directory::destinations::DestinationError;
use crate::directory::sso::error::SsoError;
use uuid::Uuid;

impl ProblemCause {
    /// Returns the cause of a failed use case. `None` when the status tells enough.
    pub(in crate::server) fn of_error(error: &Error) -> Option<Self> {
        Some(match error {
            Error::NoEmployee(_) => Self::EmployeeNotFound,
            Error::NoGroup(_) => Self::GroupNotFound,
            Error::NoAttribute => Self::AttributeNotFound,
            Error::UserNameTaken { .. } => Self::UserNameTaken,
            Error::TokenReplaced => Self::AdminTokenReplaced,
            Error::PreviousTokenValid { .. } => Self::PreviousTokenValid,
            Error::TokenUsed => Self::TokenUsed,
            Error::AlreadyReplaced => Self::TokenAlreadyReplaced,
            Error::LastAdminToken => Self::LastAdminToken,
            Error::NotArchived(_) => Self::EmployeeNotArchived,
            Error::AttributeRefused(_) => Self::AttributeConflict,
            Error::Destination(error) => return Self::of_destination(error),
            Error::Sso(error) => Self::of_sso(error),
            _ => return None,
        })
    }

    fn of_destination(error: &DestinationError) -> Option<Self> {
        Some(match error {
            DestinationError::NoDestination(_) => Self::DestinationNotFound,
            DestinationError::Field { .. } => Self::InvalidBody,
            DestinationError::OtherFeed => Self::CursorOfAnotherFeed,
            DestinationError::TooMany
            | DestinationError::PreviousSecretSigns(_)
            | DestinationError::NotAWebhook
            | DestinationError::NotWanted
            | DestinationError::Unreadable(_)
            | DestinationError::Unusable(_) => Self::DestinationConflict,
            _ => return None,
        })
    }
}

impl ProblemCause {
    fn of_sso(error: &SsoError) -> Self {
        match error {
            SsoError::NotConfigured | SsoError::NoAccount => Self::SsoNotFound,
            SsoError::Field { .. } => Self::InvalidBody,
            SsoError::TooManyKeys => Self::TooManyRequests,
            SsoError::KeyNotMade => Self::ServiceUnavailable,
            _ => Self::SsoConflict,
        }
    }
}

/// Returns the id of the other record of a conflict.
pub(in crate::server) fn other_record(error: &Error) -> Option<Uuid> {
    match error {
        Error::UserNameTaken { holder } | Error::GroupNameTaken { holder } => Some(*holder),
        _ => None,
    }
}
