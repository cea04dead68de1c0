//! The delivery's own verbs: the destinations of a tenant with their positions, leases, progress and due work.

use super::Destinations;
use crate::directory::error::Error;
use crate::model::destination::{Destination, Position, RetryItem};
use crate::model::tenant::TenantId;
use crate::store::TenantStore;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use uuid::Uuid;

pub use crate::model::delivery_log::DeliveryRun;
pub use crate::model::destination::LEASE;
pub use crate::model::due_item::DueItem;
pub use crate::store::destinations::positions::Progress;

/// The delivery work of one tenant.
#[derive(Debug, Clone)]
pub struct DeliveryWork {
    store: TenantStore,
}

impl Destinations {
    /// Returns the delivery work of a tenant.
    pub fn work(&self, tenant: &TenantId) -> DeliveryWork {
        DeliveryWork { store: self.tenants.store.tenant(tenant) }
    }

    /// Lists the work that is due, of all tenants, until the list has work of `most` destinations.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_due(&self, at: OffsetDateTime, most: usize) -> Result<Vec<DueItem>, Error> {
        Ok(self.tenants.store.due().list_until(at, most).await?)
    }

    /// Notes that an administrator's delivery of an event succeeded: the event waits no more, and the waiting events of
    /// its subject are due at once.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn resent(
        &self,
        tenant: &TenantId,
        destination: &Destination,
        number: u64,
    ) -> Result<(), Error> {
        let store = self.tenants.store.tenant(tenant);
        if store.retries().delete(destination, &[number]).await? {
            let due = DueItem::new(self.tenants.now(), tenant.clone(), destination.id, true);
            self.tenants.store.due().put(&due).await?;
        }
        Ok(())
    }

    /// Removes due work that has no owner: its destination has another time for its next work, is not enabled, or does
    /// not exist. A failure of one tenant is logged, and the work of the others is removed.
    ///
    /// # Errors
    /// Returns the first error, after it has tried all tenants.
    pub async fn clear_due(&self, due: &[DueItem]) -> Result<(), Error> {
        let tenants: BTreeSet<&TenantId> = due.iter().map(|item| &item.tenant).collect();
        let mut cleared = Ok(());
        for tenant in tenants {
            let own = due.iter().filter(|item| item.tenant == *tenant);
            if let Err(error) = self.clear_due_of(tenant, own).await {
                let (tenant, cause) = (tenant.as_str(), crate::error_chain(&error));
                tracing::warn!(tenant, cause, "the due work of a tenant is not cleared");
                cleared = cleared.and(Err(error));
            }
        }
        cleared
    }

    async fn clear_due_of(
        &self,
        tenant: &TenantId,
        due: impl Iterator<Item = &DueItem>,
    ) -> Result<(), Error> {
        let owners = self.work(tenant).list().await?;
        let next: BTreeMap<Uuid, Option<OffsetDateTime>> = owners
            .iter()
            .filter(|(destination, _)| destination.enabled)
            .map(|(destination, position)| (destination.id, position.due))
            .collect();
        let is_left = |item: &&DueItem| next.get(&item.id).copied().flatten() != Some(item.at);
        let left: Vec<DueItem> = due.filter(is_left).cloned().collect();
        Ok(self.tenants.store.due().delete(&left).await?)
    }
}

impl DeliveryWork {
    /// Lists the destinations, each with its position.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(&self) -> Result<Vec<(Destination, Position)>, Error> {
        let (destinations, positions) = (self.store.destinations(), self.store.positions());
        let (destinations, positions) = tokio::try_join!(destinations.list(), positions.list())?;
        let mut positions: BTreeMap<Uuid, Position> =
            positions.into_iter().map(|position| (position.id, position)).collect();
        let with_position = destinations.into_iter().filter_map(|destination| {
            let position = positions.remove(&destination.id)?;
            Some((destination, position))
        });
        Ok(with_position.collect())
    }

    /// Lists the events of a destination that wait for another try.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn waiting(&self, id: Uuid) -> Result<Vec<RetryItem>, Error> {
        Ok(self.store.retries().list(id).await?)
    }

    /// Takes the lease of a destination for 60 s. `None` when another worker holds it, or changed the position.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn take_lease(
        &self,
        found: &Position,
        now: OffsetDateTime,
    ) -> Result<Option<Position>, Error> {
        Ok(self.store.positions().take_lease(found, now).await?)
    }

    /// Saves a position and the progress of its run. `None` when another worker changed the position or the lease.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn save(
        &self,
        held: &Position,
        next: Position,
        progress: &Progress<'_>,
    ) -> Result<Option<Position>, Error> {
        Ok(self.store.positions().save(held, next, progress).await?)
    }
}
