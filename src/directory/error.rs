//! Which rule refused, or what broke below.

use crate::store;
use crate::store::dynamodb::retry::GaveUp;
use crate::store::keys::Kind;
use crate::store::members::memberships::MOST_GROUPS;
use time::OffsetDateTime;
use uuid::Uuid;

/// A use case that did not happen. Nothing has changed, but for [`Error::Busy`] and [`Error::Unavailable`]: the answer
/// to a write may be what was lost. Repeating it is safe.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request does not fit the protocol or the schema.
    #[error(transparent)]
    Protocol(#[from] scim::Error),
    /// There is no such employee, or the identity provider deleted it.
    #[error("there is no employee {0}")]
    NoEmployee(Uuid),
    /// There is no such group.
    #[error("there is no group {0}")]
    NoGroup(Uuid),
    /// Another group has the name, in some spelling.
    #[error("the name of the group is in use")]
    GroupNameTaken {
        /// The group that has it.
        holder: Uuid,
    },
    /// Another employee has the userName, in some spelling.
    #[error("the userName is in use")]
    UserNameTaken {
        /// The employee who has it.
        holder: Uuid,
    },
    /// The employee is not at a version the request accepts.
    #[error("the version is {current}")]
    VersionDiffers {
        /// The version it is at.
        current: u64,
    },
    /// A cursor that no list gave out.
    #[error("the cursor is none of this list's")]
    BadCursor,
    /// The token that somebody came with has ended meanwhile.
    #[error("the token has ended")]
    TokenEnded,
    /// The request came with an admin token that has a successor.
    #[error("the admin token has a successor")]
    TokenReplaced,
    /// The token to be rotated is not the current one any more.
    #[error("the token was rotated meanwhile")]
    AlreadyRotated,
    /// Without this one nobody could administer the tenant any more.
    #[error("it is the last admin token")]
    LastAdminToken,
    /// The tenant declared no such attribute.
    #[error("there is no such custom attribute")]
    NoAttribute,
    /// An attribute cannot be declared beside what is there; the sentence says why.
    #[error("{0}")]
    AttributeRefused(String),
    /// Only an archived employee can be erased.
    #[error("employee {0} is not archived")]
    NotArchived(Uuid),
    /// There is no such tenant.
    #[error("there is no such tenant")]
    NoTenant,
    /// The tenant id is in use.
    #[error(
        "the tenant id is in use, or something of a deleted tenant is left: delete it once more"
    )]
    TenantTaken,
    /// Two rotations in a row would end an overlap that was promised.
    #[error("the token before the current one is still valid until {expires}")]
    PreviousTokenValid {
        /// When the overlap ends.
        expires: OffsetDateTime,
        /// Whether the current token was used.
        is_used: bool,
    },
    /// A token that was used is not replaced as unused.
    #[error("the current token was used")]
    TokenUsed,
    /// The request kept losing races against others.
    #[error("too many concurrent changes of one record")]
    Contention,
    /// The peppers cannot be read.
    #[error("the secret document cannot be read")]
    NoPepper(#[source] super::access::pepper::LoadError),
    /// The operating system gives no random numbers.
    #[error("no random numbers")]
    NoRandomness(#[source] getrandom::Error),
    /// The store asks to slow down.
    #[error("the store is busy")]
    Busy(#[source] store::Error),
    /// The limit of concurrent full reads is reached.
    #[error("the limit of concurrent full reads is reached")]
    TooManyFullReads,
    /// The store does not answer.
    #[error("the store does not answer")]
    Unavailable(#[source] store::Error),
    /// The store is not there, denies access, or was misused: something for operations or developers.
    #[error("the store failed")]
    Broken(#[source] store::Error),
}

impl Error {
    /// There is no such record of this kind.
    pub(super) fn missing(kind: Kind, id: Uuid) -> Self {
        match kind {
            Kind::Employee => Error::NoEmployee(id),
            Kind::Group => Error::NoGroup(id),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match &error {
            store::Error::Throttled(_) => Error::Busy(error),
            store::Error::TooManyFullReads => Error::TooManyFullReads,
            store::Error::Unavailable(_) => Error::Unavailable(error),
            store::Error::MemberFull(id) => Error::Protocol(scim::Error::invalid_value(format!(
                "members: {id} is in {MOST_GROUPS} groups, and nobody can be in more; take them out \
                 of another group first"
            ))),
            store::Error::NoTable(_)
            | store::Error::OtherFormat { .. }
            | store::Error::Denied(_)
            | store::Error::Refused(_)
            | store::Error::BadItem(_) => Error::Broken(error),
        }
    }
}

impl From<GaveUp> for Error {
    fn from(_: GaveUp) -> Self {
        Error::Contention
    }
}
