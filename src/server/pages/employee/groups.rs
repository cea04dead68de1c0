//! The groups of an employee. For a deleted user, the groups that the employee left.

use super::head::{Head, OpenEmployee, Tab};
use crate::directory::groups::view::MembershipView;
use crate::directory::users::groups_left::Deletion;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::path::EmployeeId;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "employee/groups.html")]
struct GroupsPage {
    frame: Frame,
    head: Head,
    groups: Vec<MembershipView>,
    /// The deletion by the identity provider, if it deleted the user.
    deletion: Option<Deletion>,
}

/// Shows the groups of an employee.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
) -> Answer {
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    let users = visitor.directory.users();
    let deletion = users.deletion(&employee.view.employee).await.map_err(explain)?;
    show_page(&GroupsPage {
        head: employee.head(Tab::Groups),
        groups: employee.groups,
        frame: employee.frame,
        deletion,
    })
}
