//! Keeps notes on the requests of an identity provider: a ring of pages with failed requests, counts of ten minutes,
//! and recordings.

use super::dynamodb::error::Error;
use super::dynamodb::port::{Item, Updated};
use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::{number, text};
use super::items::attributes::as_json;
use super::items::request_page::{NUMBER, REVISION, ROWS, RecordedPage, RequestPage, TrafficPart};
use super::keys;
use super::tenant_part::TenantPart;
use super::update::ItemUpdate;
use crate::model::noted_request::NotedRequest;
use crate::model::sync::Traffic;
use futures_util::future::try_join_all;
use scim::date_time;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// The most rows of one item of a recording.
pub const RECORDED_ROWS: usize = 25;

/// The notes on the requests of a tenant's identity provider.
#[derive(Debug, Clone, Copy)]
pub struct RequestItems<'a>(pub(in crate::store) &'a TenantPart);

impl RequestItems<'_> {
    /// Reads the page with a number; an empty page when its slot has another page.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_page(self, number: u64) -> Result<RequestPage, Error> {
        let item = self.0.table.get(&keys::request_page(&self.0.tenant, number)).await?;
        let page = item.map(RequestPage::from_item).transpose()?;
        let page = page.filter(|page| page.number == number);
        Ok(page.unwrap_or(RequestPage { number, ..RequestPage::default() }))
    }

    /// Writes a page. `false` when another process wrote the page since it was read.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(in crate::store) async fn put_page(self, page: &RequestPage) -> Result<bool, Error> {
        let mut update = ItemUpdate::default();
        match page.revision {
            0 => update.expect_below(NUMBER, page.number),
            revision => {
                update.expect(NUMBER, Some(number(page.number)));
                update.expect(REVISION, Some(number(revision)));
            }
        }
        update.set(NUMBER, number(page.number));
        update.set(REVISION, number(page.revision.saturating_add(1)));
        update.set(ROWS, text(as_json(&page.rows)?));
        let call = update.into_call(&keys::request_page(&self.0.tenant, page.number));
        Ok(self.0.table.update(call).await? == Updated::Done)
    }

    /// Reads all pages of failed requests, in the order of their slots.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_pages(self) -> Result<Vec<RequestPage>, Error> {
        let range = Range::all(&keys::requests(&self.0.tenant)).eventual().long();
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(RequestPage::from_item).collect()
    }

    /// Adds counts of requests.
    ///
    /// # Errors
    /// Fails as every call of the store does. Some counts may be written then.
    pub(in crate::store) async fn add_traffic(self, traffic: &Traffic) -> Result<(), Error> {
        let mut parts: BTreeMap<&str, ItemUpdate> = BTreeMap::new();
        for ((part, name), count) in traffic {
            parts.entry(part).or_default().add(name, *count);
        }
        let calls = parts.into_iter().map(|(part, update)| {
            self.0.table.update(update.into_call(&keys::traffic(&self.0.tenant, part)))
        });
        try_join_all(calls).await.map(drop)
    }

    /// Reads the counts from one time to another.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_traffic(
        self,
        from: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Vec<TrafficPart>, Error> {
        let sort = SortRange::Between(keys::ten_minutes(from), keys::ten_minutes(until));
        let range = Range::new(&keys::traffic_of(&self.0.tenant), sort).eventual().long();
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(TrafficPart::from_item).collect()
    }

    /// Writes the rows of a recording. The keys have the times of the requests.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(in crate::store) async fn put_recorded(self, rows: &[NotedRequest]) -> Result<(), Error> {
        for chunk in rows.chunks(RECORDED_ROWS) {
            let Some(at) = chunk.first().map(|row| row.first) else { continue };
            let process = format!("{:016x}", fastrand::u64(..));
            let mut update = ItemUpdate::default();
            update.set(ROWS, text(as_json(chunk)?));
            let key = keys::recorded(&self.0.tenant, at, &process);
            self.0.table.update(update.into_call(&key)).await?;
        }
        Ok(())
    }

    /// Reads the newest items of the recordings, the newest first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_recorded(self, most: usize) -> Result<Vec<RecordedPage>, Error> {
        let range = Range::all(&keys::recording(&self.0.tenant)).backwards().eventual().long();
        let items = self.0.table.query_all(&range, Some(most)).await?;
        items.into_iter().map(RecordedPage::from_item).collect()
    }

    /// Reads an item of a recording; `None` when there is none.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_recorded(self, sort_key: &str) -> Result<Option<RecordedPage>, Error> {
        let item = self.0.table.get(&keys::recorded_at(&self.0.tenant, sort_key)).await?;
        item.map(RecordedPage::from_item).transpose()
    }

    /// Removes the pages, counts and recordings whose last request is older than a time, a few items at a time.
    ///
    /// # Errors
    /// Fails as every call of the store does. A later call removes what is left.
    pub async fn delete_before(self, oldest: OffsetDateTime) -> Result<(), Error> {
        let is_old = |item: &Item| {
            let page = RequestPage::from_item(item.clone())?;
            Ok(page.rows.iter().all(|row| row.last < oldest))
        };
        self.delete(&Range::all(&keys::requests(&self.0.tenant)), is_old).await?;
        let before = |partition: &str, end: String| {
            let sort = SortRange::Between("0".to_owned(), end);
            Range::new(partition, sort)
        };
        let traffic = before(&keys::traffic_of(&self.0.tenant), keys::ten_minutes(oldest));
        let recorded = before(&keys::recording(&self.0.tenant), date_time::format(oldest));
        for range in [traffic, recorded] {
            self.delete(&range, |_| Ok(true)).await?;
        }
        Ok(())
    }
}
