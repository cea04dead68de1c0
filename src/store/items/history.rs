//! Converts history entries from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use super::packed_changes::PackedChanges;
use crate::model::history::{HistoryEntry, RecordedEntry};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::Key;
use time::UtcOffset;

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
    pub(in crate::store) fn to_plain_item(&self, key: &Key) -> Result<Item, Error> {
        Ok(self.writer(key)?.into_item())
    }

    /// Makes an item that is also in the index of changes.
    pub(in crate::store) fn to_item(&self, tenant: &TenantId, key: &Key) -> Result<Item, Error> {
        let day = keys::changes_on(tenant, self.at.to_offset(UtcOffset::UTC).date());
        let item = self.writer(key)?;
        let at = keys::change_at(self.at, self.kind.as_str());
        Ok(item.text(keys::CHANGE_AT, at).text(keys::CHANGE_DAY, day).into_item())
    }
}

/// Reads an entry.
pub(in crate::store) fn read_entry(item: Item) -> Result<RecordedEntry, Error> {
    let revision = keys::sort_key(&item).and_then(keys::revision);
    let revision = revision.ok_or_else(|| Error::bad_item("no revision"))?;
    let mut item = ItemReader(item);
    let kind = serde_json::from_value(item.text(KIND)?.into()).map_err(Error::bad_item)?;
    let changes: Option<PackedChanges> = item.optional_json(CHANGES)?;
    let changes = changes.unwrap_or_default().unpack();
    let entry = HistoryEntry { at: item.time(AT)?, by: item.text(BY)?, kind, changes };
    Ok(RecordedEntry { revision, entry })
}
