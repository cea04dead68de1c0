//! Reads that only employees have, one method for each access pattern.

use super::EmployeeItems;
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::items::employee::from_item;
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::record::RecordItems;
use crate::store::record::ids_of;
use uuid::Uuid;

/// The place of an employee's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// The place of visible employees, which SCIM shows.
    Visible,
    /// The place of hidden employees, which the identity provider deleted.
    Hidden,
}

impl EmployeeItems<'_> {
    /// Gets an employee, visible or hidden. The store reads both places at one instant, so it finds an employee that
    /// moves meanwhile.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_visible_or_hidden(self, id: Uuid) -> Result<Option<Employee>, Error> {
        let places = [
            keys::record(&self.0.tenant, Kind::Employee, id),
            keys::hidden_employee(&self.0.tenant, id),
        ];
        let found = self.0.table.get_at_once(&places).await?;
        found.into_iter().next().map(|item| from_item(&self.0.tenant, item)).transpose()
    }

    /// Gets hidden employees by id, in the order of `ids`. The result leaves out ids without a hidden employee.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_hidden(self, ids: &[Uuid]) -> Result<Vec<Employee>, Error> {
        let keys: Vec<Key> =
            ids.iter().map(|id| keys::hidden_employee(&self.0.tenant, *id)).collect();
        RecordItems(self.0).get_at(ids, &keys).await
    }

    /// Gets employees by id, visible or hidden, in no particular order. Fifty ids need one call. The result leaves out
    /// erased employees, and may leave out an employee that moves meanwhile.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_all_visible_or_hidden(self, ids: &[Uuid]) -> Result<Vec<Employee>, Error> {
        let places = |id: &Uuid| {
            [
                keys::record(&self.0.tenant, Kind::Employee, *id),
                keys::hidden_employee(&self.0.tenant, *id),
            ]
        };
        let keys: Vec<Key> = ids.iter().flat_map(places).collect();
        let items = self.0.table.batch_get(&keys).await?;
        items.into_iter().map(|item| from_item(&self.0.tenant, item)).collect()
    }

    /// Finds the ids of visible employees with this email address, in any spelling and at any place among their
    /// addresses. An index finds primary addresses, and follows the table with a short delay. With `most`, the result
    /// has the first ids only.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_ids_by_email(
        self,
        email: &str,
        most: Option<usize>,
    ) -> Result<Vec<Uuid>, Error> {
        let prefix = SortRange::Prefix(keys::email_prefix(email));
        let others = Range::new(&keys::emails(&self.0.tenant), prefix);
        let index_key = keys::primary_email(&self.0.tenant, email);
        let (primary, others) = tokio::try_join!(
            self.0.table.query_email_index(&index_key, most),
            self.0.table.query_all(&others, most),
        )?;
        let found: Vec<Item> = primary.into_iter().chain(others).collect();
        let mut ids = ids_of(&found)?;
        ids.truncate(most.unwrap_or(usize::MAX));
        Ok(ids)
    }

    /// Lists one page of the visible or the hidden employees in id order, after an employee or from the start. The page
    /// has at most `limit` employees, or fewer when they fill 1 MB. The flag says whether there may be more.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_after(
        self,
        place: Visibility,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<(Vec<Employee>, bool), Error> {
        match place {
            Visibility::Visible => RecordItems(self.0).list_page(after, limit).await,
            Visibility::Hidden => {
                let start = after.map(|id| keys::hidden_employee(&self.0.tenant, id));
                RecordItems(self.0)
                    .list_page_of(&keys::hidden_employees(&self.0.tenant), start, limit)
                    .await
            }
        }
    }
}
