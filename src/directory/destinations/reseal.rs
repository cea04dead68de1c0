//! Seals the secrets of all tenants under the current pepper. An operator runs it between two rotations of the pepper.

use super::Destinations;
use crate::directory::error::Error;
use crate::directory::reseal::{ResealReport, UnreadableItem};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::retry::{Attempt, retry};
use uuid::Uuid;

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
        report.add_sealed(counts.sealed.into_iter().map(Into::into));
        report.add_skipped(counts.current.into_iter().map(Into::into));
        let unreadable = counts.unreadable.into_iter();
        report.unreadable.extend(unreadable.map(|kind| UnreadableItem {
            tenant: tenant.clone(),
            destination: Some(id),
            kind: kind.into(),
        }));
        Ok(())
    }
}
