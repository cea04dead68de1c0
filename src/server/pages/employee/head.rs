//! The top of every page of an employee: name, status, summary and tabs.

use crate::directory::Settings;
use crate::directory::groups::view::MembershipView;
use crate::directory::users::view::EmployeeView;
use crate::model::governed::GovernedAttribute;
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::pages::frame::{Frame, Section, When, encoded};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use uuid::Uuid;

/// A tab of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Profile,
    History,
    Groups,
    Reports,
    Raw,
}

/// An employee with everything that each page reads.
pub(super) struct OpenEmployee {
    pub(super) frame: Frame,
    pub(super) settings: Settings,
    pub(super) view: EmployeeView,
    pub(super) groups: Vec<MembershipView>,
}

/// The top of a page.
pub(super) struct Head {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) is_archived: bool,
    /// The time when the identity provider deleted the user, if it did.
    pub(super) deleted_at: Option<When>,
    pub(super) archived_at: Option<When>,
    pub(super) created: When,
    pub(super) is_imported: bool,
    /// The time when the identity provider took over an imported employee.
    pub(super) linked_at: Option<When>,
    pub(super) title: Option<String>,
    pub(super) department: Option<Linked>,
    pub(super) location: Option<Linked>,
    pub(super) manager: Option<Manager>,
    pub(super) tabs: [TabLink; 5],
}

/// A value in use that links to the employees with the same value.
pub(super) struct Linked {
    pub(super) text: String,
    /// The path below the root.
    pub(super) path: String,
}

/// The manager: a colleague, or a text that names no colleague.
pub(super) struct Manager {
    pub(super) name: String,
    /// The path of the colleague's page, below the root.
    pub(super) path: Option<String>,
    pub(super) is_archived: bool,
}

/// A link to a tab.
pub(super) struct TabLink {
    pub(super) title: &'static str,
    /// The path below the root.
    pub(super) path: String,
    pub(super) count: Option<u64>,
    pub(super) is_current: bool,
}

impl OpenEmployee {
    /// Reads an employee.
    pub(super) async fn read(
        services: &Services,
        visitor: &Visitor,
        id: Uuid,
    ) -> Result<Self, ApiError> {
        let settings = services.tenants.get(&visitor.tenant).await.map_err(explain)?.settings;
        let users = visitor.directory.users();
        let (view, groups) =
            tokio::try_join!(users.view(id, settings), visitor.directory.groups().groups_of(id))
                .map_err(explain)?;
        Ok(Self { frame: Frame::of(visitor, Section::Employees), settings, view, groups })
    }

    /// Returns the top of a page.
    pub(super) fn head(&self, tab: Tab) -> Head {
        let employee = &self.view.employee;
        Head {
            id: employee.id,
            name: name_of(&self.view),
            is_archived: employee.is_archived(),
            // No change of a hidden employee is visible in SCIM, so the last visible change is the deletion.
            deleted_at: employee.hidden.then(|| When::new(employee.last_modified)),
            archived_at: employee.archived_at.map(When::new),
            created: When::new(employee.created),
            is_imported: employee.imported,
            linked_at: employee.linked.filter(|_| employee.imported).map(When::new),
            title: employee.text("title").map(str::to_owned),
            department: self.linked(GovernedAttribute::Department),
            location: self.linked(GovernedAttribute::Location),
            manager: self.manager(),
            tabs: self.tabs(tab),
        }
    }

    /// Returns the value in use of an attribute, with a link to the employees who have the same value.
    pub(super) fn linked(&self, attribute: GovernedAttribute) -> Option<Linked> {
        let text = self.view.value(attribute).value.clone().filter(|text| !text.is_empty())?;
        let path = format!("employees?{}={}", attribute.name(), encoded(&text));
        Some(Linked { text, path })
    }

    /// Returns the manager in use.
    pub(super) fn manager(&self) -> Option<Manager> {
        let text = self.view.manager.value.clone().filter(|text| !text.is_empty())?;
        Some(match &self.view.manager_colleague {
            None => Manager { name: text, path: None, is_archived: false },
            Some(colleague) => Manager {
                name: colleague.display_name.clone().unwrap_or_else(|| colleague.user_name.clone()),
                path: Some(format!("employees/{}", colleague.id)),
                is_archived: colleague.archived,
            },
        })
    }

    fn tabs(&self, current: Tab) -> [TabLink; 5] {
        let employee = &self.view.employee;
        let groups = u64::try_from(self.groups.len()).unwrap_or(u64::MAX);
        [
            (Tab::Profile, "Profile", "", None),
            // One change of the record is one revision.
            (Tab::History, "History", "/history", Some(employee.revision)),
            (Tab::Groups, "Groups", "/groups", Some(groups).filter(|_| !employee.hidden)),
            (Tab::Reports, "Reports", "/reports", None),
            (Tab::Raw, "Raw", "/raw", None),
        ]
        .map(|(tab, title, below, count)| TabLink {
            title,
            path: format!("employees/{}{below}", employee.id),
            count,
            is_current: tab == current,
        })
    }
}

/// Returns the name of an employee for people.
pub(super) fn name_of(view: &EmployeeView) -> String {
    view.employee.name()
}

/// Returns the short name of an employee, for a second mention in a text.
pub(super) fn short_name_of(view: &EmployeeView) -> String {
    let name = view.employee.attributes.get("name").and_then(|name| name.get("givenName"));
    let name = name.and_then(|name| name.as_str()).filter(|name| !name.trim().is_empty());
    name.map_or_else(|| name_of(view), str::to_owned)
}
