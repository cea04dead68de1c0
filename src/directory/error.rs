//! Which rule refused, or what broke below.

use crate::{scim, store};
use uuid::Uuid;

/// A use case that did not happen. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request does not fit the protocol or the schema.
    #[error(transparent)]
    Protocol(#[from] scim::Error),
    /// There is no such employee, or the identity provider deleted it.
    #[error("there is no employee {0}")]
    NoEmployee(Uuid),
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
    /// Only an archived employee can be erased.
    #[error("employee {0} is not archived")]
    NotArchived(Uuid),
    /// There is no such tenant.
    #[error("there is no such tenant")]
    NoTenant,
    /// The tenant id is in use.
    #[error("the tenant id is in use")]
    TenantTaken,
    /// The request kept losing races against others.
    #[error("too many concurrent changes of one record")]
    Contention,
    /// The peppers cannot be read.
    #[error("the secret document cannot be read")]
    NoPepper(#[source] super::pepper::LoadError),
    /// The operating system gives no random numbers.
    #[error("no random numbers")]
    NoRandomness(#[source] getrandom::Error),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
}
