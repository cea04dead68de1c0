//! `/employees/export`: all employees with their effective values, as CSV or JSON Lines. Each part fits a response.

use super::csv_columns::{CustomColumns, harmless, is_fingerprint};
use super::employees::{StatusBody, StatusFilter, read_status};
use super::openapi::Problem;
use super::request::{Answer, Call, Query, bad_request, conflict, explain};
use crate::directory::lists::admin_list::{Search, cursor_after};
use crate::directory::users::view::{Effective, display_name, employee_number};
use crate::directory::{Employee, Settings, Tenant};
use crate::server::error::ApiError;
use crate::server::response;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use scim::date_time;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io;
use utoipa::ToSchema;
use uuid::Uuid;

/// The maximum number of employees in a part.
const MOST_ROWS: usize = 10_000;
/// The maximum length of a part as a JSON string, in bytes. A part ends before the row that would exceed it. A Lambda
/// returns at most 6 MB.
const PART_BYTES: usize = 5_000_000;

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Comma-separated values with a header (RFC 4180).
    Csv,
    /// A JSON object on each line.
    Jsonl,
}

/// One employee in JSON Lines.
#[derive(Serialize, ToSchema)]
struct ExportLine<'a> {
    #[serde(flatten)]
    row: &'a ExportRow,
    /// The values of custom attributes. Their names are the names of the columns in CSV.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<Object>)]
    custom: Map<String, Value>,
}

/// One employee in an export. In CSV, a line has these columns, and a column for each custom attribute.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ExportRow {
    id: Uuid,
    user_name: String,
    /// The identity provider's own id of the person.
    external_id: Option<String>,
    employee_number: Option<String>,
    display_name: Option<String>,
    email: Option<String>,
    title: Option<String>,
    status: StatusBody,
    /// Whether the identity provider deleted the user. The identity provider does not see a deleted user any more.
    deleted_in_idp: bool,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
    /// The effective value, by the tenant's settings.
    location: Option<String>,
    /// The effective value, by the tenant's settings.
    department: Option<String>,
    /// The effective value, by the tenant's settings.
    manager: Option<String>,
    #[schema(format = DateTime)]
    created: String,
    #[schema(format = DateTime)]
    last_modified: String,
}

/// Export employees
///
/// The export comes in parts. If there are more parts, the header `Link` has the URL of the next part (`rel="next"`).
/// Only the first part has the header line of a CSV. A part may have no rows.
///
/// In CSV, an apostrophe stands before each text that a spreadsheet would take for a formula. The apostrophe is added
/// at the start of a cell and after `;`, `|`, a tab or a line break.
///
/// Columns of custom attributes follow the other columns, in the order of declaration. A column has the name of its
/// attribute. If the name is not unique, the column has the URN and the name. Several values are separated by `; `.
#[utoipa::path(
    get,
    path = "/employees/export",
    tag = "employees",
    params(
        ("format" = Option<ExportFormat>, Query, description = "How it is written; CSV when it is left out"),
        ("status" = Option<StatusFilter>, Query, description = "Which ones; all when it is left out"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[vh]([0-9a-f]{32})?$", description = "From the Link of the part before"),
        ("columns" = Option<String>, Query, pattern = "^([0-9a-f]{16})?$", description = "From the Link of the part before: which custom attributes it has")
    ),
    responses(
        (status = 200, description = "A part", headers(("Link" = Option<String>, description = "The next part")), content(
            (String = "text/csv"),
            (ExportLine = "application/jsonl")
        )),
        (status = 409, description = "The custom attributes are others than those of the first part", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn export_employees(call: Call, query: Query) -> Answer {
    query.check(&["format", "status", "cursor", "columns"])?;
    let format = match query.get("format") {
        None | Some("csv") => ExportFormat::Csv,
        Some("jsonl") => ExportFormat::Jsonl,
        Some(_) => return Err(bad_request("format must be csv or jsonl")),
    };
    let status = read_status(query.get("status"))?;
    let tenant = call.tenant().await?;
    let lines = ExportLines::new(&tenant, format);
    let custom = &lines.custom;
    let columns = query.get("columns").unwrap_or_default();
    if !is_fingerprint(columns) {
        return Err(bad_request("columns must be what the Link of the part before has"));
    }
    if format == ExportFormat::Csv && query.cursor().is_some() && columns != custom.fingerprint {
        return Err(conflict(
            "The custom attributes changed since the first part: begin the export again".to_owned(),
        ));
    }
    let search = Search { status, text: "", cursor: query.cursor(), limit: MOST_ROWS };
    let page = call.caller.directory.search(search).await.map_err(explain)?;
    let mut part = Part::default();
    if query.cursor().is_none() {
        part.bytes = lines.header().map_err(|_| ApiError::unwritable())?;
    }
    let mut cursor = page.next;
    let mut last = None;
    for employee in &page.rows {
        if !part.add(lines.line(employee).map_err(|_| ApiError::unwritable())?) {
            cursor = last.map(cursor_after);
            break;
        }
        last = Some(employee);
    }
    let next = cursor.map(|cursor| {
        let (format, status) = (format.name(), query.get("status").unwrap_or("all"));
        let root = &call.path.base_url;
        let columns = match custom.fingerprint.as_str() {
            "" => String::new(),
            fingerprint => format!("&columns={fingerprint}"),
        };
        format!("<{root}/employees/export?format={format}&status={status}&cursor={cursor}{columns}>; rel=\"next\"")
    });
    answer(format, part.bytes, next)
}

fn answer(format: ExportFormat, body: Vec<u8>, next: Option<String>) -> Answer {
    let mut answer = response::bytes(body);
    let (media_type, disposition) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"employees.csv\""),
        ExportFormat::Jsonl => ("application/jsonl", "attachment; filename=\"employees.jsonl\""),
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    if let Some(Ok(link)) = next.map(HeaderValue::try_from) {
        headers.insert(LINK, link);
    }
    Ok(answer)
}

impl ExportFormat {
    fn name(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
        }
    }
}

/// Writes the lines of an export.
pub struct ExportLines<'t> {
    format: ExportFormat,
    custom: CustomColumns<'t>,
    settings: Settings,
}

impl<'t> ExportLines<'t> {
    /// Prepares lines with the settings and the custom attributes of a tenant.
    pub fn new(tenant: &'t Tenant, format: ExportFormat) -> Self {
        Self { format, custom: CustomColumns::of(tenant), settings: tenant.settings }
    }

    /// Returns the header line of a CSV; empty for JSON Lines.
    ///
    /// # Errors
    /// No failure is known: the lines are written to memory.
    pub fn header(&self) -> io::Result<Vec<u8>> {
        let names = COLUMNS.into_iter().chain(self.custom.titles.iter().map(|title| &**title));
        match self.format {
            ExportFormat::Csv => csv_line(|writer| writer.write_record(names)),
            ExportFormat::Jsonl => Ok(Vec::new()),
        }
    }

    /// Returns the line of an employee.
    ///
    /// # Errors
    /// Fails as [`Self::header`] does.
    pub fn line(&self, employee: &Employee) -> io::Result<Vec<u8>> {
        let (row, custom) = (ExportRow::of(employee, self.settings), self.custom.values(employee));
        match self.format {
            ExportFormat::Csv => {
                csv_line(|writer| writer.serialize((row.harmless(), custom.harmless())))
            }
            ExportFormat::Jsonl => {
                let line = ExportLine { row: &row, custom: custom.to_json() };
                let mut line = serde_json::to_vec(&line)?;
                line.push(b'\n');
                Ok(line)
            }
        }
    }
}

/// A part that is being filled.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    escaped: usize,
}

impl Part {
    /// Adds a line if it fits. The first line always fits. Returns whether the line was added.
    fn add(&mut self, line: Vec<u8>) -> bool {
        let escaped = self.escaped + response::escaped_len(&line);
        if escaped > PART_BYTES && self.escaped > 0 {
            return false;
        }
        self.escaped = escaped;
        self.bytes.extend(line);
        true
    }
}

/// The names of the members of [`ExportRow`], in their order.
pub(super) const COLUMNS: [&str; 15] = [
    "id",
    "userName",
    "externalId",
    "employeeNumber",
    "displayName",
    "email",
    "title",
    "status",
    "deletedInIdp",
    "archivedAt",
    "location",
    "department",
    "manager",
    "created",
    "lastModified",
];

/// Writes a line of CSV. All cells are quoted, so that only a comma separates cells.
fn csv_line(
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    write(&mut writer)?;
    writer.into_inner().map_err(|error| error.into_error())
}

impl ExportRow {
    fn of(employee: &Employee, settings: Settings) -> Self {
        let effective = Effective::of(employee, settings);
        Self {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            external_id: employee.external_id().map(ToOwned::to_owned),
            employee_number: employee_number(employee),
            display_name: display_name(employee),
            email: employee.primary_email().map(ToOwned::to_owned),
            title: employee.text("title").map(ToOwned::to_owned),
            status: StatusBody::of(employee),
            deleted_in_idp: employee.hidden,
            archived_at: employee.archived_at.map(date_time::format),
            location: effective.location.value,
            department: effective.department.value,
            manager: effective.manager.value,
            created: date_time::format(employee.created),
            last_modified: date_time::format(employee.last_modified),
        }
    }

    /// Returns the row with texts that no spreadsheet runs as formulas.
    fn harmless(&self) -> Self {
        let (text, option) = (harmless, |value: &Option<String>| value.as_deref().map(harmless));
        Self {
            id: self.id,
            user_name: text(&self.user_name),
            external_id: option(&self.external_id),
            employee_number: option(&self.employee_number),
            display_name: option(&self.display_name),
            email: option(&self.email),
            title: option(&self.title),
            status: self.status,
            deleted_in_idp: self.deleted_in_idp,
            archived_at: self.archived_at.clone(),
            location: option(&self.location),
            department: option(&self.department),
            manager: option(&self.manager),
            created: self.created.clone(),
            last_modified: self.last_modified.clone(),
        }
    }
}
