//! The causes of failed SCIM requests. A cause has our own parameters only, and never text of a client.
//!
//! The registry feeds the notes on failed requests, the page with them, and the tables of the guides. The texts are in
//! `cause_texts.rs`.

use scim::problem::Expected;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoStaticStr};

/// The cause of a failed SCIM request. The names are stable: clients and stored notes have them.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    EnumIter,
)]
#[serde(tag = "name", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Cause {
    /// The userName belongs to another user.
    UserNameTaken,
    /// The name belongs to another group.
    GroupNameTaken,
    /// A required value is missing or empty.
    ValueRequired,
    /// A value has another type than its attribute.
    WrongType {
        /// The expected type.
        expected: Expected,
    },
    /// A text is too long.
    TextTooLong {
        /// The most characters.
        limit: u64,
    },
    /// A text has a control character.
    ForbiddenCharacter,
    /// A list has too many values.
    TooManyValues {
        /// The most values.
        limit: u64,
    },
    /// A list has more than one primary value.
    SeveralPrimaryValues,
    /// An element of a list has no value.
    ElementWithoutValue,
    /// A value does not fit for another reason.
    InvalidValue,
    /// The resource would have too many bytes.
    ResourceTooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// The group would have too many members.
    TooManyMembers {
        /// The most members.
        limit: u64,
    },
    /// A group would be a member of itself.
    GroupInItself,
    /// A member would be in too many groups.
    TooManyGroups {
        /// The most groups.
        limit: u64,
    },
    /// There is no user with the id.
    UserNotFound,
    /// There is no group with the id.
    GroupNotFound,
    /// A PATCH changes an attribute that only Rollcall sets.
    ReadOnlyAttribute,
    /// A PATCH changes a value that cannot be changed.
    ImmutableValue,
    /// A PATCH removes a required value.
    RequiredValueRemoved,
    /// A PATCH is not compatible with the mutability of an attribute.
    NotMutable,
    /// The filter in the path of a PATCH selects no value.
    NothingSelected,
    /// The path of a PATCH selects nothing to change.
    NoTarget,
    /// The path of a PATCH is malformed.
    InvalidPath,
    /// The filter is malformed.
    InvalidFilter,
    /// The filter names an attribute that Rollcall does not have.
    UnknownFilterAttribute,
    /// An object has a name twice.
    NameRepeated,
    /// The body is not valid JSON.
    BodyNotJson,
    /// The body is empty.
    BodyEmpty,
    /// The body is not UTF-8 text.
    BodyNotUtf8,
    /// The body ended early.
    BodyIncomplete,
    /// `schemas` does not name the request's schema.
    WrongSchemas,
    /// The body does not have the structure of the request.
    InvalidSyntax,
    /// The body has too many bytes.
    BodyTooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// The Content-Type is not JSON.
    WrongContentType,
    /// The bulk request has too many operations.
    TooManyOperations,
    /// The path of a bulk operation names no endpoint.
    UnknownBulkPath,
    /// A bulk operation is malformed, or refers to an operation that failed.
    BulkOperationNotRun,
    /// The query finds, or compares, too much.
    TooManyResults,
    /// The request compares too much text.
    TooManyComparisons,
    /// The response would have too many bytes.
    ResponseTooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// The cursor was not issued by this list.
    InvalidCursor,
    /// The cursor has expired.
    ExpiredCursor,
    /// The count of a page by cursor is not valid.
    InvalidCount,
    /// The request filters or sorts by a secret attribute.
    SecretAttribute,
    /// The protocol version is not supported.
    InvalidVersion,
    /// The resource has another version than the request expects.
    VersionDiffers,
    /// There is no endpoint at the path.
    UnknownEndpoint,
    /// There is no resource type or schema with the name.
    UnknownDiscoveryName,
    /// Discovery documents cannot be filtered.
    FilterOnDiscovery,
    /// The endpoint does not support the method.
    MethodNotAllowed,
    /// `/Me` is not supported.
    MeNotSupported,
    /// The Secret Token is not valid.
    TokenNotValid,
    /// The tenant used its share of the capacity.
    ShareUsed,
    /// Too many requests change one resource.
    TooManyChanges,
    /// The database is busy.
    DatabaseBusy,
    /// Too many large reads are running.
    TooManyLargeReads,
    /// The database does not answer.
    DatabaseUnavailable,
    /// Rollcall cannot check credentials.
    CredentialsUnavailable,
    /// The request took too long.
    TooSlow,
    /// A bulk operation did not start in time.
    NotStarted,
    /// The service failed.
    ServiceFailed,
}

impl Cause {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a failure with this cause is worth a note. `is_read` says whether the request only reads.
    ///
    /// A look-up of a deleted user, a version that differs and a repeated request are part of a normal sync.
    pub fn is_noted(self, is_read: bool) -> bool {
        match self {
            Self::UserNotFound | Self::GroupNotFound => !is_read,
            Self::VersionDiffers
            | Self::TokenNotValid
            | Self::TooManyChanges
            | Self::DatabaseBusy
            | Self::TooManyLargeReads
            | Self::UnknownDiscoveryName
            | Self::MeNotSupported => false,
            _ => true,
        }
    }
}

impl From<&scim::Error> for Cause {
    fn from(error: &scim::Error) -> Self {
        use scim::problem::Problem;
        let number = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        match error.problem {
            Problem::Keyword => Self::of_keyword(error.scim_type),
            Problem::Required => Self::ValueRequired,
            Problem::Repeated => Self::NameRepeated,
            Problem::WrongType(expected) => Self::WrongType { expected },
            Problem::TextTooLong { limit } => Self::TextTooLong { limit: number(limit) },
            Problem::ForbiddenCharacter => Self::ForbiddenCharacter,
            Problem::TooManyValues { limit } => Self::TooManyValues { limit: number(limit) },
            Problem::SeveralPrimaryValues => Self::SeveralPrimaryValues,
            Problem::ElementWithoutValue => Self::ElementWithoutValue,
            Problem::ResourceTooLarge { limit } => Self::ResourceTooLarge { limit: number(limit) },
            Problem::TooManyComparisons => Self::TooManyComparisons,
            Problem::NotJson => Self::BodyNotJson,
            Problem::EmptyBody => Self::BodyEmpty,
            Problem::NotUtf8 => Self::BodyNotUtf8,
            Problem::WrongSchemas => Self::WrongSchemas,
            Problem::ReadOnly => Self::ReadOnlyAttribute,
            Problem::Immutable => Self::ImmutableValue,
            Problem::RequiredValueRemoved => Self::RequiredValueRemoved,
            Problem::TooManyMembers { limit } => Self::TooManyMembers { limit: number(limit) },
            Problem::MemberOfItself => Self::GroupInItself,
            Problem::TooManyGroups { limit } => Self::TooManyGroups { limit: number(limit) },
            Problem::NothingSelected => Self::NothingSelected,
            Problem::UnknownFilterAttribute => Self::UnknownFilterAttribute,
        }
    }
}

impl Cause {
    fn of_keyword(keyword: scim::ScimType) -> Self {
        use scim::ScimType;
        match keyword {
            ScimType::InvalidFilter => Self::InvalidFilter,
            ScimType::TooMany => Self::TooManyResults,
            ScimType::Uniqueness => Self::UserNameTaken,
            ScimType::Mutability => Self::NotMutable,
            ScimType::InvalidSyntax => Self::InvalidSyntax,
            ScimType::InvalidPath => Self::InvalidPath,
            ScimType::NoTarget => Self::NoTarget,
            ScimType::InvalidValue => Self::InvalidValue,
            ScimType::InvalidVers => Self::InvalidVersion,
            ScimType::Sensitive => Self::SecretAttribute,
            ScimType::InvalidCursor => Self::InvalidCursor,
            ScimType::ExpiredCursor => Self::ExpiredCursor,
            ScimType::InvalidCount => Self::InvalidCount,
        }
    }
}
