//! Converts history entries from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use super::packed_changes::PackedChanges;
use crate::model::history::{HistoryEntry, RecordedEntry};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::Key;

// The names of an entry's attributes.
const AT: &str = "at";
const ACTOR: &str = "actor";
const KIND: &str = "kind";
const CHANGES: &str = "changes";

impl HistoryEntry {
    /// Makes an item.
    pub(in crate::store) fn to_item(&self, key: &Key) -> Result<Item, Error> {
        let item = ItemWriter::new(key)
            .time(AT, self.at)?
            .json(ACTOR, &self.actor)?
            .text(KIND, self.kind.as_str());
        match self.changes.is_empty() {
            true => Ok(item.into_item()),
            false => Ok(item.json(CHANGES, &PackedChanges::of(&self.changes))?.into_item()),
        }
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
    let entry = HistoryEntry { at: item.time(AT)?, actor: item.json(ACTOR)?, kind, changes };
    Ok(RecordedEntry { revision, entry })
}
