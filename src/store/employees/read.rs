//! Reads that only employees have, one method for each access pattern.

use crate::model::employee::Employee;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::items::employee::from_item;
use crate::store::keys;
use crate::store::keys::{Key, Kind};
use crate::store::record::ids_of;
use crate::store::{Error, Item, TenantStore};
use uuid::Uuid;

/// Where an employee's record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Where SCIM sees it.
    Visible,
    /// Where the identity provider's DELETE moved it.
    Hidden,
}

impl TenantStore {
    /// An employee, visible or hidden: both places are read at one instant, so that one who moves is not missed.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_visible_or_hidden(&self, id: Uuid) -> Result<Option<Employee>, Error> {
        let places = [
            keys::record(&self.tenant, Kind::Employee, id),
            keys::hidden_employee(&self.tenant, id),
        ];
        let found = self.store.get_at_once(&places).await?;
        found.into_iter().next().map(|item| from_item(&self.tenant, item)).transpose()
    }

    /// Hidden employees by id, in the order of `ids`; those that are not there are left out.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_hidden_employees(&self, ids: &[Uuid]) -> Result<Vec<Employee>, Error> {
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::hidden_employee(&self.tenant, *id)).collect();
        self.get_records_at(ids, &keys).await
    }

    /// The ids of visible employees with this email address, in any spelling and any place among their addresses.
    /// Primary addresses are found through an index that follows the table with a short delay. With `most`, the first ids
    /// only.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn find_ids_by_email(
        &self,
        email: &str,
        most: Option<usize>,
    ) -> Result<Vec<Uuid>, Error> {
        let prefix = SortRange::Prefix(keys::email_prefix(email));
        let others = Range::new(&keys::emails(&self.tenant), prefix);
        let index_key = keys::primary_email(&self.tenant, email);
        let (primary, others) = tokio::try_join!(
            self.store.query_email_index(&index_key, most),
            self.store.query_all(&others, most),
        )?;
        let found: Vec<Item> = primary.into_iter().chain(others).collect();
        let mut ids = ids_of(&found)?;
        ids.truncate(most.unwrap_or(usize::MAX));
        Ok(ids)
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
        match place {
            Place::Visible => self.list_records_page(after, limit).await,
            Place::Hidden => {
                let start = after.map(|id| keys::hidden_employee(&self.tenant, id));
                self.list_page_of(&keys::hidden_employees(&self.tenant), start, limit).await
            }
        }
    }
}
