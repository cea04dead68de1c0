//! The common part of the kinds of records that SCIM shows, and the reads that they share: by id, page by page, and of
//! all records.

use super::dynamodb::read::{Range, SortRange};
use super::keys;
use super::keys::Key;
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
use crate::store::counts::CountItems;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use std::collections::HashMap;
use uuid::Uuid;

/// A record that SCIM shows.
pub trait Record: Sized + Send {
    /// The kind of the record.
    const KIND: Kind;

    /// The id of the record.
    fn id(&self) -> Uuid;

    /// Reads a record from its item.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an item that this program does not write.
    fn from_item(tenant: &TenantId, item: Item) -> Result<Self, Error>;
}

/// The records of a tenant that SCIM shows, of either kind.
#[derive(Debug, Clone, Copy)]
pub struct RecordItems<'a>(pub(in crate::store) &'a TenantPart);

impl RecordItems<'_> {
    /// Gets a visible record; `None` when there is none.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get<R: Record>(self, id: Uuid) -> Result<Option<R>, Error> {
        let item = self.0.table.get(&keys::record(&self.0.tenant, R::KIND, id)).await?;
        item.map(|item| R::from_item(&self.0.tenant, item)).transpose()
    }

    /// Gets visible records by id, in the order of `ids`. The result leaves out ids without a visible record.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_many<R: Record>(self, ids: &[Uuid]) -> Result<Vec<R>, Error> {
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::record(&self.0.tenant, R::KIND, *id)).collect();
        self.get_at(ids, &keys).await
    }

    pub(super) async fn get_at<R: Record>(
        self,
        ids: &[Uuid],
        keys: &[Key],
    ) -> Result<Vec<R>, Error> {
        let items = self.0.table.batch_get(keys).await?;
        let mut found = HashMap::with_capacity(items.len());
        for item in items {
            let record = R::from_item(&self.0.tenant, item)?;
            found.insert(record.id(), record);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Lists the ids of the visible records of a kind with exactly this externalId.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_ids_by_external_id(
        self,
        kind: Kind,
        external_id: &str,
    ) -> Result<Vec<Uuid>, Error> {
        let prefix = SortRange::Prefix(keys::external_id_prefix(external_id));
        let partition = keys::external_ids(&self.0.tenant, kind);
        ids_of(&self.0.table.query_all(&Range::new(&partition, prefix), None).await?)
    }

    /// Lists a page of visible records in id order, and gives the total. The page has at most `count` records after the
    /// first `offset` records. The page has fewer only at the end of the list.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list<R: Record>(self, offset: u64, count: usize) -> Result<(Vec<R>, u64), Error> {
        let partition = keys::records(&self.0.tenant, R::KIND);
        let from = |sort, most| async move {
            let range = Range::new(&partition, sort).eventual().for_items(most);
            self.0.table.query_all(&range, Some(most)).await
        };
        if offset == 0 {
            // The start is known, so the rows do not wait for the counts.
            let (counts, items) =
                tokio::try_join!(CountItems(self.0).get(R::KIND), from(SortRange::All, count))?;
            let rows = self.read_all(items)?;
            let found = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            // A row may be added or removed between the two reads.
            let total = if rows.len() < count { found } else { counts.total().max(found) };
            return Ok((rows, total));
        }
        let counts = CountItems(self.0).get(R::KIND).await?;
        let total = counts.total();
        let Some(place) = counts.place(offset).filter(|_| count > 0) else {
            return Ok((Vec::new(), total));
        };
        let most = place.skip.saturating_add(count);
        let mut items = from(SortRange::From(place.first_key), most).await?;
        items.drain(..place.skip.min(items.len()));
        Ok((self.read_all(items)?, total))
    }

    fn read_all<R: Record>(self, items: Vec<Item>) -> Result<Vec<R>, Error> {
        items.into_iter().map(|item| R::from_item(&self.0.tenant, item)).collect()
    }

    /// Lists at most `count` visible records in id order, after a record or from the start. The list has fewer only at
    /// the end.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_after<R: Record>(
        self,
        after: Option<Uuid>,
        count: usize,
    ) -> Result<Vec<R>, Error> {
        let partition = keys::records(&self.0.tenant, R::KIND);
        let sort = match after {
            Some(id) => SortRange::From(keys::after_record(id)),
            None => SortRange::All,
        };
        let range = Range::new(&partition, sort).eventual().for_items(count);
        self.read_all(self.0.table.query_all(&range, Some(count)).await?)
    }

    /// Lists one page of visible records in id order, after a record or from the start. The page has at most `limit`
    /// records, or fewer when they fill 1 MB. The flag says whether there may be more.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_page<R: Record>(
        self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<R>, bool), Error> {
        let partition = keys::records(&self.0.tenant, R::KIND);
        let start = after.map(|id| keys::record(&self.0.tenant, R::KIND, id));
        self.list_page_of(&partition, start, limit).await
    }

    pub(super) async fn list_page_of<R: Record>(
        self,
        partition: &str,
        start: Option<Key>,
        limit: usize,
    ) -> Result<(Vec<R>, bool), Error> {
        let start = start.map(|key| key.to_item());
        let range = Range::all(partition).eventual().for_items(limit);
        let page = self.0.table.query_page(&range, Some(limit), start).await?;
        let more = page.next.is_some();
        Ok((self.read_all(page.items)?, more))
    }

    /// Counts the visible records of a kind.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count(self, kind: Kind) -> Result<u64, Error> {
        Ok(CountItems(self.0).get(kind).await?.total())
    }

    /// Whether there is any visible record of a kind.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn has_any(self, kind: Kind) -> Result<bool, Error> {
        let partition = keys::records(&self.0.tenant, kind);
        let page = self.0.table.query_page(&Range::all(&partition), Some(1), None).await?;
        Ok(!page.items.is_empty())
    }

    /// Lists the ids at the end of all sort keys of a partition, in order.
    pub(super) async fn list_ids_in(self, partition: &str) -> Result<Vec<Uuid>, Error> {
        ids_of(&self.0.table.query_all(&Range::all(partition), None).await?)
    }
}

/// Reads the record's id at the end of an item's sort key. The item is a record, or a pointer to a record.
pub(super) fn id_in_key(item: &Item) -> Result<Uuid, Error> {
    let key = keys::sort_key(item).ok_or_else(|| Error::bad_item("no sort key"))?;
    let id = key.rsplit_once('#').map_or(key, |(_, id)| id);
    Uuid::parse_str(id).map_err(Error::bad_item)
}

/// Reads the ids at the end of the items' sort keys, each once, in order.
pub(super) fn ids_of(items: &[Item]) -> Result<Vec<Uuid>, Error> {
    let mut ids: Vec<Uuid> = items.iter().map(id_in_key).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
