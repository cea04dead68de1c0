//! The list of employees: by status, and by the start of a name.

use super::failure::{bad_request, explain};
use super::guard::Visitor;
use super::page::{Answer, Frame, Section, When, encoded, show};
use crate::api::params::Pairs;
use crate::directory::Employee;
use crate::directory::administration::Status;
use crate::directory::listing::Search;
use crate::directory::view::display_name;
use askama::Template;

const ROWS: usize = 50;
/// The longest text that a list is searched for, in characters.
pub(super) const MOST_SEARCH_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "employees.html")]
struct EmployeesPage<'a> {
    frame: Frame,
    search: &'a str,
    status: &'static str,
    rows: Vec<Row>,
    /// The path of the first page of this search.
    first: String,
    /// The path of the next page.
    next: Option<String>,
    is_first: bool,
}

/// An employee in the list.
struct Row {
    id: String,
    name: String,
    user_name: String,
    email: Option<String>,
    archived: bool,
    archived_at: Option<When>,
    hidden: bool,
}

/// A page of the list.
pub(super) async fn list(visitor: Visitor, query: Pairs) -> Answer {
    let text = query.get("search").unwrap_or_default().trim();
    if text.chars().count() > MOST_SEARCH_CHARS {
        return Err(bad_request(
            "A search can have 200 characters at most; use the start of a name",
        ));
    }
    let (status, name) = match query.get("status").unwrap_or_default() {
        "" | "active" => (Status::Active, "active"),
        "archived" => (Status::Archived, "archived"),
        "all" => (Status::All, "all"),
        _ => return Err(bad_request("The status is active, archived or all")),
    };
    let search = Search { status, text, cursor: query.cursor(), limit: ROWS };
    let page = visitor.directory.search(search).await.map_err(explain)?;
    let first = visitor.site.path(&format!("employees?status={name}&search={}", encoded(text)));
    let next = page.next.map(|cursor| format!("{first}&cursor={}", encoded(&cursor)));
    show(&EmployeesPage {
        frame: Frame::of(&visitor, Section::Employees).with_notice(&query),
        search: text,
        status: name,
        rows: page.rows.iter().map(Row::from).collect(),
        first,
        next,
        is_first: query.cursor().is_none(),
    })
}

impl From<&Employee> for Row {
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
