//! The outbox: events that are committed and not numbered yet. The transaction of a change also writes its outbox item.

use super::days::DayItems;
use super::{NumberedEvent, WaitingEvent};
use crate::model::event::{ChangeRef, EventRef, SyncRef};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::read::Range;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::event::{feed_item, outbox_item, read_waiting};
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::tenant_part::TenantPart;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most outbox items that one read of the outbox gives.
const MOST_READ: usize = 1_000;

/// The outbox of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct OutboxItems<'a>(pub(in crate::store) &'a TenantPart);

impl OutboxItems<'_> {
    /// Adds the event of a change to the transaction of the change.
    pub(in crate::store) fn add(
        self,
        transaction: &mut Transaction<'_>,
        change: ChangeRef,
        after: Option<&Key>,
    ) {
        let key = keys::outbox_of_change(&self.0.tenant, change.subject, change.revision);
        let item = outbox_item(&key, &EventRef::Change(change), after);
        transaction.put(Step::Companion, item, Condition::none());
        transaction.announce(&self.0.tenant);
    }

    /// Adds a finding about the sync to the transaction of the note that decides it.
    pub(in crate::store) fn put_finding(self, transaction: &mut Transaction<'_>, finding: SyncRef) {
        let key = keys::outbox_of_sync(&self.0.tenant, Uuid::new_v4());
        let item = outbox_item(&key, &EventRef::Sync(finding), None);
        transaction.put(Step::Companion, item, Condition::none());
        transaction.announce(&self.0.tenant);
    }

    /// Lists the events of the outbox, at most 1,000, in the order of their keys.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self) -> Result<Vec<WaitingEvent>, Error> {
        let range = all(&self.0.tenant).long();
        let items = self.0.table.query_all(&range, Some(MOST_READ)).await?;
        items.into_iter().map(read_waiting).collect()
    }

    /// Whether the outbox has an event.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn has_any(self) -> Result<bool, Error> {
        let page = self.0.table.query_page(&all(&self.0.tenant), Some(1), None).await?;
        Ok(!page.items.is_empty())
    }

    /// Whether the outbox still has an event that comes before one of these events, and that is not among them.
    ///
    /// Such an event is the change before a change of the same record, or the last change before an erasure. The read
    /// is transactional. It therefore waits while the change before is being committed.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn has_earlier(self, events: &[WaitingEvent]) -> Result<bool, Error> {
        let own: BTreeSet<&str> = events.iter().map(|event| event.sort.as_str()).collect();
        let earlier: BTreeSet<String> = (events.iter())
            .flat_map(|event| [self.previous(event), event.after.clone()])
            .flatten()
            .filter(|sort| !own.contains(sort.as_str()))
            .collect();
        if earlier.is_empty() {
            return Ok(false);
        }
        let earlier = earlier.into_iter();
        let keys: Vec<Key> = earlier.map(|sort| keys::outbox_item(&self.0.tenant, sort)).collect();
        Ok(!self.0.table.get_at_once(&keys).await?.is_empty())
    }

    /// The sort key of the change before a change.
    fn previous(self, event: &WaitingEvent) -> Option<String> {
        let EventRef::Change(change) = &event.event else { return None };
        let revision = change.revision.checked_sub(1).filter(|revision| *revision > 0)?;
        Some(keys::outbox_of_change(&self.0.tenant, change.subject, revision).sort)
    }

    /// Moves events from the outbox to the feed, and counts them for their days, in one transaction. There are as many
    /// events as [`batch_len`](super::days::batch_len) allows. The first event gets the number after `newest`.
    /// `None` when another sequencer moved one of the events, or took one of the numbers.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn number(
        self,
        events: Vec<WaitingEvent>,
        newest: u64,
    ) -> Result<Option<Vec<NumberedEvent>>, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        DayItems(self.0).count(&mut transaction, &events);
        let mut numbered = Vec::with_capacity(events.len());
        for (event, number) in events.into_iter().zip(newest.saturating_add(1)..) {
            let item = feed_item(&keys::feed_event(&self.0.tenant, number), &event.event);
            transaction.put(Step::Companion, item, Condition::absent());
            let waiting = keys::outbox_item(&self.0.tenant, event.sort);
            transaction.delete(Step::Companion, &waiting, Condition::present());
            numbered.push(NumberedEvent { number, event: event.event });
        }
        let is_done = transaction.commit_if_unchanged().await?;
        Ok(is_done.then_some(numbered))
    }
}

fn all(tenant: &TenantId) -> Range {
    Range::all(&keys::outbox(tenant))
}
