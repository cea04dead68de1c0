//! The changes that the service makes by itself: it disables a destination, and records that one fails.

use super::Destinations;
use super::error::DestinationError;
use super::history::Action;
use super::update::Change;
use crate::directory::error::Error;
use crate::directory::precondition::Precondition;
use crate::model::actor::ActorRecord;
use crate::model::destination::Destination;
use crate::model::tenant::TenantId;

impl Destinations {
    /// Disables a destination for a reason. The sentence contains no part of the URL. Does nothing for a destination that
    /// changed after `found` was read: its administrator may have corrected it.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::Contention`], or as every call of the store does.
    pub async fn disable(
        &self,
        tenant: &TenantId,
        found: &Destination,
        why: &str,
    ) -> Result<(), Error> {
        let change = |before: &Destination| {
            let disabled_why = Some(why.to_owned());
            let after = Destination { enabled: false, disabled_why, ..before.clone() };
            Ok(before.enabled.then(|| Change::of(after, Action::Disabled)))
        };
        self.update_by_service(tenant, found, change).await
    }

    /// Adds an entry to the tenant's history: the deliveries to a destination have failed for a day. Does nothing for
    /// a destination that changed after `found` was read.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::Contention`], or as every call of the store does.
    pub async fn record_failing(
        &self,
        tenant: &TenantId,
        found: &Destination,
    ) -> Result<(), Error> {
        let change = |before: &Destination| Ok(Some(Change::of(before.clone(), Action::Failing)));
        self.update_by_service(tenant, found, change).await
    }

    /// Changes a destination by the service itself, if it is as it was found. Its absence is no failure.
    async fn update_by_service(
        &self,
        tenant: &TenantId,
        found: &Destination,
        mut change: impl FnMut(&Destination) -> Result<Option<Change>, Error>,
    ) -> Result<(), Error> {
        let (any, actor) = (Precondition::default(), ActorRecord::system());
        let change = |before: &Destination| match before.revision == found.revision {
            true => change(before),
            false => Ok(None),
        };
        match self.update(tenant, found.id, &any, &actor, change).await {
            Ok(_) | Err(Error::Destination(DestinationError::NoDestination(_))) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
