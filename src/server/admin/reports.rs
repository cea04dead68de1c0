//! `/employees/{id}/reports`: the employees who report to an employee.

use super::employee_rows::EmployeeRowBody;
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::server::error::Answer;
use crate::server::path::EmployeeId;
use crate::server::response::plain_json;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of reports.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ReportsBody {
    /// The active employees whose manager in use is this employee, in the order of names.
    reports: Vec<EmployeeRowBody>,
    /// The `cursor` of the next page; null on the last page. A page can have a cursor and no rows, before the search has
    /// compared all employees.
    next_cursor: Option<String>,
    /// The `cursor` of the previous page; null on the first page.
    previous_cursor: Option<String>,
}

/// List the reports of an employee
///
/// The reports are the active employees whose manager in use is this employee.
#[utoipa::path(
    get,
    path = "/employees/{id}/reports",
    tag = "employees",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("cursor" = Option<String>, Query, pattern = "^[0-9A-Za-z_-]*$", description = "The nextCursor or previousCursor of another page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of rows. The default is 50")
    ),
    responses(
        (status = 200, description = "A page", body = ReportsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_reports(
    call: Call,
    EmployeeId(id): EmployeeId,
    query: QueryParams,
) -> Answer {
    query.check(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor(), query.limit()?);
    let settings = call.tenant().await?.settings;
    let directory = &call.caller.directory;
    directory.users().get_any(id).await.map_err(explain)?;
    let people = directory.people();
    let page = people.reports_of(id, settings, cursor, limit).await.map_err(explain)?;
    let body = ReportsBody {
        reports: page.rows.iter().map(EmployeeRowBody::from).collect(),
        next_cursor: page.next,
        previous_cursor: page.previous,
    };
    plain_json(StatusCode::OK, &body)
}
