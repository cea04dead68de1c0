//! `/employees`: lists, searches and look-ups of employees.

use super::employee_rows::EmployeeRowBody;
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::directory::Employee;
use crate::directory::lists::admin_list::{EmployeesInIdOrder, MOST_SEARCH_CHARS};
use crate::directory::people::lookup::ExactName;
use crate::directory::people::{PeopleFilters, PeoplePage, PeopleQuery};
use crate::directory::users::administration::Status;
use crate::server::error::{Answer, ApiError};
use crate::server::response::plain_json;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// The longest value of a look-up, in characters. The attributes have the same limit.
const MOST_NAME_CHARS: usize = 512;

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

/// The order of the listed employees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(super) enum OrderBody {
    /// Active employees in the order of their family names. Archived employees follow, the last archived first.
    #[serde(rename = "name")]
    Name,
    /// The last archived employee first. This order needs `status=archived`.
    #[serde(rename = "-archivedAt")]
    ArchivedAt,
    /// The order of the ids. Employees that the identity provider deleted come last. This order has no search and no
    /// `previousCursor`.
    #[serde(rename = "id")]
    Id,
}

/// A page of employees.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EmployeesBody {
    employees: Vec<EmployeeRowBody>,
    /// The `cursor` of the next page; null on the last page. A page of a search can have a cursor and no rows, before
    /// the search has compared all employees.
    next_cursor: Option<String>,
    /// The `cursor` of the previous page; null on the first page, and in the order of ids.
    previous_cursor: Option<String>,
    /// The number of all employees with this status. A search has no total.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// List, search or look up employees
///
/// `userName`, `email` and `externalId` find the employees with exactly this value: no, one or several. A look-up has
/// no other parameter. A userName also finds employees that the identity provider deleted.
#[utoipa::path(
    get,
    path = "/employees",
    tag = "employees",
    params(
        ("status" = Option<StatusFilter>, Query, description = "The status of the employees. The default is all"),
        ("search" = Option<String>, Query, max_length = 200,
            description = "Words. Each word starts a word of the name, userName, email address, employee number, title or department. Case and accents are ignored, and `mueller` also finds Müller. A whole email address or userName finds its employees only"),
        ("order" = Option<OrderBody>, Query, description = "The order. The default is -archivedAt for archived employees, else name"),
        ("userName" = Option<String>, Query, min_length = 1, max_length = 512, description = "Look up by userName, in any case"),
        ("email" = Option<String>, Query, min_length = 1, max_length = 512, description = "Look up by email address, in any case"),
        ("externalId" = Option<String>, Query, min_length = 1, max_length = 512, description = "Look up by externalId"),
        ("cursor" = Option<String>, Query, pattern = "^[0-9A-Za-z_-]*$", description = "The nextCursor or previousCursor of another page, with the same other parameters"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of rows. The default is 50")
    ),
    responses(
        (status = 200, description = "A page", body = EmployeesBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_employees(call: Call, query: QueryParams) -> Answer {
    const LOOKUPS: [&str; 3] = ["userName", "email", "externalId"];
    const LIST: [&str; 5] = ["status", "search", "order", "cursor", "limit"];
    let known: Vec<&str> = LIST.into_iter().chain(LOOKUPS).collect();
    query.check(&known)?;
    let settings = call.tenant().await?.settings;
    let people = call.caller.directory.people();
    let lookups: Vec<&str> = LOOKUPS.into_iter().filter(|name| query.get(name).is_some()).collect();
    if let [name, others @ ..] = &*lookups {
        if !others.is_empty() || LIST.into_iter().any(|name| query.get(name).is_some()) {
            return Err(ApiError::bad_request(format!(
                "{name} is a look-up. Send it without other query parameters"
            )));
        }
        let value = query.text(name, MOST_NAME_CHARS)?;
        if value.is_empty() {
            return Err(ApiError::bad_request(format!("{name} is empty. Send the whole value")));
        }
        let exact = match *name {
            "userName" => ExactName::UserName(value),
            "email" => ExactName::Email(value),
            _ => ExactName::ExternalId(value),
        };
        return answer(people.find(exact, settings).await.map_err(explain)?, false);
    }
    let status = read_status(query.get("status"))?;
    let search = query.text("search", MOST_SEARCH_CHARS)?.trim();
    let (cursor, limit) = (query.cursor(), query.limit()?);
    if read_order(query.get("order"), status, search)? == OrderBody::Id {
        let asked = EmployeesInIdOrder { status, cursor, limit };
        let page = call.caller.directory.lists().in_id_order(asked).await.map_err(explain)?;
        let page = people.with_values(page, status, settings).await.map_err(explain)?;
        return answer(page, false);
    }
    let filters = PeopleFilters::default();
    let asked = PeopleQuery { status, search, filters, settings, cursor, limit };
    answer(people.page(&asked).await.map_err(explain)?, !search.is_empty())
}

fn answer(page: PeoplePage, is_search: bool) -> Answer {
    let body = EmployeesBody {
        employees: page.rows.iter().map(EmployeeRowBody::from).collect(),
        next_cursor: page.next,
        previous_cursor: page.previous,
        total: page.total.filter(|_| !is_search),
    };
    plain_json(StatusCode::OK, &body)
}

fn read_order(text: Option<&str>, status: Status, search: &str) -> Result<OrderBody, ApiError> {
    match (text, status) {
        (None | Some("-archivedAt"), Status::Archived) => Ok(OrderBody::ArchivedAt),
        (None | Some("name"), Status::Active | Status::All) => Ok(OrderBody::Name),
        (Some("id"), _) if search.is_empty() => Ok(OrderBody::Id),
        (Some("id"), _) => {
            Err(ApiError::bad_request("A search has no order by id. Leave out order or search"))
        }
        (Some("name"), Status::Archived) => Err(ApiError::bad_request(
            "Archived employees have no order by name. Send order=-archivedAt or order=id",
        )),
        (Some("-archivedAt"), _) => Err(ApiError::bad_request(
            "order=-archivedAt lists archived employees only. Send status=archived with it",
        )),
        (Some(_), _) => Err(ApiError::bad_request("order must be name, -archivedAt or id")),
    }
}

pub(super) fn read_status(text: Option<&str>) -> Result<Status, ApiError> {
    match text {
        None | Some("all") => Ok(Status::All),
        Some("active") => Ok(Status::Active),
        Some("archived") => Ok(Status::Archived),
        Some(_) => Err(ApiError::bad_parameter("status must be active, archived or all")),
    }
}
