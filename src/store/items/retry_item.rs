//! Converts events that wait for another try from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::destination::RetryItem;
use crate::model::event::EventRef;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use uuid::Uuid;

const REFERENCE: &str = "reference";
const TRIES: &str = "tries";
const NEXT_AT: &str = "nextAt";
const STATUS: &str = "status";

impl RetryItem {
    /// Makes the item of a destination's event.
    pub(in crate::store) fn to_item(&self, tenant: &TenantId, id: Uuid) -> Result<Item, Error> {
        let item = ItemWriter::new(&keys::retry(tenant, id, self.number))
            .text(REFERENCE, self.reference.to_string())
            .number(TRIES, u64::from(self.tries))
            .time(NEXT_AT, self.next_at)?
            .optional_text(STATUS, self.status.as_deref());
        Ok(item.into_item())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an item that this program does not write.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let number = keys::sort_key(&item).and_then(keys::number_of_retry);
        let mut item = ItemReader(item);
        let reference = EventRef::parse(&item.text(REFERENCE)?);
        Ok(Self {
            number: number.ok_or_else(|| Error::bad_item("no number of an event"))?,
            reference: reference.ok_or_else(|| Error::bad_item("no reference"))?,
            tries: u32::try_from(item.number(TRIES)?).map_err(Error::bad_item)?,
            next_at: item.time(NEXT_AT)?,
            status: item.optional_text(STATUS)?,
        })
    }
}
