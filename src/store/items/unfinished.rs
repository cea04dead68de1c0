//! Converts entries of the list of unfinished work from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter, format_time};
use crate::model::tenant::TenantId;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::record::id_in_key;

const ACTOR: &str = "actor";
const SINCE: &str = "since";

impl Unfinished {
    /// Reads an entry.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an entry that this program does not write.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let id = id_in_key(&item)?;
        let key = keys::sort_key(&item).unwrap_or_default();
        let work = Work::ALL
            .into_iter()
            .find(|work| key.starts_with(&keys::unfinished_prefix(work.as_str())));
        let work = work.ok_or_else(|| Error::bad_item("unknown work"))?;
        let mut item = ItemReader(item);
        Ok(Self { work, id, actor: item.json(ACTOR)?, since: item.time(SINCE)? })
    }

    /// The key of the entry. Entries of [`Work::Expiry`] sort by time, the oldest first.
    pub(in crate::store) fn key(&self, tenant: &TenantId) -> Result<Key, Error> {
        let work = match self.work {
            Work::Expiry => format!("{}#{}", self.work.as_str(), format_time(self.since)?),
            other => other.as_str().to_owned(),
        };
        Ok(keys::unfinished(tenant, &work, self.id))
    }

    pub(in crate::store) fn to_item(&self, tenant: &TenantId) -> Result<Item, Error> {
        let key = self.key(tenant)?;
        Ok(ItemWriter::new(&key).json(ACTOR, &self.actor)?.time(SINCE, self.since)?.into_item())
    }
}
