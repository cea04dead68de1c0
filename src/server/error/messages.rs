//! The failures that clients see, with their statuses and texts.

use super::failure_note::FailureNote;
use super::{ApiError, LoggedCause, SERVICE_FAILED};
use crate::directory::{self, Kind, Scope};
use crate::model::cause::Cause;
use crate::server::problems::ProblemCause;
use http::StatusCode;

impl ApiError {
    /// 401, with the same text for every reason (RFC 7644 §3.12, RFC 6750 §3).
    pub(in crate::server) fn unauthorized(scope: Scope) -> Self {
        let detail = match scope {
            Scope::Scim => {
                "The Secret Token is missing or not valid for this tenant. Check that the Tenant URL \
                 and the Secret Token belong together, and that the Authorization header is \"Bearer\" \
                 and the token. Otherwise replace the Secret Token and paste the new one"
            }
            Scope::Admin | Scope::Read => {
                "The admin token or read token is missing or not valid for this tenant. The Authorization \
                 header must be \"Bearer\" and a valid token. An administrator can make a read token. If \
                 the admin token is lost, the operator of this service can make a new one"
            }
        };
        Self::new(StatusCode::UNAUTHORIZED, detail).noted(Cause::TokenNotValid)
    }

    /// 403 for a change with a previous admin token.
    fn token_replaced() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This admin token was replaced. It can only read, and revoke itself. Make changes with the \
             new admin token",
        )
    }

    /// 403 for an operation that a read token does not open.
    pub(in crate::server) fn read_only_token() -> Self {
        let text = "This token can only read. Use an admin token.";
        Self::new(StatusCode::FORBIDDEN, text).because(ProblemCause::ReadOnlyToken)
    }

    /// 410 for a cursor with another epoch.
    pub(in crate::server) fn cursor_of_another_feed() -> Self {
        let text = "The cursor belongs to another feed: the tenant was made again, or its data was restored from a \
                    backup. Take a new cursor with from=end, read the export of employees, and follow the new cursor";
        Self::new(StatusCode::GONE, text).because(ProblemCause::CursorOfAnotherFeed)
    }

    pub(in crate::server) fn no_such_resource(kind: Kind) -> Self {
        let (text, cause) = match kind {
            Kind::Employee => (
                "There is no user with this id; it may have been deleted. Look it up by userName; if \
                 nobody is found, create the user",
                Cause::UserNotFound,
            ),
            Kind::Group => (
                "There is no group with this id; it may have been deleted. Look it up by displayName",
                Cause::GroupNotFound,
            ),
        };
        Self::new(StatusCode::NOT_FOUND, text).noted(cause)
    }

    pub(in crate::server) fn no_such_resource_type() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no resource type with this name. GET /ResourceTypes lists the names",
        )
        .noted(Cause::UnknownDiscoveryName)
    }

    pub(in crate::server) fn no_such_schema() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no schema with this URN. GET /Schemas lists the schemas",
        )
        .noted(Cause::UnknownDiscoveryName)
    }

    pub(in crate::server) fn no_filter_on_discovery() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Discovery documents cannot be filtered (RFC 7644 section 4). Leave out the parameter filter",
        )
        .noted(Cause::FilterOnDiscovery)
    }

    pub(in crate::server) fn too_large(max_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The request body has more than {max_bytes} bytes, the maximum. Send less in one request"
            ),
        )
        .noted(Cause::BodyTooLarge { limit: number(max_bytes) })
    }

    pub(in crate::server) fn page_too_large(bytes: usize, max_bytes: usize) -> Self {
        let error: Self = scim::Error::new(
            scim::ScimType::TooMany,
            format!(
                "The response would have {bytes} bytes, and the maximum is {max_bytes}. Ask for fewer \
                 rows with count, or for fewer attributes: excludedAttributes=members leaves out the \
                 members of groups"
            ),
        )
        .into();
        error.noted(Cause::ResponseTooLarge { limit: number(max_bytes) })
    }

    pub(crate) fn broken_body() -> Self {
        let text = "The request body ended before it was complete. Send the request again";
        Self::from(scim::Error::invalid_syntax(text)).noted(Cause::BodyIncomplete)
    }

    pub(in crate::server) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The Content-Type must be application/scim+json, or another type of JSON. A request without a \
             Content-Type is read as JSON",
        )
        .noted(Cause::WrongContentType)
    }
}

fn number(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX)
}

impl From<scim::Error> for ApiError {
    fn from(error: scim::Error) -> Self {
        let note = FailureNote {
            attribute: error.attribute.clone(),
            ..FailureNote::of(Cause::from(&error))
        };
        let status = StatusCode::from_u16(error.scim_type.status());
        let mut api_error = Self::new(status.unwrap_or(StatusCode::BAD_REQUEST), error.detail);
        api_error.scim_type = Some(error.scim_type.as_str());
        api_error.note = Some(Box::new(note));
        api_error
    }
}

impl From<directory::Error> for ApiError {
    fn from(error: directory::Error) -> Self {
        let note = FailureNote::of_directory(&error).map(Box::new);
        let api_error = Self::of_directory(error);
        Self { note: note.or(api_error.note), ..api_error }
    }
}

impl ApiError {
    fn of_directory(error: directory::Error) -> Self {
        use directory::Error;
        let mut api_error = match &error {
            Error::Protocol(refused) => return refused.clone().into(),
            Error::NoEmployee(_) => return Self::no_such_resource(Kind::Employee),
            Error::NoGroup(_) => return Self::no_such_resource(Kind::Group),
            Error::GroupNameTaken { holder } => {
                return scim::Error::new(
                    scim::ScimType::Uniqueness,
                    format!(
                        "displayName is in use by group {holder}, in this or another spelling. Link \
                         to that group, or choose another name"
                    ),
                )
                .into();
            }
            Error::UserNameTaken { holder } => {
                return scim::Error::new(
                    scim::ScimType::Uniqueness,
                    format!(
                        "userName is in use by user {holder}, in this or another spelling. That user \
                         may be deactivated. Link to that user or update it, or choose another userName"
                    ),
                )
                .into();
            }
            Error::VersionDiffers { current } => {
                return Self::new(
                    StatusCode::PRECONDITION_FAILED,
                    format!(
                        "The resource has the version {}, and If-Match or If-None-Match excludes this \
                         version. Read the resource again and repeat the change",
                        scim::version::entity_tag(*current)
                    ),
                );
            }
            Error::Destination(refused) => return Self::of_destination(refused),
            Error::Sso(refused) => return Self::of_sso(refused),
            Error::BadCursor => {
                return scim::Error::invalid_value(
                    "This cursor was not issued by this list. Start again without a cursor",
                )
                .into();
            }
            Error::TokenEnded => return Self::unauthorized(Scope::Admin),
            Error::TokenReplaced => return Self::token_replaced(),
            Error::AlreadyReplaced => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "The token was replaced by another request, and nothing was changed. List the tokens \
                     before you replace again",
                );
            }
            Error::LastAdminToken => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "This is the last admin token. Without an admin token, nobody can administer the \
                     tenant. Replace the token with overlapSecs 0 instead",
                );
            }
            Error::NoAttribute => {
                return Self::new(
                    StatusCode::NOT_FOUND,
                    "There is no custom attribute with this namespace and name. See the list of custom \
                     attributes",
                );
            }
            Error::AttributeRefused(why) => return Self::new(StatusCode::CONFLICT, why.clone()),
            Error::NotArchived(_) => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "The employee is not archived; deactivate the user in the identity provider first",
                );
            }
            Error::NoTenant => return Self::unauthorized(Scope::Scim),
            Error::PreviousTokenValid { .. } => {
                return Self::new(StatusCode::CONFLICT, "An earlier token is still valid");
            }
            Error::TokenUsed => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "The current token has been used, so it cannot be replaced as an unused token. \
                     Replace it by POST /tokens/{scope}/replace. While a previous token is valid, send \
                     \"earlier\": \"drop\" there to end the previous token, or wait until it expires",
                );
            }
            Error::TenantTaken => {
                return Self::new(StatusCode::CONFLICT, "The tenant id is in use");
            }
            // After a 429, Okta waits and tries again. After any other failure, its task ends.
            Error::Contention => Self::retry_later(
                StatusCode::TOO_MANY_REQUESTS,
                1,
                "Too many requests change this resource at the same time, and nothing was changed. \
                 Repeat the request after the seconds in Retry-After",
            ),
            Error::Busy(_) => Self::retry_later(
                StatusCode::TOO_MANY_REQUESTS,
                2,
                "The database is busy. Wait for the seconds in Retry-After and repeat the request",
            ),
            Error::TooManyFullReads => Self::retry_later(
                StatusCode::TOO_MANY_REQUESTS,
                2,
                "Too many large reads are running. Repeat the request after the seconds in Retry-After. For \
                 users, filter with eq on userName, externalId, id or emails. For groups, add \
                 excludedAttributes=members",
            ),
            Error::Unavailable(_) => Self::retry_later(
                StatusCode::SERVICE_UNAVAILABLE,
                5,
                "The service cannot reach its database at the moment. Repeat the request later",
            ),
            Error::NoPepper(_) => Self::retry_later(
                StatusCode::SERVICE_UNAVAILABLE,
                30,
                "The service cannot check credentials at the moment. Repeat the request later",
            ),
            Error::Broken(_) | Error::NoRandomness(_) | Error::NotSealed(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, SERVICE_FAILED)
            }
        };
        api_error.cause = Some(LoggedCause::Directory(Box::new(error)));
        api_error
    }
}
