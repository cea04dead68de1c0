//! History: one entry for each change of an employee, of a group, or of the tenant's settings and tokens.

use super::dynamodb::read::{Range, SortRange};
use super::items::attributes::{ItemReader, ItemWriter};
use super::items::packed_changes::PackedChanges;
use super::keys;
use super::keys::{History, Key};
use crate::model::history::{HistoryEntry, RecordedEntry};
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use time::UtcOffset;
use uuid::Uuid;

// The names of an entry's attributes.
const AT: &str = "at";
const BY: &str = "by";
const KIND: &str = "kind";
const CHANGES: &str = "changes";

impl HistoryEntry {
    fn writer(&self, key: &Key) -> Result<ItemWriter, Error> {
        let item = ItemWriter::new(key)
            .time(AT, self.at)?
            .text(BY, &*self.by)
            .text(KIND, self.kind.as_str());
        match self.changes.is_empty() {
            true => Ok(item),
            false => item.json(CHANGES, &PackedChanges::of(&self.changes)),
        }
    }

    /// Makes an item that is in no index.
    pub(super) fn to_plain_item(&self, key: &Key) -> Result<Item, Error> {
        Ok(self.writer(key)?.into_item())
    }

    /// Makes an item that is also in the index of changes.
    pub(super) fn to_item(&self, tenant: &TenantId, key: &Key) -> Result<Item, Error> {
        let day = keys::changes_on(tenant, self.at.to_offset(UtcOffset::UTC).date());
        let item = self.writer(key)?;
        let at = keys::change_at(self.at, self.kind.as_str());
        Ok(item.text(keys::CHANGE_AT, at).text(keys::CHANGE_DAY, day).into_item())
    }
}

/// The histories of a tenant, and of its records.
#[derive(Debug, Clone, Copy)]
pub struct Histories<'a>(pub(in crate::store) &'a TenantPart);

impl Histories<'_> {
    /// Lists the history of a record, oldest entry first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self, kind: Kind, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::history(&self.0.tenant, kind, id)).await
    }

    /// Lists the newest entries of a record's history before a revision, newest first. The flag says whether there are
    /// older entries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_before(
        self,
        (kind, id): (Kind, Uuid),
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::history(&self.0.tenant, kind, id), before, limit).await
    }

    /// Lists the history of the tenant's settings and tokens, oldest entry first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_of_tenant(self) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::tenant_history(&self.0.tenant)).await
    }

    /// Lists the newest entries of the tenant's own history before a revision, newest first. The flag says whether
    /// there are older entries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_of_tenant_before(
        self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::tenant_history(&self.0.tenant), before, limit).await
    }

    async fn list_entries(self, history: History) -> Result<Vec<RecordedEntry>, Error> {
        let range = entries_of(&history);
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(read_entry).collect()
    }

    async fn list_entries_before(
        self,
        history: History,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        let start = before.map(|revision| history.entry(revision).to_item());
        let range = entries_of(&history).backwards();
        let page = self.0.table.query_page(&range, Some(limit), start).await?;
        let entries = page.items.into_iter().map(read_entry);
        Ok((entries.collect::<Result<_, _>>()?, page.next.is_some()))
    }
}

fn entries_of(history: &History) -> Range {
    let sort = match history.prefix.as_str() {
        "" => SortRange::All,
        prefix => SortRange::Prefix(prefix.to_owned()),
    };
    Range::new(&history.partition, sort)
}

pub(super) fn read_entry(item: Item) -> Result<RecordedEntry, Error> {
    let revision = keys::sort_key(&item).and_then(keys::revision);
    let revision = revision.ok_or_else(|| Error::bad_item("no revision"))?;
    let mut item = ItemReader(item);
    let kind = serde_json::from_value(item.text(KIND)?.into()).map_err(Error::bad_item)?;
    let changes: Option<PackedChanges> = item.optional_json(CHANGES)?;
    let changes = changes.unwrap_or_default().unpack();
    let entry = HistoryEntry { at: item.time(AT)?, by: item.text(BY)?, kind, changes };
    Ok(RecordedEntry { revision, entry })
}
