//! The failure of a SCIM request, as the tenant's administrator sees it.

use crate::directory::{Error, Kind};
use crate::model::cause::Cause;
use crate::model::noted_request::RecordRef;
use http::StatusCode;

/// The failure of a SCIM request, without any text of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct FailureNote {
    /// The cause.
    pub(in crate::server) cause: Cause,
    /// The attribute with the problem.
    pub(in crate::server) attribute: Option<String>,
    /// The user or group that the failure names.
    pub(in crate::server) record: Option<RecordRef>,
}

/// A failed SCIM request for a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct NotedFailure {
    /// The HTTP status.
    pub(in crate::server) status: u16,
    /// The `scimType`.
    pub(in crate::server) scim_type: Option<&'static str>,
    /// The failure.
    pub(in crate::server) note: FailureNote,
}

impl NotedFailure {
    /// Makes a failure with a status and a cause alone.
    pub(in crate::server) fn of(status: StatusCode, cause: Cause) -> Self {
        Self { status: status.as_u16(), scim_type: None, note: FailureNote::of(cause) }
    }
}

impl FailureNote {
    /// Makes a note with a cause alone.
    pub(super) fn of(cause: Cause) -> Self {
        Self { cause, attribute: None, record: None }
    }

    /// Makes the note of a failed use case; `None` for a failure of the protocol, which has a note already, and for a
    /// failure that no SCIM request has.
    pub(super) fn of_directory(error: &Error) -> Option<Self> {
        let cause = match error {
            Error::UserNameTaken { holder } => {
                let record = Some(RecordRef { kind: Kind::Employee, id: *holder });
                let attribute = Some("userName".to_owned());
                return Some(Self { cause: Cause::UserNameTaken, attribute, record });
            }
            Error::GroupNameTaken { holder } => {
                let record = Some(RecordRef { kind: Kind::Group, id: *holder });
                let attribute = Some("displayName".to_owned());
                return Some(Self { cause: Cause::GroupNameTaken, attribute, record });
            }
            Error::NoEmployee(_) => Cause::UserNotFound,
            Error::NoGroup(_) => Cause::GroupNotFound,
            Error::VersionDiffers { .. } => Cause::VersionDiffers,
            Error::BadCursor => Cause::InvalidCursor,
            Error::TokenEnded | Error::NoTenant => Cause::TokenNotValid,
            Error::Contention => Cause::TooManyChanges,
            Error::Busy(_) => Cause::DatabaseBusy,
            Error::TooManyFullReads => Cause::TooManyLargeReads,
            Error::Unavailable(_) => Cause::DatabaseUnavailable,
            Error::NoPepper(_) => Cause::CredentialsUnavailable,
            Error::Broken(_) | Error::NoRandomness(_) | Error::NotSealed(_) => Cause::ServiceFailed,
            Error::Protocol(_)
            | Error::TokenReplaced
            | Error::AlreadyReplaced
            | Error::LastAdminToken
            | Error::NoAttribute
            | Error::AttributeRefused(_)
            | Error::NotArchived(_)
            | Error::TenantTaken
            | Error::PreviousTokenValid { .. }
            | Error::TokenUsed
            | Error::Destination(_)
            | Error::Sso(_) => return None,
        };
        Some(Self::of(cause))
    }

    /// Makes the note of a failure that has none, by its status.
    pub(super) fn of_status(status: StatusCode) -> Self {
        Self::of(match status {
            StatusCode::UNAUTHORIZED => Cause::TokenNotValid,
            StatusCode::NOT_FOUND => Cause::UnknownEndpoint,
            StatusCode::METHOD_NOT_ALLOWED => Cause::MethodNotAllowed,
            StatusCode::TOO_MANY_REQUESTS => Cause::DatabaseBusy,
            status if status.is_server_error() => Cause::ServiceFailed,
            _ => Cause::InvalidValue,
        })
    }
}
