//! The causes of problems of the JSON API (RFC 9457). Each cause has a stable name and a public page.

mod of_error;
mod texts;

pub(super) use of_error::other_record;
pub(super) use texts::{ProblemText, find_text, list_texts};

use http::StatusCode;
use strum::{EnumIter, IntoStaticStr};

/// The cause of a problem. Clients compare the name, so it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum ProblemCause {
    /// The request does not fit for another reason.
    InvalidRequest,
    /// An attribute of the body does not fit.
    InvalidBody,
    /// A query parameter does not fit.
    InvalidParameter,
    /// The token is missing or not valid.
    TokenNotValid,
    /// The request is not allowed for another reason.
    NotAllowed,
    /// A read token does not open the operation.
    ReadOnlyToken,
    /// The admin token was replaced.
    AdminTokenReplaced,
    /// There is nothing at the path.
    NotFound,
    /// There is no such operation.
    OperationNotFound,
    /// There is no such employee.
    EmployeeNotFound,
    /// There is no such group.
    GroupNotFound,
    /// There is no such token.
    TokenNotFound,
    /// There is no such custom attribute.
    AttributeNotFound,
    /// There is no such destination.
    DestinationNotFound,
    /// The operation does not support the method.
    MethodNotAllowed,
    /// The request conflicts with the present state.
    Conflict,
    /// Another employee has the userName.
    UserNameTaken,
    /// The older token still works.
    PreviousTokenValid,
    /// A use of the current token is known.
    TokenUsed,
    /// Another request replaced the token.
    TokenAlreadyReplaced,
    /// It is the last admin token.
    LastAdminToken,
    /// The employee is not archived.
    EmployeeNotArchived,
    /// The attribute does not fit beside the declared attributes.
    AttributeConflict,
    /// The destination is not in a state for the request.
    DestinationConflict,
    /// Single sign-on is not configured, or the employee has no linked account.
    SsoNotFound,
    /// The configuration of single sign-on does not allow the request.
    SsoConflict,
    /// The cursor belongs to another feed.
    CursorOfAnotherFeed,
    /// The record has another version.
    VersionDiffers,
    /// The body is too large.
    BodyTooLarge,
    /// The body is not JSON.
    WrongContentType,
    /// Too many requests at the same time.
    TooManyRequests,
    /// The request does not exist in this version.
    NotSupported,
    /// The service failed.
    ServiceFailed,
    /// The service cannot answer at the moment.
    ServiceUnavailable,
}

impl ProblemCause {
    /// The stable name, such as `user-name-taken`.
    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the cause of a failure that has no cause of its own.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::TokenNotValid,
            StatusCode::FORBIDDEN => Self::NotAllowed,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::GONE => Self::CursorOfAnotherFeed,
            StatusCode::PRECONDITION_FAILED => Self::VersionDiffers,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::WrongContentType,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::NOT_IMPLEMENTED => Self::NotSupported,
            StatusCode::SERVICE_UNAVAILABLE => Self::ServiceUnavailable,
            status if status.is_server_error() => Self::ServiceFailed,
            _ => Self::InvalidRequest,
        }
    }
}
