//! Reads the limit on the manager of a list: the colleagues that a text names.

use super::managers::{ManagerFilter, Managers};
use super::search::Condition;
use super::walk::Walk;
use super::{People, PeopleFilters, PeopleQuery};
use crate::directory::error::Error;
use crate::directory::users::Users;
use crate::directory::users::administration::Status;
use crate::model::employee::Employee;
use crate::model::id::parse_id;

/// The most colleagues that a name may have. Each of them costs reads.
const MOST_NAMESAKES: usize = 20;

impl People<'_> {
    /// Reads a limit on the manager. A text that is no id, userName or address of a colleague is a name. It is also a
    /// value of its own, because a value may be any text.
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] for a name that more than 20 people have, or as every call of the store does.
    pub(super) async fn manager_filter(
        self,
        text: &str,
        query: &PeopleQuery<'_>,
    ) -> Result<ManagerFilter, Error> {
        let managers = Managers(self.0);
        let colleague = match parse_id(text) {
            Some(id) => self.0.store.employees().get_visible_or_hidden(id).await?,
            None => Users(self.0).find_by_any_name(text).await?,
        };
        if let Some(colleague) = colleague {
            return managers.filter(None, &[colleague]).await;
        }
        let is_name = parse_id(text).is_none() && !text.contains('@');
        let namesakes = if is_name { self.named(text, query).await? } else { Vec::new() };
        managers.filter(Some(text), &namesakes).await
    }

    /// Finds the employees whose name has all words of a text. Their titles, departments and numbers may have the words
    /// too, so the search may stop before its end. The result then has the employees that were found.
    async fn named(self, text: &str, query: &PeopleQuery<'_>) -> Result<Vec<Employee>, Error> {
        let query = PeopleQuery {
            status: Status::All,
            search: "",
            filters: PeopleFilters::default(),
            cursor: None,
            limit: MOST_NAMESAKES,
            ..*query
        };
        let condition = Condition::of_name(text, &query);
        if condition.is_empty() {
            return Ok(Vec::new());
        }
        let (found, is_full) = Walk::new(self, &query, &condition)?.employees().await?;
        if is_full {
            return Err(scim::Error::invalid_value(format!(
                "More than {MOST_NAMESAKES} employees fit the name of the manager. Enter more of \
                 the name, or the email address"
            ))
            .into());
        }
        Ok(found)
    }
}
