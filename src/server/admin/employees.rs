//! `/employees`: all employees, by status and by the start of a name.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::directory::Employee;
use crate::directory::lists::admin_list::{MOST_SEARCH_CHARS, Search};
use crate::directory::users::administration::Status;
use crate::directory::users::view::display_name;
use crate::server::error::{Answer, ApiError};
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whether an employee works for the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatusBody {
    /// The employee works for the company.
    Active,
    /// The employee has left.
    Archived,
}

impl StatusBody {
    pub(super) fn of(employee: &Employee) -> Self {
        if employee.is_archived() { Self::Archived } else { Self::Active }
    }
}

/// The status of the listed employees.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "it only describes a query parameter")]
pub(super) enum StatusFilter {
    Active,
    Archived,
    All,
}

/// An employee in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ListedEmployeeBody {
    id: Uuid,
    user_name: String,
    /// The display name, if there is one.
    display_name: Option<String>,
    /// The primary email address.
    email: Option<String>,
    status: StatusBody,
    /// Whether the identity provider deleted the user. The identity provider does not see a deleted user any more.
    deleted_in_idp: bool,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
}

/// A page of employees.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EmployeesBody {
    employees: Vec<ListedEmployeeBody>,
    /// The `cursor` of the next page; null on the last page. A page of a search can have a cursor and no rows, before
    /// the search has read all employees.
    next_cursor: Option<String>,
}

/// List or search employees
///
/// Employees are in the order of their ids. Employees that the identity provider deleted come last.
#[utoipa::path(
    get,
    path = "/employees",
    tag = "employees",
    params(
        ("status" = Option<StatusFilter>, Query, description = "The status of the employees. The default is all"),
        ("search" = Option<String>, Query, max_length = 200,
            description = "The start of a word of the name, of the userName or of an email address. Case is ignored"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[vh]([0-9a-f]{32})?$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of rows. The default is 50")
    ),
    responses(
        (status = 200, description = "A page", body = EmployeesBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_employees(call: Call, query: QueryParams) -> Answer {
    query.check(&["status", "search", "cursor", "limit"])?;
    let search = Search {
        status: read_status(query.get("status"))?,
        text: query.text("search", MOST_SEARCH_CHARS)?,
        cursor: query.cursor(),
        limit: query.limit()?,
    };
    let page = call.caller.directory.lists().search(search).await.map_err(explain)?;
    let employees = page.rows.iter().map(ListedEmployeeBody::from).collect();
    plain_json(StatusCode::OK, &EmployeesBody { employees, next_cursor: page.next })
}

pub(super) fn read_status(text: Option<&str>) -> Result<Status, ApiError> {
    match text {
        None | Some("all") => Ok(Status::All),
        Some("active") => Ok(Status::Active),
        Some("archived") => Ok(Status::Archived),
        Some(_) => Err(ApiError::bad_request("status must be active, archived or all")),
    }
}

impl From<&Employee> for ListedEmployeeBody {
    fn from(employee: &Employee) -> Self {
        Self {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            display_name: display_name(employee),
            email: employee.primary_email().map(ToOwned::to_owned),
            status: StatusBody::of(employee),
            deleted_in_idp: employee.hidden,
            archived_at: employee.archived_at.map(date_time::format),
        }
    }
}
