//! Exact look-ups: employees by userName, email address or externalId.

use super::search::Condition;
use super::{People, PeoplePage, PeopleQuery};
use crate::directory::error::Error;
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::model::tenant::Settings;
use scim::fold::fold;
use uuid::Uuid;

/// The most employees with one address that a look-up reads.
const MOST_READ: usize = 100;

/// A value that identifies employees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExactName<'a> {
    /// The userName, in any case. Hidden employees keep it.
    UserName(&'a str),
    /// An email address of a visible employee, in any case.
    Email(&'a str),
    /// The externalId of a visible employee.
    ExternalId(&'a str),
}

impl People<'_> {
    /// Finds the employees that a value identifies: a list of no, one or several employees.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find(self, name: ExactName<'_>, settings: Settings) -> Result<PeoplePage, Error> {
        let employees = match name {
            ExactName::UserName(text) => self.by_user_name(text).await?,
            ExactName::Email(text) => self.by_address(text).await?,
            ExactName::ExternalId(text) => self.by_external_id(text).await?,
        };
        self.whole_list(employees, settings).await
    }

    /// Finds the rows of a search for one address; `None` when the text is no address, or no row has the address.
    pub(super) async fn find_address(
        self,
        query: &PeopleQuery<'_>,
        condition: &Condition,
    ) -> Result<Option<Vec<Employee>>, Error> {
        let text = query.search.trim();
        if !text.contains('@') || text.contains(char::is_whitespace) {
            return Ok(None);
        }
        let (mut found, others) = tokio::try_join!(self.by_user_name(text), self.by_address(text))?;
        let is_new = |one: &Employee| found.iter().all(|other| other.id != one.id);
        let others: Vec<Employee> = others.into_iter().filter(is_new).collect();
        found.extend(others);
        found.retain(|employee| condition.match_all_but_words(employee));
        found.truncate(query.limit);
        Ok((!found.is_empty()).then_some(found))
    }

    async fn by_user_name(self, text: &str) -> Result<Vec<Employee>, Error> {
        let claim = self.0.store.claims().get(Kind::Employee, text).await?;
        let holder: Vec<Uuid> = claim.holder.into_iter().collect();
        let (mut found, hidden) = tokio::try_join!(
            self.0.store.records().get_many::<Employee>(&holder),
            self.0.store.employees().get_hidden(&claim.former),
        )?;
        found.extend(hidden);
        Ok(found)
    }

    async fn by_address(self, text: &str) -> Result<Vec<Employee>, Error> {
        let ids = self.0.store.employees().find_ids_by_email(text, Some(MOST_READ)).await?;
        let mut found = self.0.store.records().get_many::<Employee>(&ids).await?;
        // The index may still list an address that was just changed.
        let wanted = fold(text);
        found.retain(|employee| employee.email_addresses().any(|email| fold(email) == wanted));
        Ok(found)
    }

    async fn by_external_id(self, text: &str) -> Result<Vec<Employee>, Error> {
        let ids = self.0.store.records().list_ids_by_external_id(Kind::Employee, text).await?;
        Ok(self.0.store.records().get_many(&ids).await?)
    }
}
