//! The userNames of employees in bulk, both ways.

use super::People;
use crate::directory::error::Error;
use crate::model::employee::Employee;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use std::collections::BTreeMap;
use uuid::Uuid;

impl People<'_> {
    /// Returns the userNames of visible employees by id. An employee that is deleted or erased is left out.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn user_names(self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, String>, Error> {
        let found = self.0.store.records().get_many::<Employee>(ids).await?;
        Ok(found.iter().map(|employee| (employee.id, employee.user_name().to_owned())).collect())
    }

    /// Finds the visible employees that texts name, in the order of the texts: by id, or by userName in any case. `None`
    /// for a text that names no employee.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_all(self, texts: &[&str]) -> Result<Vec<Option<Uuid>>, Error> {
        let by_id: Vec<Uuid> = texts.iter().filter_map(|text| parse_id(text)).collect();
        let (visible, holders) = tokio::try_join!(self.user_names(&by_id), async {
            Ok(self.0.store.claims().get_holders(Kind::Employee, texts).await?)
        })?;
        let named = texts
            .iter()
            .zip(holders)
            .map(|(text, holder)| parse_id(text).filter(|id| visible.contains_key(id)).or(holder));
        Ok(named.collect())
    }
}
