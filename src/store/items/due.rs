//! Converts due work from and to DynamoDB items.

use super::attributes::ItemWriter;
use crate::model::due_item::DueItem;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;

/// The attribute that starts a run: the stream of the table passes on only items with it.
const TRIGGER: &str = "trigger";
const YES: &str = "y";

impl DueItem {
    /// Makes the item.
    pub(in crate::store) fn to_item(&self) -> Item {
        let item = ItemWriter::new(&keys::due_item(self.at, &self.tenant, self.id));
        item.optional_text(TRIGGER, self.trigger.then_some(YES)).into_item()
    }

    /// Reads an item.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an item that this program does not write.
    pub(in crate::store) fn from_item(item: &Item) -> Result<Self, Error> {
        let read = keys::sort_key(item).and_then(keys::read_due);
        let (at, tenant, id) = read.ok_or_else(|| Error::bad_item("no due work in the key"))?;
        Ok(Self { at, tenant, id, trigger: item.contains_key(TRIGGER) })
    }
}
