//! `POST /employees` and `/employees/import`: people before the identity provider knows them.

use super::employee::{EmployeeBody, show_as};
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::users::import::row::{ImportColumn, ImportRow, RowProblem};
use crate::directory::users::import::{
    ImportCounts, ImportMode, ImportOutcome, ImportResult, MOST_ROWS_OF_REQUEST,
};
use crate::server::error::{Answer, ApiError};
use crate::server::response::plain_json;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person to import. An absent value, null and an empty text are no value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewEmployee {
    /// The userName in the identity provider. It links the employee later.
    #[schema(value_type = String, min_length = 1, max_length = 512)]
    user_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    /// The work email address.
    #[schema(max_length = 512)]
    email: Option<String>,
    title: Option<String>,
    employee_number: Option<String>,
    /// The tenant's own value.
    #[schema(max_length = 4096)]
    department: Option<String>,
    /// The tenant's own value.
    #[schema(max_length = 4096)]
    location: Option<String>,
    /// The tenant's own value: the manager's email address, userName or id, or any text.
    #[schema(max_length = 4096)]
    manager: Option<String>,
}

/// The people to import.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ImportBody {
    #[schema(value_type = Vec<NewEmployee>, min_items = 1, max_items = 500)]
    employees: Vec<Value>,
    /// Whether the import only reports the result that it would have.
    #[serde(default)]
    #[schema(required = false)]
    dry_run: bool,
}

/// The result of an import.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImportedBody {
    created: usize,
    /// The people whose userName an active employee has. The import does not change them.
    skipped: usize,
    /// The people whose userName an archived employee has. The import does not restore them.
    skipped_archived: usize,
    failed: usize,
    /// One result for each person, in the order of the request.
    results: Vec<ImportResultBody>,
}

/// The result for one person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImportResultBody {
    /// The place of the person in the list, from 1.
    line: u64,
    user_name: String,
    outcome: ImportOutcomeBody,
    /// The employee; null for a person who is not valid, and for a new person in a dry run.
    id: Option<Uuid>,
    /// The attribute that is not valid; null for a problem of the whole entry.
    attribute: Option<&'static str>,
    /// The problem, and the expected value.
    detail: Option<String>,
}

/// The outcome for one person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum ImportOutcomeBody {
    Created,
    Skipped,
    SkippedArchived,
    Failed,
}

/// Add an employee before the identity provider knows the user
///
/// The employee is an active user without an externalId. The first change by the identity provider under the same
/// userName links it, under the same id.
#[utoipa::path(
    post,
    path = "/employees",
    tag = "employees",
    request_body = NewEmployee,
    responses(
        (status = 201, description = "The new employee", body = EmployeeBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 409, description = "Another employee has the userName", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn create_employee(call: Call, JsonBody(person): JsonBody<NewEmployee>) -> Answer {
    let users = call.caller.directory.users();
    let id = users.import_one(&person.into_row(1), &call.caller.actor).await.map_err(explain)?;
    show_as(&call, id, StatusCode::CREATED).await
}

/// Import employees before the identity provider knows the users
///
/// At most 500 people. A person who is not valid stops no other person. A known userName is skipped and never changed,
/// so an import can be repeated.
#[utoipa::path(
    post,
    path = "/employees/import",
    tag = "employees",
    request_body = ImportBody,
    responses(
        (status = 200, description = "The result for each person", body = ImportedBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn import_employees(
    call: Call,
    JsonBody(ImportBody { employees, dry_run }): JsonBody<ImportBody>,
) -> Answer {
    if employees.is_empty() || employees.len() > MOST_ROWS_OF_REQUEST {
        return Err(ApiError::bad_request(format!(
            "employees must have 1 to {MOST_ROWS_OF_REQUEST} entries. Send more people in further requests"
        )));
    }
    let rows: Vec<ImportRow> =
        (1..).zip(employees).map(|(line, one)| read_row(line, one)).collect();
    let mode = if dry_run { ImportMode::DryRun } else { ImportMode::Write };
    let imported = call.caller.directory.users().import(&rows, mode, &call.caller.actor).await;
    plain_json(StatusCode::OK, &ImportedBody::from(imported.map_err(explain)?))
}

fn read_row(line: u64, value: Value) -> ImportRow {
    let read: Result<NewEmployee, _> = serde_path_to_error::deserialize(value);
    match read {
        Ok(person) => person.into_row(line),
        Err(error) => {
            let attribute = ImportColumn::parse(&error.path().to_string());
            let detail: String =
                error.inner().to_string().chars().take(MOST_DETAIL_CHARS).collect();
            ImportRow::unreadable(line, RowProblem { attribute, detail })
        }
    }
}

/// The most characters of a detail that quotes the request.
const MOST_DETAIL_CHARS: usize = 300;

impl NewEmployee {
    fn into_row(self, line: u64) -> ImportRow {
        let values = [
            (ImportColumn::UserName, self.user_name),
            (ImportColumn::GivenName, self.given_name),
            (ImportColumn::FamilyName, self.family_name),
            (ImportColumn::DisplayName, self.display_name),
            (ImportColumn::Email, self.email),
            (ImportColumn::Title, self.title),
            (ImportColumn::EmployeeNumber, self.employee_number),
            (ImportColumn::Department, self.department),
            (ImportColumn::Location, self.location),
            (ImportColumn::Manager, self.manager),
        ];
        let sent = values.into_iter().filter_map(|(column, value)| Some((column, value?)));
        ImportRow::new(line, sent)
    }
}

impl From<Vec<ImportResult>> for ImportedBody {
    fn from(results: Vec<ImportResult>) -> Self {
        let ImportCounts { created, skipped, skipped_archived, failed } =
            ImportCounts::of(&results);
        let results = results.into_iter().map(ImportResultBody::from).collect();
        Self { created, skipped, skipped_archived, failed, results }
    }
}

impl From<ImportResult> for ImportResultBody {
    fn from(ImportResult { line, user_name, outcome }: ImportResult) -> Self {
        let (outcome, id, problem) = match outcome {
            ImportOutcome::Created(id) => (ImportOutcomeBody::Created, id, None),
            ImportOutcome::Skipped(id) => (ImportOutcomeBody::Skipped, Some(id), None),
            ImportOutcome::SkippedArchived(id) => {
                (ImportOutcomeBody::SkippedArchived, Some(id), None)
            }
            ImportOutcome::Failed(problem) => (ImportOutcomeBody::Failed, None, Some(problem)),
        };
        let attribute = problem.as_ref().and_then(|one| one.attribute).map(ImportColumn::as_str);
        let detail = problem.map(|one| one.detail);
        Self { line, user_name, outcome, id, attribute, detail }
    }
}
