//! The events of a destination that wait for another try.

use crate::model::destination::{Destination, RetryItem};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::Range;
use crate::store::dynamodb::transact::{Condition, Step, Transaction, number};
use crate::store::keys;
use crate::store::tenant_part::TenantPart;
use uuid::Uuid;

/// The most events that one transaction removes.
const MOST_REMOVED: usize = 90;

/// The waiting events of a tenant's destinations.
#[derive(Debug, Clone, Copy)]
pub struct RetryItems<'a>(pub(in crate::store) &'a TenantPart);

impl RetryItems<'_> {
    /// Lists the waiting events of a destination, in the order of their numbers.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self, id: Uuid) -> Result<Vec<RetryItem>, Error> {
        let range = Range::all(&keys::retries(&self.0.tenant, id)).long();
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(RetryItem::from_item).collect()
    }

    /// Gets a waiting event; `None` when the event does not wait.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, id: Uuid, number: u64) -> Result<Option<RetryItem>, Error> {
        let item = self.0.table.get(&keys::retry(&self.0.tenant, id, number)).await?;
        item.map(RetryItem::from_item).transpose()
    }

    /// Puts a waiting event. `found` is the event as it was read, `None` for an event that does not wait. `false` when
    /// the event or its destination changed after the read.
    ///
    /// The worker changes waiting events with the position instead.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn put(
        self,
        destination: &Destination,
        found: Option<&RetryItem>,
        event: &RetryItem,
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.guard(&mut transaction, destination);
        let condition = match found {
            None => Condition::absent(),
            Some(found) => Condition::expression("tries = :tries")
                .with(":tries", number(u64::from(found.tries))),
        };
        let item = event.to_item(&self.0.tenant, destination.id)?;
        transaction.put(Step::Companion, item, condition);
        transaction.commit_if_unchanged().await
    }

    /// Removes waiting events. `false` when the destination changed after the read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn delete(self, destination: &Destination, numbers: &[u64]) -> Result<bool, Error> {
        for chunk in numbers.chunks(MOST_REMOVED) {
            let mut transaction = Transaction::new(&self.0.table);
            self.guard(&mut transaction, destination);
            for number in chunk {
                let key = keys::retry(&self.0.tenant, destination.id, *number);
                transaction.delete(Step::Companion, &key, Condition::none());
            }
            if !transaction.commit_if_unchanged().await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds the condition that the destination is as it was read. The update writes the present revision, because a
    /// transaction of this store has no condition without a write.
    fn guard(self, transaction: &mut Transaction<'_>, destination: &Destination) {
        let key = keys::destination(&self.0.tenant, destination.id);
        let values = Item::from([(":revision".to_owned(), number(destination.revision))]);
        let as_read = Condition::revision(destination.revision);
        transaction.update(Step::Record, &key, "SET revision = :revision", values, as_read);
    }
}
