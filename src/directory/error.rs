//! The errors of the use cases: a rule that refused, or a failure below.

use crate::model::kind::Kind;
use crate::model::memberships::MOST_GROUPS;
use crate::store;
use crate::store::dynamodb::retry::GaveUp;
use scim::problem::Problem;
use time::OffsetDateTime;
use uuid::Uuid;

/// A failed use case. It changed nothing.
///
/// The exceptions are [`Error::Busy`] and [`Error::Unavailable`]: the write may be committed and its response lost. A
/// retry is safe.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request breaks the protocol or the schema.
    #[error(transparent)]
    Protocol(#[from] scim::Error),
    /// There is no such employee, or the identity provider deleted the user.
    #[error("there is no employee {0}")]
    NoEmployee(Uuid),
    /// There is no such group.
    #[error("there is no group {0}")]
    NoGroup(Uuid),
    /// Another group has the name, in any spelling.
    #[error("the name of the group is in use")]
    GroupNameTaken {
        /// The other group.
        holder: Uuid,
    },
    /// Another employee has the userName, in any spelling.
    #[error("the userName is in use")]
    UserNameTaken {
        /// The other employee.
        holder: Uuid,
    },
    /// The record or tenant is not at a version that the request accepts.
    #[error("the version is {current}")]
    VersionDiffers {
        /// The present version.
        current: u64,
    },
    /// The cursor was not issued by this list.
    #[error("the cursor is none of this list's")]
    BadCursor,
    /// The token or the set-up link of the request ended meanwhile.
    #[error("the token has ended")]
    TokenEnded,
    /// The request came with an admin token that has a successor.
    #[error("the admin token has a successor")]
    TokenReplaced,
    /// The token to replace is not the current token any more.
    #[error("the token was replaced meanwhile")]
    AlreadyReplaced,
    /// Without this token, the tenant would have no administrator.
    #[error("it is the last admin token")]
    LastAdminToken,
    /// The tenant declared no such attribute.
    #[error("there is no such custom attribute")]
    NoAttribute,
    /// The attribute cannot be declared beside the existing attributes. The sentence says why.
    #[error("{0}")]
    AttributeRefused(String),
    /// Only an archived employee can be erased.
    #[error("employee {0} is not archived")]
    NotArchived(Uuid),
    /// There is no such tenant.
    #[error("there is no such tenant")]
    NoTenant,
    /// The tenant id is in use, or items of a deleted tenant with this id are left.
    #[error(
        "the tenant id is in use, or something of a deleted tenant is left: delete it once more"
    )]
    TenantTaken,
    /// A second replacement would end a promised overlap.
    #[error("the token before the current one is still valid until {expires}")]
    PreviousTokenValid {
        /// When the overlap ends.
        expires: OffsetDateTime,
        /// Whether the current token was used.
        is_used: bool,
    },
    /// The current token was used, and the request replaces only an unused token.
    #[error("the current token was used")]
    TokenUsed,
    /// A request about a destination is refused.
    #[error(transparent)]
    Destination(#[from] super::destinations::DestinationError),
    /// A request about single sign-on is refused.
    #[error(transparent)]
    Sso(#[from] super::sso::error::SsoError),
    /// A secret cannot be sealed.
    #[error("a secret cannot be sealed")]
    NotSealed(#[source] crate::outbound::SealError),
    /// The request ran out of retries against concurrent changes.
    #[error("too many concurrent changes of one record")]
    Contention,
    /// The peppers cannot be read.
    #[error("the secret document cannot be read")]
    NoPepper(#[source] super::access::pepper::LoadError),
    /// The operating system gives no random numbers.
    #[error("no random numbers")]
    NoRandomness(#[source] getrandom::Error),
    /// The store throttles the request.
    #[error("the store is busy")]
    Busy(#[source] store::Error),
    /// The limit of concurrent full reads is reached.
    #[error("the limit of concurrent full reads is reached")]
    TooManyFullReads,
    /// The store does not respond.
    #[error("the store does not answer")]
    Unavailable(#[source] store::Error),
    /// The store is missing, denies access, or was misused. Operators or developers must act.
    #[error("the store failed")]
    Broken(#[source] store::Error),
}

impl Error {
    /// Returns the error for a missing record of this kind.
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
            store::Error::Throttled(_) | store::Error::Conflict(_) => Error::Busy(error),
            store::Error::TooManyFullReads => Error::TooManyFullReads,
            store::Error::Unavailable(_) => Error::Unavailable(error),
            store::Error::MemberFull(id) => Error::Protocol(scim::Error::invalid_value(format!(
                "members: {id} is in {MOST_GROUPS} groups, and nobody can be in more; take them out \
                 of another group first"
            ))
            .because(Problem::TooManyGroups { limit: MOST_GROUPS })),
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
