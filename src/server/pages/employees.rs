//! Lists employees by status, and by the start of a name.

use super::frame::{Frame, Section, When, encoded, show};
use super::guard::Visitor;
use super::messages::explain;
use super::searchable_list::{PageLinks, ROWS, text_in};
use crate::directory::Employee;
use crate::directory::lists::admin_list::Search;
use crate::directory::users::administration::Status;
use crate::directory::users::view::display_name;
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use askama::Template;

#[derive(Template)]
#[template(path = "employees.html")]
struct EmployeesPage<'a> {
    frame: Frame,
    search: &'a str,
    status: &'static str,
    rows: Vec<ListedEmployee>,
    pages: PageLinks,
}

/// An employee in the list.
struct ListedEmployee {
    id: String,
    name: String,
    user_name: String,
    email: Option<String>,
    archived: bool,
    archived_at: Option<When>,
    hidden: bool,
}

/// Shows a page of the list.
pub(super) async fn list(visitor: Visitor, query: Pairs) -> Answer {
    let text = text_in(&query)?;
    let (status, name) = match query.get("status").unwrap_or_default() {
        "" | "active" => (Status::Active, "active"),
        "archived" => (Status::Archived, "archived"),
        "all" => (Status::All, "all"),
        _ => return Err(ApiError::bad_request("The status must be active, archived or all")),
    };
    let search = Search { status, text, cursor: query.cursor(), limit: ROWS };
    let page = visitor.directory.lists().search(search).await.map_err(explain)?;
    let first = visitor.site.path(&format!("employees?status={name}&search={}", encoded(text)));
    show(&EmployeesPage {
        frame: Frame::of(&visitor, Section::Employees).with_notice(&query),
        search: text,
        status: name,
        rows: page.rows.iter().map(ListedEmployee::from).collect(),
        pages: PageLinks::new(first, page.next, &query),
    })
}

impl From<&Employee> for ListedEmployee {
    fn from(employee: &Employee) -> Self {
        let user_name = employee.user_name().to_owned();
        Self {
            id: employee.id.to_string(),
            name: display_name(employee).unwrap_or_else(|| user_name.clone()),
            user_name,
            email: employee.primary_email().map(ToOwned::to_owned),
            archived: employee.is_archived(),
            archived_at: employee.archived_at.map(When::new),
            hidden: employee.hidden,
        }
    }
}
