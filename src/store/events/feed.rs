//! The feed: the numbered events of a tenant, from 1, without a gap.

use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::items::event::{NumberedEvent, read_numbered};
use crate::store::keys;
use crate::store::tenant_part::TenantPart;

/// The feed of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct FeedItems<'a>(pub(in crate::store) &'a TenantPart);

impl FeedItems<'_> {
    /// Gets the number of the newest event; 0 for an empty feed.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn newest(self) -> Result<u64, Error> {
        Ok(self.list_before(None, 1).await?.first().map_or(0, |event| event.number))
    }

    /// Lists at most `limit` events after a number, in order.
    ///
    /// The list ends before a missing number. The items of a transaction become visible one by one, so a later number
    /// can be visible first. The next read finds the missing number.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_after(self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Error> {
        let first = keys::feed_number(after.saturating_add(1));
        let range = Range::new(&keys::feed(&self.0.tenant), SortRange::From(first));
        let range = range.for_items(limit);
        let items = self.0.table.query_all(&range, Some(limit)).await?;
        let mut events = Vec::with_capacity(items.len());
        for (item, expected) in items.into_iter().zip(after.saturating_add(1)..) {
            let event = read_numbered(item)?;
            if event.number != expected {
                break;
            }
            events.push(event);
        }
        Ok(events)
    }

    /// Lists at most `limit` events before a number, or the newest events, in backward order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_before(
        self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<NumberedEvent>, Error> {
        let range = all(&self.0.tenant).backwards().for_items(limit);
        self.backwards(&range, before, limit).await
    }

    /// Does the same with an eventually consistent read, for counts. A page also ends at 1 MB.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_recent(
        self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<NumberedEvent>, Error> {
        let range = all(&self.0.tenant).backwards().eventual().for_items(limit);
        self.backwards(&range, before, limit).await
    }

    /// Gets the event with a number.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, number: u64) -> Result<Option<NumberedEvent>, Error> {
        let item = self.0.table.get(&keys::feed_event(&self.0.tenant, number)).await?;
        item.map(read_numbered).transpose()
    }

    async fn backwards(
        self,
        range: &Range,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<NumberedEvent>, Error> {
        let start = before.map(|number| keys::feed_event(&self.0.tenant, number).to_item());
        let page = self.0.table.query_page(range, Some(limit), start).await?;
        page.items.into_iter().map(read_numbered).collect()
    }
}

fn all(tenant: &TenantId) -> Range {
    Range::all(&keys::feed(tenant))
}
