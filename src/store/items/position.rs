//! Converts the positions of destinations from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::destination::Position;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::record::id_in_key;

// The names of a position's attributes.
const REVISION: &str = "revision";
const POSITION: &str = "position";
const RUN: &str = "run";
const LEASE: &str = "lease";
const FAILING_SINCE: &str = "failingSince";
const FAILING_REPORTED: &str = "failingReported";
const TRIES: &str = "tries";
const NEXT_AT: &str = "nextAt";
const DUE: &str = "due";
const LAST_OK: &str = "lastOk";
const LAST_SAYS: &str = "lastSays";

impl Position {
    /// Makes the item.
    pub(in crate::store) fn to_item(&self, tenant: &TenantId) -> Result<Item, Error> {
        let item = ItemWriter::new(&keys::position(tenant, self.id))
            .number(REVISION, self.revision)
            .number(POSITION, self.position)
            .number(RUN, self.run)
            .flag(FAILING_REPORTED, self.failing_reported)
            .number(TRIES, u64::from(self.tries))
            .optional_text(LAST_SAYS, self.last_says.as_deref())
            .optional_time(LEASE, self.lease)?
            .optional_time(FAILING_SINCE, self.failing_since)?
            .optional_time(NEXT_AT, self.next_at)?
            .optional_time(DUE, self.due)?
            .optional_time(LAST_OK, self.last_ok)?;
        Ok(item.into_item())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an item that this program does not write.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let id = id_in_key(&item)?;
        let mut item = ItemReader(item);
        Ok(Self {
            id,
            revision: item.number(REVISION)?,
            position: item.number(POSITION)?,
            run: item.number(RUN)?,
            lease: item.optional_time(LEASE)?,
            failing_since: item.optional_time(FAILING_SINCE)?,
            failing_reported: item.flag(FAILING_REPORTED)?,
            tries: u32::try_from(item.number(TRIES)?).map_err(Error::bad_item)?,
            next_at: item.optional_time(NEXT_AT)?,
            due: item.optional_time(DUE)?,
            last_ok: item.optional_time(LAST_OK)?,
            last_says: item.optional_text(LAST_SAYS)?,
        })
    }
}
