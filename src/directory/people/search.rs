//! The condition of a list of people: the words of the search and the limits on the values in use.

use super::managers::ManagerFilter;
use super::words::SearchedWords;
use super::{PeopleFilters, PeopleQuery};
use crate::directory::users::administration::Status;
use crate::directory::users::view::Effective;
use crate::model::employee::Employee;
use crate::model::search_words::{Tag, UNLINKED, WantedWords, spellings};
use crate::model::tenant::Settings;
use scim::fold::fold;
use std::collections::BTreeSet;

/// The condition on each row of a list.
pub(super) struct Condition {
    status: Status,
    settings: Settings,
    searched: SearchedWords,
    department: Option<String>,
    location: Option<String>,
    manager: Option<ManagerFilter>,
    is_unlinked: bool,
    wanted: WantedWords,
}

impl Condition {
    /// Reads the condition of a query.
    pub(super) fn new(query: &PeopleQuery<'_>, manager: Option<ManagerFilter>) -> Self {
        Self::with_words(SearchedWords::of(query.search), query, manager)
    }

    /// The condition that the words of a text each start a word of the employee's name.
    pub(super) fn of_name(text: &str, query: &PeopleQuery<'_>) -> Self {
        Self::with_words(SearchedWords::of_name(text), query, None)
    }

    fn with_words(
        searched: SearchedWords,
        query: &PeopleQuery<'_>,
        manager: Option<ManagerFilter>,
    ) -> Self {
        let PeopleFilters { department, location, is_unlinked, .. } = query.filters;
        let mut wanted = WantedWords::default();
        searched.add_to(&mut wanted);
        wanted.starts.extend(department.into_iter().flat_map(spellings));
        wanted.tags.extend(location.map(|location| BTreeSet::from([Tag::Location.word(location)])));
        wanted.tags.extend(manager.as_ref().map(|manager| manager.tags().clone()));
        wanted.tags.extend(is_unlinked.then(|| BTreeSet::from([UNLINKED.to_owned()])));
        Self {
            status: query.status,
            settings: query.settings,
            searched,
            department: department.map(fold),
            location: location.map(fold),
            manager,
            is_unlinked,
            wanted,
        }
    }

    /// Whether every employee of the status is a row.
    pub(super) fn is_empty(&self) -> bool {
        self.searched.is_empty()
            && self.department.is_none()
            && self.location.is_none()
            && self.manager.is_none()
            && !self.is_unlinked
    }

    /// Whether the employee behind these words of the index may be a row.
    pub(super) fn may_match(&self, index_words: &str) -> bool {
        self.wanted.is_empty() || self.wanted.may_match(index_words)
    }

    /// Whether an employee is a row.
    pub(super) fn match_record(&self, employee: &Employee) -> bool {
        self.status.includes(employee)
            && self.searched.match_record(employee)
            && self.match_values(employee)
    }

    /// Whether an employee has the status and the values of the filters, whatever the search text is.
    pub(super) fn match_all_but_words(&self, employee: &Employee) -> bool {
        self.status.includes(employee) && self.match_values(employee)
    }

    fn match_values(&self, employee: &Employee) -> bool {
        if self.is_unlinked && !employee.is_unlinked() {
            return false;
        }
        if self.department.is_none() && self.location.is_none() && self.manager.is_none() {
            return true;
        }
        let Effective { location, department, manager } = Effective::of(employee, self.settings);
        let is = |wanted: &Option<String>, value: Option<String>| {
            wanted.as_ref().is_none_or(|wanted| value.is_some_and(|value| fold(&value) == *wanted))
        };
        is(&self.department, department.value)
            && is(&self.location, location.value)
            && self
                .manager
                .as_ref()
                .is_none_or(|wanted| manager.value.is_some_and(|value| wanted.accepts(&value)))
    }
}
