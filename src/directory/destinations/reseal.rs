//! Seals the secrets of all tenants under the current pepper. An operator runs it between two rotations of the pepper.

use super::Destinations;
use super::error::SecretKind;
use crate::directory::error::Error;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::retry::{Attempt, retry};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The secrets that a run met, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResealReport {
    /// The number of secrets that were sealed under the previous pepper.
    pub sealed: BTreeMap<SecretKind, usize>,
    /// The number of secrets under the current pepper.
    pub skipped: BTreeMap<SecretKind, usize>,
    /// The secrets that open under neither pepper.
    pub unreadable: Vec<UnreadableItem>,
}

/// A secret that opens under neither pepper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    /// The tenant.
    pub tenant: TenantId,
    /// The destination.
    pub destination: Uuid,
    /// The kind of the secret.
    pub kind: SecretKind,
}

impl Destinations {
    /// Seals every secret that is sealed under the previous pepper under the current one. With `only_check`, it changes
    /// nothing and counts these secrets. A repeated call continues an interrupted one.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], [`Error::Contention`], or as every call of the store does.
    pub async fn reseal(&self, only_check: bool) -> Result<ResealReport, Error> {
        let mut report = ResealReport::default();
        for tenant in self.tenants.list().await? {
            let destinations = self.tenants.store.tenant(&tenant).destinations().list().await?;
            for destination in destinations {
                self.reseal_one(&tenant, destination.id, only_check, &mut report).await?;
            }
        }
        Ok(report)
    }

    async fn reseal_one(
        &self,
        tenant: &TenantId,
        id: Uuid,
        only_check: bool,
        report: &mut ResealReport,
    ) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        let secrets = self.secrets(tenant).await?;
        let counts = retry!({
            let Some(before) = store.destinations().get(id).await? else {
                return Ok(Attempt::Done(None));
            };
            let mut resealed = secrets.resealed(&before)?;
            if only_check || resealed.counts.sealed.is_empty() {
                return Ok(Attempt::Done(Some(resealed.counts)));
            }
            resealed.after.revision = before.revision + 1;
            let is_written = store.destinations().reseal(&resealed.after).await?;
            Ok::<_, Error>(Attempt::done_if(is_written).map(|()| Some(resealed.counts)))
        })?;
        let Some(counts) = counts else { return Ok(()) };
        for kind in counts.sealed {
            *report.sealed.entry(kind).or_default() += 1;
        }
        for kind in counts.current {
            *report.skipped.entry(kind).or_default() += 1;
        }
        let unreadable = counts.unreadable.into_iter();
        report.unreadable.extend(unreadable.map(|kind| UnreadableItem {
            tenant: tenant.clone(),
            destination: id,
            kind,
        }));
        Ok(())
    }
}
