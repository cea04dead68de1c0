//! The positions of destinations: how far the deliveries are, and the worker that holds the lease.

use crate::model::delivery_log::DeliveryRun;
use crate::model::destination::{LEASE, Position, RetryItem};
use crate::model::due_item::DueItem;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::Range;
use crate::store::dynamodb::transact::{Condition, Step, Transaction, number, text};
use crate::store::items::attributes::format_time;
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::tenant_part::TenantPart;
use time::OffsetDateTime;
use uuid::Uuid;

/// The most waiting events that one save changes. With the position, the log and the due work, they fit a transaction.
pub const MOST_RETRY_CHANGES: usize = 90;

/// The positions of a tenant's destinations.
#[derive(Debug, Clone, Copy)]
pub struct PositionItems<'a>(pub(in crate::store) &'a TenantPart);

/// The writes of one save, beside the position.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress<'a> {
    /// The run for the delivery log.
    pub run: Option<&'a DeliveryRun>,
    /// The events that wait from now on, or wait longer.
    pub waiting: &'a [RetryItem],
    /// The numbers of the events that wait no more.
    pub done: &'a [u64],
    /// New work that is due.
    pub due: Option<&'a DueItem>,
    /// Due work that is done.
    pub done_due: Option<&'a DueItem>,
}

impl Progress<'_> {
    /// Adds the new work that is due to a transaction, and removes the work that is done.
    pub(in crate::store) fn write_due(&self, transaction: &mut Transaction<'_>) {
        if let Some(due) = self.due {
            transaction.put(Step::Companion, due.to_item(), Condition::none());
        }
        // One transaction must not name an item twice.
        let kept = self.due.map(|due| (due.at, due.id));
        for done in self.done_due.into_iter().filter(|done| kept != Some((done.at, done.id))) {
            let key = keys::due_item(done.at, &done.tenant, done.id);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
    }
}

impl PositionItems<'_> {
    /// Lists the positions, in the order of the destinations' ids.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self) -> Result<Vec<Position>, Error> {
        let range = Range::all(&keys::positions(&self.0.tenant));
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(Position::from_item).collect()
    }

    /// Gets the position of a destination; `None` when there is none.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, id: Uuid) -> Result<Option<Position>, Error> {
        let item = self.0.table.get(&keys::position(&self.0.tenant, id)).await?;
        item.map(Position::from_item).transpose()
    }

    /// Takes the lease of a destination for 60 s. `None` when another worker holds the lease, or changed the position
    /// after the read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn take_lease(
        self,
        found: &Position,
        now: OffsetDateTime,
    ) -> Result<Option<Position>, Error> {
        if found.is_leased(now) {
            return Ok(None);
        }
        let leased = Position { lease: Some(now + LEASE), ..found.clone() };
        self.save(found, leased, &Progress::default()).await
    }

    /// Ends the lease of a destination whose tenant is removed. No later save of the worker can be committed.
    pub(in crate::store) async fn end_lease(self, id: Uuid) -> Result<(), Error> {
        let mut transaction = Transaction::new(&self.0.table);
        fence(&mut transaction, &keys::position(&self.0.tenant, id));
        transaction.commit().await.map(drop)
    }

    /// Saves a position and the progress of its run, in one transaction. Returns the position at its next revision;
    /// `None` when somebody else changed the position or the lease after `held`.
    ///
    /// The caller sets the lease of `next`: a later end renews the lease, and `None` gives it up.
    ///
    /// # Errors
    /// Fails as every call of the store does, also for more than [`MOST_RETRY_CHANGES`] changes of waiting events.
    pub async fn save(
        self,
        held: &Position,
        next: Position,
        progress: &Progress<'_>,
    ) -> Result<Option<Position>, Error> {
        let (tenant, id) = (&self.0.tenant, held.id);
        let saved = Position { id, revision: held.revision.saturating_add(1), ..next };
        if progress.waiting.len() + progress.done.len() > MOST_RETRY_CHANGES {
            return Err(Error::Refused("a save changes too many waiting events".into()));
        }
        let mut transaction = Transaction::new(&self.0.table);
        transaction.put(Step::Record, saved.to_item(tenant)?, as_held(held)?);
        if let Some(run) = progress.run {
            transaction.put(Step::Companion, run.to_item(tenant, id)?, Condition::none());
        }
        for event in progress.waiting {
            transaction.put(Step::Companion, event.to_item(tenant, id)?, Condition::none());
        }
        for number in progress.done {
            let key = keys::retry(tenant, id, *number);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        progress.write_due(&mut transaction);
        let is_saved = transaction.commit_if_unchanged().await?;
        Ok(is_saved.then_some(saved))
    }
}

/// Ends the lease of a position. A worker saves on the revision of the position, so no later save can be committed.
pub(in crate::store) fn fence(transaction: &mut Transaction<'_>, position: &Key) {
    let one = Item::from([(":one".to_owned(), number(1))]);
    let change = "SET revision = revision + :one REMOVE lease";
    transaction.update(Step::Record, position, change, one, Condition::present());
}

/// The condition that a position has the revision and the lease as read.
fn as_held(held: &Position) -> Result<Condition, Error> {
    let condition = match held.lease {
        None => Condition::expression("revision = :expected AND attribute_not_exists(lease)"),
        Some(lease) => Condition::expression("revision = :expected AND lease = :lease")
            .with(":lease", text(format_time(lease)?)),
    };
    Ok(condition.with(":expected", number(held.revision)))
}
