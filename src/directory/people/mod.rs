//! The people of a tenant, for its administrator: lists by standing, searches, and the reports of a manager.
//!
//! Active employees are in the order of names. Archived employees follow, the last archived first. A page reads keys
//! and words from the index of standings, and the rows from the table.

pub mod words;
pub mod lookup;
pub mod managers;
mod cursor;
mod manager_filter;
mod search;
mod walk;
mod user_names;

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::lists::admin_list::ListPage;
use crate::directory::users::administration::Status;
use crate::directory::users::view::Effective;
use crate::model::actor::ActorKind;
use crate::model::employee::Employee;
pub use crate::model::people_counts::PeopleCounts;
use crate::model::tenant::Settings;
use managers::{ManagerName, Managers, NamedColleague};
use scim::fold::fold;
use search::Condition;
use std::collections::BTreeSet;
use uuid::Uuid;
use walk::Walk;

/// The people of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct People<'a>(pub(in crate::directory) &'a Context);

/// A request for a page of people.
#[derive(Debug, Clone, Copy)]
pub struct PeopleQuery<'a> {
    /// The status of the employees.
    pub status: Status,
    /// Words that each start a word of the employee; empty for everybody. A text with `@` is an address first.
    pub search: &'a str,
    /// Limits on the values in use.
    pub filters: PeopleFilters<'a>,
    /// The tenant's settings. They decide which values are in use.
    pub settings: Settings,
    /// The cursor that an earlier page returned.
    pub cursor: Option<&'a str>,
    /// The most rows of a page.
    pub limit: usize,
}

/// Limits on the values in use, in any case. An absent limit accepts every value.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeopleFilters<'a> {
    /// The department.
    pub department: Option<&'a str>,
    /// The location.
    pub location: Option<&'a str>,
    /// The manager's id, userName, email address or name, or any text. Each word of a name starts a word of the
    /// manager's name.
    pub manager: Option<&'a str>,
    /// Whether the list has only imported employees that the identity provider does not know yet.
    pub is_unlinked: bool,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq)]
pub struct PeoplePage {
    /// The rows.
    pub rows: Vec<PersonRow>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<String>,
    /// The cursor of the previous page; `None` on the first page.
    pub previous: Option<String>,
    /// The number of the first row in the list, from 1.
    pub first_ordinal: u64,
    /// The number of all rows, if it is known. It is known without a search and a filter, and at the end of a search.
    pub total: Option<u64>,
    /// The colleagues that the limit on the manager names.
    pub managers: Vec<NamedColleague>,
    /// The numbers of all employees, if the page read them for its total.
    pub counts: Option<PeopleCounts>,
    /// The number of employees that the search compared when it stopped before its end. The search goes on with `next`,
    /// or with `previous` if the page was read backwards.
    pub stopped_after: Option<u64>,
}

/// An employee in a list, with the values in use.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// The record.
    pub employee: Employee,
    /// The values in use.
    pub effective: Effective,
    /// The manager in use.
    pub manager: Option<ManagerName>,
}

/// How an archived employee left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftBy {
    /// The identity provider deactivated the user.
    Deactivated,
    /// The identity provider deleted the user.
    Deleted,
    /// An administrator of the tenant archived the employee.
    Administrator,
    /// The operator of the deployment archived the employee.
    Operator,
}

impl PeoplePage {
    /// Makes the only page of a list.
    fn whole(rows: Vec<PersonRow>) -> Self {
        let total = u64::try_from(rows.len()).ok();
        let (next, previous, counts, stopped_after) = (None, None, None, None);
        let managers = Vec::new();
        Self { rows, next, previous, first_ordinal: 1, total, managers, counts, stopped_after }
    }
}

impl PersonRow {
    /// The name: the display name, else the userName.
    pub fn name(&self) -> String {
        self.employee.name()
    }

    /// The title.
    pub fn title(&self) -> Option<&str> {
        self.employee.text("title")
    }

    /// The primary email address.
    pub fn email(&self) -> Option<&str> {
        self.employee.primary_email()
    }

    /// How the employee left; `None` for an active employee.
    pub fn left_by(&self) -> Option<LeftBy> {
        if self.employee.hidden {
            return Some(LeftBy::Deleted);
        }
        self.employee.archived_by.map(|by| match by {
            ActorKind::IdentityProvider => LeftBy::Deactivated,
            ActorKind::Operator | ActorKind::System => LeftBy::Operator,
            // A set-up link archives nobody.
            ActorKind::Administrator | ActorKind::SetupLink => LeftBy::Administrator,
        })
    }
}

impl People<'_> {
    /// Returns a page of people.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], with [`Error::Protocol`] for a manager's name that too many people have, or as
    /// every call of the store does.
    pub async fn page(self, query: &PeopleQuery<'_>) -> Result<PeoplePage, Error> {
        let Some(text) = query.filters.manager else {
            return self.page_of(query, &Condition::new(query, None)).await;
        };
        let manager = self.manager_filter(text, query).await?;
        let managers = manager.colleagues().to_vec();
        let page = self.page_of(query, &Condition::new(query, Some(manager))).await?;
        Ok(PeoplePage { managers, ..page })
    }

    async fn page_of(
        self,
        query: &PeopleQuery<'_>,
        condition: &Condition,
    ) -> Result<PeoplePage, Error> {
        if query.cursor.is_none()
            && let Some(rows) = self.find_address(query, condition).await?
        {
            return self.whole_list(rows, query.settings).await;
        }
        let walk = Walk::new(self, query, condition)?;
        if !condition.is_empty() {
            return walk.page().await;
        }
        let (mut page, counts) = tokio::try_join!(walk.page(), self.counts())?;
        // The counts and the rows are read at different moments.
        let shown = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
        let seen = page.first_ordinal.saturating_sub(1).saturating_add(shown);
        page.total =
            Some(if page.next.is_none() { seen } else { total(counts, query.status).max(seen) });
        page.counts = Some(counts);
        Ok(page)
    }

    /// Returns an employee with the values in use; `None` for an id without an employee that SCIM shows.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, id: Uuid, settings: Settings) -> Result<Option<PersonRow>, Error> {
        let employee: Option<Employee> = self.0.store.records().get(id).await?;
        Ok(self.rows(employee.into_iter().collect(), settings).await?.pop())
    }

    /// Adds the values in use and the total to a page of employees in id order. Such a page has no previous page, and
    /// does not know its place in the list.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn with_values(
        self,
        page: ListPage<Employee>,
        status: Status,
        settings: Settings,
    ) -> Result<PeoplePage, Error> {
        let (rows, counts) = tokio::try_join!(self.rows(page.rows, settings), self.counts())?;
        Ok(PeoplePage {
            total: Some(total(counts, status)),
            counts: Some(counts),
            next: page.next,
            ..PeoplePage::whole(rows)
        })
    }

    /// Counts the people.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn counts(self) -> Result<PeopleCounts, Error> {
        Ok(self.0.store.employees().count_people().await?)
    }

    /// Returns a page of the active employees whose manager in use is this person, in the order of names.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], or as every call of the store does.
    pub async fn reports_of(
        self,
        id: Uuid,
        settings: Settings,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<PeoplePage, Error> {
        let id = id.to_string();
        let filters = PeopleFilters { manager: Some(&id), ..PeopleFilters::default() };
        let status = Status::Active;
        self.page(&PeopleQuery { status, search: "", filters, settings, cursor, limit }).await
    }

    /// Makes a page of a list that has only these rows.
    async fn whole_list(
        self,
        employees: Vec<Employee>,
        settings: Settings,
    ) -> Result<PeoplePage, Error> {
        Ok(PeoplePage::whole(self.rows(employees, settings).await?))
    }

    /// Adds the values in use to employees, in their order.
    async fn rows(
        self,
        employees: Vec<Employee>,
        settings: Settings,
    ) -> Result<Vec<PersonRow>, Error> {
        let effective: Vec<Effective> =
            employees.iter().map(|employee| Effective::of(employee, settings)).collect();
        let texts: BTreeSet<&str> =
            effective.iter().filter_map(|one| one.manager.value.as_deref()).collect();
        let names = Managers(self.0).names(texts.into_iter().collect()).await?;
        let rows = employees.into_iter().zip(effective).map(|(employee, effective)| {
            let manager = effective.manager.value.as_ref().map(|text| ManagerName {
                text: text.clone(),
                colleague: names.get(&fold(text)).cloned(),
            });
            PersonRow { employee, effective, manager }
        });
        Ok(rows.collect())
    }
}

/// The number of employees with a status.
fn total(counts: PeopleCounts, status: Status) -> u64 {
    match status {
        Status::Active => counts.active,
        Status::Archived => counts.archived,
        Status::All => counts.active.saturating_add(counts.archived),
    }
}
