//! Destinations: where the events of a tenant go. Administrators create, change, pause and remove them. Each change is an
//! entry of the tenant's history.

pub mod calls;
mod change;
mod disable;
mod draft;
mod error;
pub mod filter;
mod history;
mod log;
mod reseal;
mod secrets;
mod start;
mod state;
mod update;
pub mod work;

pub use change::{Created, MOST_SECRET_OVERLAP, ResumeFrom};
pub use draft::{DEFAULT_HOUR, DestinationChanges, MOST_NAME_CHARS, NewDestination, Options};
pub use error::{DestinationError, MOST_DESTINATIONS, SecretKind};
pub use log::LoggedDelivery;
pub use secrets::OpenedSecrets;
pub use state::{DestinationState, DestinationView, MOST_COUNTED, Status};

pub use crate::model::delivery_log::Attempt;
pub use crate::model::destination::{Destination, DestinationKind, Digest, Every, Form, Payload};

use crate::directory::error::Error;
use crate::directory::tenants::Tenants;
use crate::model::tenant::TenantId;
use crate::outbound::AddressPolicy;
use secrets::Secrets;
use uuid::Uuid;

/// The destinations of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Destinations {
    tenants: Tenants,
    policy: AddressPolicy,
}

impl Destinations {
    /// Creates access to the destinations of `tenants`. The policy decides which URLs they may have.
    pub fn new(tenants: Tenants, policy: AddressPolicy) -> Self {
        Self { tenants, policy }
    }

    /// Returns the rules for URLs and addresses.
    pub fn policy(&self) -> &AddressPolicy {
        &self.policy
    }

    /// Opens the URL and the signing secrets of a destination. The inner error is the kind of a secret that does not open:
    /// the caller disables the destination with its sentence.
    ///
    /// The pepper may have been rotated after this process read it. So a secret counts as unreadable only under peppers
    /// that were read after the failure.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], also when the second read of the peppers fails.
    pub async fn open(
        &self,
        tenant: &TenantId,
        destination: &Destination,
    ) -> Result<Result<OpenedSecrets, SecretKind>, Error> {
        let opened = self.secrets(tenant).await?.open_all(destination, self.tenants.now());
        match opened {
            Ok(opened) => Ok(Ok(opened)),
            Err(_) => {
                let newer = self.newer_secrets(tenant).await?;
                Ok(newer.open_all(destination, self.tenants.now()))
            }
        }
    }

    /// Returns the secrets under peppers that open a destination; otherwise under peppers that were read just now.
    async fn secrets_for(
        &self,
        tenant: &TenantId,
        destination: &Destination,
    ) -> Result<Secrets, Error> {
        let (secrets, now) = (self.secrets(tenant).await?, self.tenants.now());
        if secrets.open_all(destination, now).is_ok() {
            return Ok(secrets);
        }
        self.newer_secrets(tenant).await
    }

    /// Returns the secrets under peppers that are read now.
    async fn newer_secrets(&self, tenant: &TenantId) -> Result<Secrets, Error> {
        let now = self.tenants.now();
        let newer = self.tenants.peppers.read_again(now).await.map_err(Error::NoPepper)?;
        Ok(Secrets::new(&newer, self.tenants.store.tenant(tenant)))
    }

    /// Returns the secrets for a destination that an administrator enables.
    async fn secrets_to_enable(&self, tenant: &TenantId, id: Uuid) -> Result<Secrets, Error> {
        match self.tenants.store.tenant(tenant).destinations().get(id).await? {
            Some(destination) => self.secrets_for(tenant, &destination).await,
            None => self.secrets(tenant).await,
        }
    }

    async fn secrets(&self, tenant: &TenantId) -> Result<Secrets, Error> {
        let peppers = self.tenants.peppers().await?;
        Ok(Secrets::new(&peppers, self.tenants.store.tenant(tenant)))
    }
}
