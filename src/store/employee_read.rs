//! Reads of employees, one method for each access pattern.

use super::employee::Employee;
use super::employee_item::{from_item, id_in_key};
use super::keys::{self, Key};
use super::read::SortRange;
use super::{Error, Item, TenantStore};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use uuid::Uuid;

/// How many id ranges a walk over all employees is cut into: one for each first hexadecimal digit.
const RANGES: u8 = 16;
/// How many of them are read at the same time. Each holds one page of at most a megabyte.
const RANGES_AT_ONCE: usize = 4;

/// Where an employee's record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Where SCIM sees it.
    Visible,
    /// Where the identity provider's DELETE moved it.
    Hidden,
}

impl TenantStore {
    /// A visible employee.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_employee(&self, id: Uuid) -> Result<Option<Employee>, Error> {
        let item = self.store.get(&keys::employee(&self.tenant, id)).await?;
        item.map(|item| from_item(&self.tenant, item)).transpose()
    }

    /// An employee, visible or hidden: both places are read at one instant, so that one who moves is not missed.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_visible_or_hidden(&self, id: Uuid) -> Result<Option<Employee>, Error> {
        let places = [keys::employee(&self.tenant, id), keys::hidden_employee(&self.tenant, id)];
        let found = self.store.get_at_once(&places).await?;
        found.into_iter().next().map(|item| from_item(&self.tenant, item)).transpose()
    }

    /// Visible employees by id, in the order of `ids`; those that are not there are left out.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_employees(&self, ids: &[Uuid]) -> Result<Vec<Employee>, Error> {
        if let [id] = ids {
            return Ok(self.get_employee(*id).await?.into_iter().collect());
        }
        let keys: Vec<Key> = ids.iter().map(|id| keys::employee(&self.tenant, *id)).collect();
        self.get_employees_at(ids, &keys).await
    }

    /// Hidden employees by id, in the order of `ids`; those that are not there are left out.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_hidden_employees(&self, ids: &[Uuid]) -> Result<Vec<Employee>, Error> {
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::hidden_employee(&self.tenant, *id)).collect();
        self.get_employees_at(ids, &keys).await
    }

    async fn get_employees_at(&self, ids: &[Uuid], keys: &[Key]) -> Result<Vec<Employee>, Error> {
        let items = self.store.batch_get(keys).await?;
        let mut found = HashMap::with_capacity(items.len());
        for item in items {
            let employee = from_item(&self.tenant, item)?;
            found.insert(employee.id, employee);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The ids of visible employees with this externalId, exactly.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_ids_by_external_id(&self, external_id: &str) -> Result<Vec<Uuid>, Error> {
        let prefix = SortRange::Prefix(keys::external_id_prefix(external_id));
        let partition = keys::external_ids(&self.tenant);
        ids_of(self.store.query_all(&partition, &prefix, None).await?)
    }

    /// The ids of visible employees with this email address, in any spelling and any place among their addresses.
    /// Primary addresses are found through an index that follows the table with a short delay.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn find_ids_by_email(&self, email: &str) -> Result<Vec<Uuid>, Error> {
        let prefix = SortRange::Prefix(keys::email_prefix(email));
        let partition = keys::emails(&self.tenant);
        let index_key = keys::primary_email(&self.tenant, email);
        let (primary, others) = tokio::try_join!(
            self.store.query_email_index(&index_key),
            self.store.query_all(&partition, &prefix, None),
        )?;
        ids_of(primary.into_iter().chain(others).collect())
    }

    /// A page of visible employees in id order, and how many there are: at most `count` after the first `offset`,
    /// and never fewer while there are more.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_employees(
        &self,
        offset: u64,
        count: usize,
    ) -> Result<(Vec<Employee>, u64), Error> {
        let counts = self.get_counts().await?;
        let total = counts.total();
        let Some(place) = counts.place(offset).filter(|_| count > 0) else {
            return Ok((Vec::new(), total));
        };
        let partition = keys::employees(&self.tenant);
        let range = SortRange::From(place.first_key);
        let most = place.skip.saturating_add(count);
        let items = self.store.query_all(&partition, &range, Some(most)).await?;
        let rows = items.into_iter().skip(place.skip);
        let rows: Result<Vec<_>, _> = rows.map(|item| from_item(&self.tenant, item)).collect();
        Ok((rows?, total))
    }

    /// The ids of all visible employees for which `keep` holds, in id order. Reads them all, several ranges at once.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_ids_where<F>(&self, keep: F) -> Result<Vec<Uuid>, Error>
    where
        F: Fn(&Employee) -> bool + Sync,
    {
        let ranges: Vec<Vec<Uuid>> = stream::iter(0..RANGES)
            .map(|digit| self.list_ids_in_range(digit, &keep))
            .buffered(RANGES_AT_ONCE)
            .try_collect()
            .await?;
        Ok(ranges.into_iter().flatten().collect())
    }

    async fn list_ids_in_range<F>(&self, digit: u8, keep: &F) -> Result<Vec<Uuid>, Error>
    where
        F: Fn(&Employee) -> bool + Sync,
    {
        let partition = keys::employees(&self.tenant);
        let (low, high) = keys::employees_with_digit(digit);
        let range = SortRange::Between(low, high);
        let mut ids = Vec::new();
        let mut start = None;
        loop {
            let page = self.store.query_page(&partition, &range, None, start).await?;
            for item in page.items {
                let employee = from_item(&self.tenant, item)?;
                if keep(&employee) {
                    ids.push(employee.id);
                }
            }
            start = page.next;
            if start.is_none() {
                return Ok(ids);
            }
            // A page can hold a thousand rows: let other requests have their turn.
            tokio::task::yield_now().await;
        }
    }

    /// One page of the visible or of the hidden employees in id order, after one of them or from the start: at most
    /// `limit`, fewer when they fill a megabyte. Says whether there may be more.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_employees_after(
        &self,
        place: Place,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Employee>, bool), Error> {
        let tenant = &self.tenant;
        let (partition, start) = match place {
            Place::Visible => (keys::employees(tenant), after.map(|id| keys::employee(tenant, id))),
            Place::Hidden => {
                (keys::hidden_employees(tenant), after.map(|id| keys::hidden_employee(tenant, id)))
            }
        };
        let start = start.map(|key| key.to_item());
        let page = self.store.query_page(&partition, &SortRange::All, Some(limit), start).await?;
        let rows = page.items.into_iter().map(|item| from_item(&self.tenant, item));
        Ok((rows.collect::<Result<_, _>>()?, page.next.is_some()))
    }

    /// All employees for which `keep` holds, first the visible ones in id order, then the hidden ones.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_employees_where<F>(&self, keep: F) -> Result<Vec<Employee>, Error>
    where
        F: Fn(&Employee) -> bool,
    {
        let mut kept = Vec::new();
        for partition in [keys::employees(&self.tenant), keys::hidden_employees(&self.tenant)] {
            let mut start = None;
            loop {
                let page = self.store.query_page(&partition, &SortRange::All, None, start).await?;
                for item in page.items {
                    let employee = from_item(&self.tenant, item)?;
                    if keep(&employee) {
                        kept.push(employee);
                    }
                }
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
        }
        Ok(kept)
    }
}

fn ids_of(items: Vec<Item>) -> Result<Vec<Uuid>, Error> {
    let mut ids: Vec<Uuid> = items.iter().map(id_in_key).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
