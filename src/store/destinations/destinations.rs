//! The destinations themselves. Each change is an entry of the tenant's own history, in the same transaction.

use crate::model::destination::{Destination, Position};
use crate::model::history::HistoryEntry;
use crate::model::tenant::Tenant;
use crate::store::destinations::positions::{Progress, fence};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::read::Range;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::destination::{SEALED_SECRETS, SEALED_URL};
use crate::store::keys;
use crate::store::sealed_place::SealedPlace;
use crate::store::tenant_part::TenantPart;
use crate::store::tenants::TenantItems;
use uuid::Uuid;

/// The destinations of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct DestinationItems<'a>(pub(in crate::store) &'a TenantPart);

/// A change of a destination, with the tenant's record and its history.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    /// The tenant at its next revision.
    pub tenant: &'a Tenant,
    /// The entry about the change.
    pub entry: &'a HistoryEntry,
}

impl DestinationItems<'_> {
    /// Returns the place of a destination's URL.
    pub fn place_of_url(self, id: Uuid) -> SealedPlace {
        SealedPlace { key: keys::destination(&self.0.tenant, id), attribute: SEALED_URL }
    }

    /// Returns the place of a destination's signing secrets.
    pub fn place_of_secrets(self, id: Uuid) -> SealedPlace {
        SealedPlace { key: keys::destination(&self.0.tenant, id), attribute: SEALED_SECRETS }
    }

    /// Lists the destinations, in the order of their ids.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self) -> Result<Vec<Destination>, Error> {
        let range = Range::all(&keys::destinations(&self.0.tenant));
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(Destination::from_item).collect()
    }

    /// Gets a destination; `None` when there is none.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, id: Uuid) -> Result<Option<Destination>, Error> {
        let item = self.0.table.get(&keys::destination(&self.0.tenant, id)).await?;
        item.map(Destination::from_item).transpose()
    }

    /// Creates a destination with its position. `false` when the tenant has another revision, or the id is taken.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn create(
        self,
        destination: &Destination,
        position: &Position,
        recorded: Recorded<'_>,
    ) -> Result<bool, Error> {
        let mut transaction = self.recorded(recorded)?;
        let item = destination.to_item(&self.0.tenant)?;
        transaction.put(Step::Record, item, Condition::absent());
        transaction.put(Step::Record, position.to_item(&self.0.tenant)?, Condition::absent());
        transaction.commit_if_unchanged().await
    }

    /// Replaces a destination on the revision before. `false` when a record has another revision.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(self, after: &Destination, recorded: Recorded<'_>) -> Result<bool, Error> {
        let mut transaction = self.recorded(recorded)?;
        self.put(&mut transaction, after)?;
        transaction.commit_if_unchanged().await
    }

    /// Replaces a destination and its position, each on the revision before, and changes its due work. `false` when a
    /// record has another revision. Of the progress, only the due work counts.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace_with_position(
        self,
        after: &Destination,
        position: &Position,
        progress: &Progress<'_>,
        recorded: Recorded<'_>,
    ) -> Result<bool, Error> {
        let mut transaction = self.recorded(recorded)?;
        self.put(&mut transaction, after)?;
        let before = Condition::revision(position.revision.saturating_sub(1));
        transaction.put(Step::Record, position.to_item(&self.0.tenant)?, before);
        progress.write_due(&mut transaction);
        transaction.commit_if_unchanged().await
    }

    /// Seals a destination's secrets anew: replaces the destination on the revision before, without an entry in the
    /// history. `false` when the destination has another revision.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn reseal(self, after: &Destination) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.put(&mut transaction, after)?;
        transaction.commit_if_unchanged().await
    }

    /// Removes a destination, and ends the lease of its worker. `false` when a record has another revision.
    ///
    /// The position stays until [`Self::remove_state`] has removed the rest.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn remove(self, before: &Destination, recorded: Recorded<'_>) -> Result<bool, Error> {
        let mut transaction = self.recorded(recorded)?;
        let key = keys::destination(&self.0.tenant, before.id);
        transaction.delete(Step::Record, &key, Condition::revision(before.revision));
        let position = keys::position(&self.0.tenant, before.id);
        match self.0.table.get(&position).await? {
            Some(_) => fence(&mut transaction, &position),
            None => transaction.delete(Step::Record, &position, Condition::absent()),
        }
        transaction.commit_if_unchanged().await
    }

    /// Removes the state of a removed destination: waiting events, the delivery log, due work and, after them, the
    /// position. `false` when the destination exists, or has no position.
    ///
    /// An interrupted call can be repeated, because the position leads to the rest.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn remove_state(self, id: Uuid) -> Result<bool, Error> {
        let keys = [keys::destination(&self.0.tenant, id), keys::position(&self.0.tenant, id)];
        let found = self.0.table.get_at_once(&keys).await?;
        let [position] = found.as_slice() else { return Ok(false) };
        if keys::partition(position) != Some(&*keys::positions(&self.0.tenant)) {
            return Ok(false);
        }
        for partition in [keys::retries(&self.0.tenant, id), keys::deliveries(&self.0.tenant, id)] {
            let items = self.0.table.query_all(&Range::all(&partition).long(), None).await?;
            self.0.table.batch_delete(&items).await?;
        }
        let due = Position::from_item(position.clone()).ok().and_then(|position| position.due);
        let due = due.map(|at| keys::due_item(at, &self.0.tenant, id).to_item());
        self.0.table.batch_delete(due.as_slice()).await?;
        self.0.table.batch_delete(&found).await?;
        Ok(true)
    }

    /// Writes a destination on the revision before.
    fn put(self, transaction: &mut Transaction<'_>, after: &Destination) -> Result<(), Error> {
        let before = Condition::revision(after.revision.saturating_sub(1));
        transaction.put(Step::Record, after.to_item(&self.0.tenant)?, before);
        Ok(())
    }

    /// Begins a transaction with the tenant's record and history.
    fn recorded(&self, recorded: Recorded<'_>) -> Result<Transaction<'_>, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, recorded.tenant, recorded.entry)?;
        Ok(transaction)
    }
}
