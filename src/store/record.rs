//! What the kinds of records that SCIM shows have in common, and the reads they share: by id, page by page, all of
//! them.

use super::dynamodb::read::{Range, SortRange};
use super::keys::{self, Key, Kind};
use super::tenant::TenantId;
use super::{Error, Item, TenantStore};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use uuid::Uuid;

/// How many id ranges a walk over all records is cut into: one for each first hexadecimal digit.
const RANGES: u8 = 16;
/// How many of them are read at the same time. Each holds one page of at most a megabyte.
const RANGES_AT_ONCE: usize = 4;

/// A record that SCIM shows.
pub trait Record: Sized + Send {
    /// Which kind it is.
    const KIND: Kind;

    /// Its id.
    fn id(&self) -> Uuid;

    /// Reads its item.
    ///
    /// # Errors
    /// [`Error::BadItem`].
    fn from_item(tenant: &TenantId, item: Item) -> Result<Self, Error>;
}

impl TenantStore {
    /// A visible record.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_record<R: Record>(&self, id: Uuid) -> Result<Option<R>, Error> {
        let item = self.store.get(&keys::record(&self.tenant, R::KIND, id)).await?;
        item.map(|item| R::from_item(&self.tenant, item)).transpose()
    }

    /// Visible records by id, in the order of `ids`; those that are not there are left out.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_records<R: Record>(&self, ids: &[Uuid]) -> Result<Vec<R>, Error> {
        if let [id] = ids {
            return Ok(self.get_record(*id).await?.into_iter().collect());
        }
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::record(&self.tenant, R::KIND, *id)).collect();
        self.get_records_at(ids, &keys).await
    }

    pub(super) async fn get_records_at<R: Record>(
        &self,
        ids: &[Uuid],
        keys: &[Key],
    ) -> Result<Vec<R>, Error> {
        let items = self.store.batch_get(keys).await?;
        let mut found = HashMap::with_capacity(items.len());
        for item in items {
            let record = R::from_item(&self.tenant, item)?;
            found.insert(record.id(), record);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The ids of the visible records of a kind with this externalId, exactly.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_ids_by_external_id(
        &self,
        kind: Kind,
        external_id: &str,
    ) -> Result<Vec<Uuid>, Error> {
        let prefix = SortRange::Prefix(keys::external_id_prefix(external_id));
        let partition = keys::external_ids(&self.tenant, kind);
        ids_of(&self.store.query_all(&Range::new(&partition, prefix), None).await?)
    }

    /// A page of visible records in id order, and how many there are: at most `count` after the first `offset`, and
    /// never fewer while there are more.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_records<R: Record>(
        &self,
        offset: u64,
        count: usize,
    ) -> Result<(Vec<R>, u64), Error> {
        let counts = self.get_counts(R::KIND).await?;
        let total = counts.total();
        let Some(place) = counts.place(offset).filter(|_| count > 0) else {
            return Ok((Vec::new(), total));
        };
        let partition = keys::records(&self.tenant, R::KIND);
        let range = Range::new(&partition, SortRange::From(place.first_key));
        let most = place.skip.saturating_add(count);
        let items = self.store.query_all(&range, Some(most)).await?;
        let rows = items.into_iter().skip(place.skip);
        let rows: Result<Vec<_>, _> = rows.map(|item| R::from_item(&self.tenant, item)).collect();
        Ok((rows?, total))
    }

    /// At most `count` visible records in id order after one of them, or from the start; fewer only at the end.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_records_after<R: Record>(
        &self,
        after: Option<Uuid>,
        count: usize,
    ) -> Result<Vec<R>, Error> {
        let partition = keys::records(&self.tenant, R::KIND);
        let sort = match after {
            Some(id) => SortRange::From(keys::after_record(id)),
            None => SortRange::All,
        };
        let range = Range::new(&partition, sort);
        let items = self.store.query_all(&range, Some(count)).await?;
        items.into_iter().map(|item| R::from_item(&self.tenant, item)).collect()
    }

    /// One page of visible records in id order, after one of them or from the start: at most `limit`, fewer when they
    /// fill a megabyte. Says whether there may be more.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_records_page<R: Record>(
        &self,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<R>, bool), Error> {
        let partition = keys::records(&self.tenant, R::KIND);
        let start = after.map(|id| keys::record(&self.tenant, R::KIND, id));
        self.list_page_of(&partition, start, limit).await
    }

    pub(super) async fn list_page_of<R: Record>(
        &self,
        partition: &str,
        start: Option<Key>,
        limit: usize,
    ) -> Result<(Vec<R>, bool), Error> {
        let start = start.map(|key| key.to_item());
        let page = self.store.query_page(&Range::all(partition), Some(limit), start).await?;
        let rows = page.items.into_iter().map(|item| R::from_item(&self.tenant, item));
        Ok((rows.collect::<Result<_, _>>()?, page.next.is_some()))
    }

    /// How many visible records of a kind there are.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn count_records(&self, kind: Kind) -> Result<u64, Error> {
        Ok(self.get_counts(kind).await?.total())
    }

    /// What `pick` takes of all visible records, in id order. Reads them all, several ranges at once.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn pick_from_records<R, T, F>(&self, pick: F) -> Result<Vec<T>, Error>
    where
        R: Record,
        T: Send,
        F: Fn(R) -> Option<T> + Sync,
    {
        let ranges: Vec<Vec<T>> = stream::iter(0..RANGES)
            .map(|digit| self.pick_from_range(digit, &pick))
            .buffered(RANGES_AT_ONCE)
            .try_collect()
            .await?;
        Ok(ranges.into_iter().flatten().collect())
    }

    async fn pick_from_range<R, T, F>(&self, digit: u8, pick: &F) -> Result<Vec<T>, Error>
    where
        R: Record,
        F: Fn(R) -> Option<T> + Sync,
    {
        let partition = keys::records(&self.tenant, R::KIND);
        let (low, high) = keys::records_with_digit(digit);
        let range = Range::new(&partition, SortRange::Between(low, high)).eventual().long();
        let mut picked = Vec::new();
        let mut start = None;
        loop {
            let page = self.store.query_page(&range, None, start).await?;
            for item in page.items {
                picked.extend(pick(R::from_item(&self.tenant, item)?));
            }
            start = page.next;
            if start.is_none() {
                return Ok(picked);
            }
            // A page can hold a thousand rows: let other requests have their turn.
            tokio::task::yield_now().await;
        }
    }

    /// Whether there is any record of a kind.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn has_records(&self, kind: Kind) -> Result<bool, Error> {
        let partition = keys::records(&self.tenant, kind);
        let page = self.store.query_page(&Range::all(&partition), Some(1), None).await?;
        Ok(!page.items.is_empty())
    }
}

impl TenantStore {
    /// The ids at the end of all sort keys of a partition, in order.
    pub(super) async fn list_ids_in(&self, partition: &str) -> Result<Vec<Uuid>, Error> {
        ids_of(&self.store.query_all(&Range::all(partition), None).await?)
    }
}

/// The record's id at the end of an item's sort key: of a record, or of a pointer to one.
pub(super) fn id_in_key(item: &Item) -> Result<Uuid, Error> {
    let key = keys::sort_key(item).ok_or_else(|| Error::bad_item("no sort key"))?;
    let id = key.rsplit_once('#').map_or(key, |(_, id)| id);
    Uuid::parse_str(id).map_err(Error::bad_item)
}

/// The ids at the end of the items' sort keys, each once, in order.
pub(super) fn ids_of(items: &[Item]) -> Result<Vec<Uuid>, Error> {
    let mut ids: Vec<Uuid> = items.iter().map(id_in_key).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
