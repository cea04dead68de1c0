//! The active employees who report to an employee: their manager in use is this employee.

use super::head::{Head, OpenEmployee, Tab, short_name_of};
use crate::directory::people::{PeoplePage, PersonRow};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::{Frame, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::pager::Pager;
use crate::server::path::EmployeeId;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;

/// The rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "employee/reports.html")]
struct ReportsPage {
    frame: Frame,
    head: Head,
    short_name: String,
    rows: Vec<ReportRow>,
    /// Whether the search stopped before it compared all employees.
    is_cut: bool,
    is_first: bool,
    pager: Pager,
}

struct ReportRow {
    /// The path below the root.
    path: String,
    name: String,
    title: String,
    department: String,
    location: String,
}

/// The reports of an employee, page by page.
pub(super) struct Reports(PeoplePage);

impl Reports {
    /// Returns the number of reports in words; `None` when there are none.
    pub(super) fn count(&self) -> Option<String> {
        let rows = self.0.rows.len();
        match (self.0.next.is_some(), rows) {
            (false, 0) => None,
            (false, 1) => Some("1 person reports".to_owned()),
            (false, number) => Some(format!("{number} people report")),
            (true, 0) => Some("More people may report".to_owned()),
            (true, number) => Some(format!("{number} or more people report")),
        }
    }
}

/// Reads a page of the reports of an employee.
pub(super) async fn reports_of(
    visitor: &Visitor,
    employee: &OpenEmployee,
    cursor: Option<&str>,
) -> Result<Reports, ApiError> {
    let (id, people) = (employee.view.employee.id, visitor.directory.people());
    people.reports_of(id, employee.settings, cursor, ROWS).await.map(Reports).map_err(explain)
}

/// Shows the reports of an employee.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    query: Pairs,
) -> Answer {
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    let Reports(page) = reports_of(&visitor, &employee, query.cursor()).await?;
    let list = visitor.site.path(&format!("employees/{id}/reports"));
    let is_cut = page.stopped_after.is_some();
    let mut pager = Pager::new(&list, page.previous.as_deref(), page.next.as_deref());
    if is_cut {
        pager.next_label = "Keep searching";
    }
    show_page(&ReportsPage {
        head: employee.head(Tab::Reports),
        short_name: short_name_of(&employee.view),
        rows: page.rows.into_iter().map(ReportRow::from).collect(),
        is_cut,
        is_first: query.cursor().is_none(),
        pager,
        frame: employee.frame,
    })
}

impl From<PersonRow> for ReportRow {
    fn from(row: PersonRow) -> Self {
        Self {
            path: format!("employees/{}", row.employee.id),
            name: row.name(),
            title: row.title().unwrap_or_default().to_owned(),
            department: row.effective.department.value.unwrap_or_default(),
            location: row.effective.location.value.unwrap_or_default(),
        }
    }
}
