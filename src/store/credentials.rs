//! The credentials of single sign-on. Each change is one transaction with the tenant's record, which holds the
//! configuration, and with its history.

use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys;
use crate::model::credential::{Credential, CredentialStage};
use crate::model::history::HistoryEntry;
use crate::model::tenant::Tenant;
use crate::store::dynamodb::error::Error;
use crate::store::items::credential::{self, SEALED};
use crate::store::sealed_place::SealedPlace;
use crate::store::tenant_part::TenantPart;
use crate::store::tenants::TenantItems;

/// The credentials of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct CredentialItems<'a>(pub(in crate::store) &'a TenantPart);

/// The credentials of a tenant by stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Credentials {
    /// The client secret, or the key that signs.
    pub current: Option<Credential>,
    /// The key that signs next.
    pub next: Option<Credential>,
}

impl Credentials {
    /// The credential of a stage.
    pub fn get(&self, stage: CredentialStage) -> Option<&Credential> {
        match stage {
            CredentialStage::Current => self.current.as_ref(),
            CredentialStage::Next => self.next.as_ref(),
        }
    }
}

impl CredentialItems<'_> {
    /// Returns the place of a sealed credential.
    pub fn place(self, stage: CredentialStage) -> SealedPlace {
        SealedPlace { key: keys::credential(&self.0.tenant, stage), attribute: SEALED }
    }

    /// Gets the credentials. The reads are consistent.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self) -> Result<Credentials, Error> {
        let key = |stage| keys::credential(&self.0.tenant, stage);
        let (current, next) = (key(CredentialStage::Current), key(CredentialStage::Next));
        let mut found = Credentials::default();
        for item in self.0.table.batch_get(&[current, next.clone()]).await? {
            let is_next = keys::sort_key(&item) == Some(&*next.sort);
            let credential = Some(credential::read(item)?);
            match is_next {
                true => found.next = credential,
                false => found.current = credential,
            }
        }
        Ok(found)
    }

    /// Replaces the configuration in the tenant's record, and the credentials that differ, each as it was read. `tenant`
    /// is at its next revision. `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(
        self,
        before: &Credentials,
        after: &Credentials,
        (tenant, entry): (&Tenant, &HistoryEntry),
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        self.put(&mut transaction, before, after)?;
        transaction.commit_if_unchanged().await
    }

    /// Seals credentials anew, without an entry in the history. `false` when an item is not as it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn reseal(self, before: &Credentials, after: &Credentials) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.put(&mut transaction, before, after)?;
        transaction.commit_if_unchanged().await
    }

    fn put(
        self,
        transaction: &mut Transaction<'_>,
        before: &Credentials,
        after: &Credentials,
    ) -> Result<(), Error> {
        for stage in [CredentialStage::Current, CredentialStage::Next] {
            let (before, after) = (before.get(stage), after.get(stage));
            if before == after {
                continue;
            }
            let as_read = before
                .map_or_else(Condition::absent, |before| Condition::revision(before.revision));
            match after {
                Some(after) => {
                    let item = credential::to_item(&self.0.tenant, stage, after)?;
                    transaction.put(Step::Record, item, as_read);
                }
                None => {
                    let key = keys::credential(&self.0.tenant, stage);
                    transaction.delete(Step::Record, &key, as_read);
                }
            }
        }
        Ok(())
    }
}
