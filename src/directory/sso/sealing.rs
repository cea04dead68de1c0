//! Seals and opens the credentials of a tenant. A credential opens only in its own item, and for its own issuer.

use super::Sso;
use crate::directory::access::pepper::Peppers;
use crate::directory::error::Error;
use crate::directory::sealing::{self, Resealed};
use crate::model::credential::{Credential, CredentialStage};
use crate::model::destination::SealedBytes;
use crate::model::tenant::TenantId;
use crate::outbound::Opened;
use crate::store::TenantStore;

/// Seals and opens credentials under the peppers.
#[derive(Debug, Clone)]
pub(super) struct Sealing {
    sealing: sealing::Sealing,
    store: TenantStore,
}

impl Sso {
    /// Returns the sealing under the known peppers.
    pub(super) async fn sealing(&self, tenant: &TenantId) -> Result<Sealing, Error> {
        let peppers = self.tenants.peppers().await?;
        Ok(Sealing::new(&peppers, self.tenants.store.tenant(tenant)))
    }

    /// Returns the sealing under peppers that are at most a minute old: another process may have rotated the pepper.
    pub(super) async fn newer_sealing(&self, tenant: &TenantId) -> Result<Sealing, Error> {
        let peppers = self.tenants.peppers.get_newer(self.tenants.now()).await;
        let peppers = peppers.map_err(Error::NoPepper)?;
        Ok(Sealing::new(&peppers, self.tenants.store.tenant(tenant)))
    }
}

impl Sealing {
    fn new(peppers: &Peppers, store: TenantStore) -> Self {
        Self { sealing: sealing::Sealing::new(peppers), store }
    }

    /// Seals a secret for the item of a stage, and for an issuer.
    pub(super) fn seal(
        &self,
        stage: CredentialStage,
        issuer: &str,
        secret: &[u8],
    ) -> Result<SealedBytes, Error> {
        self.sealing.seal(&self.store.credentials().place(stage), issuer, secret)
    }

    /// Opens the credential of a stage for an issuer. `None` when it is sealed under neither pepper, or for another
    /// issuer.
    pub(super) fn open(
        &self,
        stage: CredentialStage,
        issuer: &str,
        credential: &Credential,
    ) -> Option<Opened> {
        self.sealing.open(&self.store.credentials().place(stage), issuer, &credential.sealed)
    }

    /// Seals a credential under the current pepper, at its next revision. `None` when it is sealed so already, or does
    /// not open.
    pub(super) fn resealed(
        &self,
        stage: CredentialStage,
        credential: &Credential,
    ) -> Result<Option<Credential>, Error> {
        let place = self.store.credentials().place(stage);
        match self.sealing.reseal(&place, &credential.bound_to, &credential.sealed)? {
            Resealed::Current | Resealed::Unreadable => Ok(None),
            Resealed::Sealed(sealed) => {
                let revision = credential.revision + 1;
                Ok(Some(Credential { sealed, revision, ..credential.clone() }))
            }
        }
    }
}
