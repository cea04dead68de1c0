//! The rows of the list.

use super::links::ListLink;
use crate::directory::people::managers::ManagerName;
use crate::directory::people::{LeftBy, PeopleFilters, PersonRow};
use crate::server::pages::frame::When;
use scim::fold::fold;

/// An employee in the list.
pub(super) struct ListedPerson {
    pub(super) id: String,
    pub(super) name: String,
    /// The address, and the userName if it differs.
    pub(super) address: String,
    pub(super) title: String,
    pub(super) department: Option<FilterValue>,
    pub(super) location: Option<FilterValue>,
    pub(super) manager: Option<ListedManager>,
    pub(super) changed: When,
    pub(super) is_archived: bool,
    pub(super) left: Option<When>,
    pub(super) left_by: String,
}

/// A value, with the link to everybody who has it.
pub(super) struct FilterValue {
    pub(super) text: String,
    pub(super) url: String,
}

/// A manager: a colleague, or a text.
pub(super) enum ListedManager {
    Colleague(FilterValue),
    Text(String),
}

impl ListedPerson {
    /// Describes a row. `idp` is the name of the identity provider at the start of a sentence.
    pub(super) fn new(row: &PersonRow, link: &ListLink<'_>, idp: &str) -> Self {
        let employee = &row.employee;
        let value = |text: Option<&String>, filters: fn(&str) -> PeopleFilters<'_>| {
            let text = text.filter(|text| !text.is_empty())?;
            Some(FilterValue { text: text.clone(), url: filtered(link, filters(text)) })
        };
        let department = row.effective.department.value.as_ref();
        let location = row.effective.location.value.as_ref();
        Self {
            id: employee.id.to_string(),
            name: row.name(),
            address: address(row),
            title: row.title().unwrap_or_default().to_owned(),
            department: value(department, |text| PeopleFilters {
                department: Some(text),
                ..PeopleFilters::default()
            }),
            location: value(location, |text| PeopleFilters {
                location: Some(text),
                ..PeopleFilters::default()
            }),
            manager: row.manager.as_ref().map(|manager| listed_manager(manager, link)),
            changed: When::new(employee.last_modified),
            is_archived: employee.is_archived(),
            left: employee.archived_at.map(When::new),
            left_by: match row.left_by() {
                Some(LeftBy::Deactivated) => idp.to_owned(),
                Some(LeftBy::Deleted) => format!("{idp}, deleted"),
                Some(LeftBy::Administrator) => "Administrator".to_owned(),
                Some(LeftBy::Operator) => "Operator".to_owned(),
                None => String::new(),
            },
        }
    }
}

/// The URL of the employees with a value, with the status of the list.
fn filtered(link: &ListLink<'_>, filters: PeopleFilters<'_>) -> String {
    ListLink { path: link.path, status: link.status, search: "", filters }.url()
}

/// The email address, and the userName if it is another text. The name is not repeated.
fn address(row: &PersonRow) -> String {
    let user_name = row.employee.user_name();
    let email = row.email().unwrap_or_default();
    let is_repeated = [email, &row.name()].iter().any(|text| fold(text) == fold(user_name));
    match (email, is_repeated) {
        (email, true) => email.to_owned(),
        ("", false) => user_name.to_owned(),
        (email, false) => format!("{email} · {user_name}"),
    }
}

fn listed_manager(manager: &ManagerName, link: &ListLink<'_>) -> ListedManager {
    let Some(colleague) = &manager.colleague else {
        return ListedManager::Text(manager.text.clone());
    };
    let id = colleague.id.to_string();
    let filters = PeopleFilters { manager: Some(&id), ..PeopleFilters::default() };
    ListedManager::Colleague(FilterValue {
        text: colleague.name.clone(),
        url: filtered(link, filters),
    })
}
