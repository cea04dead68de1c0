//! `/employees/export`: everybody with what counts, as CSV or JSON Lines, in parts that fit an answer.

use super::call::{Answer, Call, Query, bad_request, explain};
use super::document::Problem;
use super::employees::{StatusBody, StatusFilter, read_status};
use crate::api::error::ApiError;
use crate::api::response;
use crate::directory::listing::{Search, cursor_after};
use crate::directory::view::{Effective, display_name, employee_number};
use crate::directory::{Employee, Settings};
use crate::scim::date_time;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A part is made of so many employees at most.
const MOST_ROWS: usize = 10_000;
/// A part ends before its row that would make it longer than this, as a text in JSON: a Lambda answers with 6 MB at
/// most.
const PART_BYTES: usize = 5_000_000;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExportFormat {
    /// Comma-separated values with a header (RFC 4180).
    Csv,
    /// An object on each line.
    Jsonl,
}

/// One employee in an export; in CSV a line with these columns.
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
    /// Whether the identity provider deleted the user: it does not know this employee any more.
    deleted_in_idp: bool,
    #[schema(format = DateTime)]
    archived_at: Option<String>,
    /// What counts, by the tenant's settings.
    location: Option<String>,
    /// What counts, by the tenant's settings.
    department: Option<String>,
    /// What counts, by the tenant's settings.
    manager: Option<String>,
    #[schema(format = DateTime)]
    created: String,
    #[schema(format = DateTime)]
    last_modified: String,
}

/// Export employees
///
/// In parts: when there are more, the header `Link` has the address of the next part (`rel="next"`), whose CSV has no
/// header line again; a part may have no rows. A text that a spreadsheet would take for a formula gets an apostrophe
/// before it in CSV.
#[utoipa::path(
    get,
    path = "/employees/export",
    tag = "employees",
    params(
        ("format" = Option<ExportFormat>, Query, description = "How it is written; CSV when it is left out"),
        ("status" = Option<StatusFilter>, Query, description = "Which ones; all when it is left out"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[vh]([0-9a-f]{32})?$", description = "From the Link of the part before")
    ),
    responses(
        (status = 200, description = "A part", headers(("Link" = Option<String>, description = "The next part")), content(
            (String = "text/csv"),
            (ExportRow = "application/jsonl")
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn export_employees(call: Call, query: Query) -> Answer {
    query.check(&["format", "status", "cursor"])?;
    let format = match query.get("format") {
        None | Some("csv") => ExportFormat::Csv,
        Some("jsonl") => ExportFormat::Jsonl,
        Some(_) => return Err(bad_request("format must be csv or jsonl")),
    };
    let status = read_status(query.get("status"))?;
    let settings = call.tenant().await?.settings;
    let search = Search { status, text: "", cursor: query.cursor(), limit: MOST_ROWS };
    let page = call.caller.directory.search(search).await.map_err(explain)?;
    let mut part = Part::new(format, query.cursor().is_none())?;
    let mut cursor = page.next;
    let mut last = None;
    for employee in &page.rows {
        if !part.add(&ExportRow::of(employee, settings))? {
            cursor = last.map(cursor_after);
            break;
        }
        last = Some(employee);
    }
    let next = cursor.map(|cursor| {
        let (format, status) = (format.name(), query.get("status").unwrap_or("all"));
        let root = &call.path.base_url;
        format!("<{root}/employees/export?format={format}&status={status}&cursor={cursor}>; rel=\"next\"")
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

/// A part in the making.
struct Part {
    format: ExportFormat,
    bytes: Vec<u8>,
    escaped: usize,
}

impl Part {
    /// A part without rows; the first one of a CSV has the names of the columns.
    fn new(format: ExportFormat, is_first: bool) -> Result<Self, ApiError> {
        let mut part = Self { format, bytes: Vec::new(), escaped: 0 };
        if format == ExportFormat::Csv && is_first {
            part.bytes = csv_line(|writer| writer.write_record(COLUMNS))?;
        }
        Ok(part)
    }

    /// Adds a row, if there is room for it: there always is for the first one.
    fn add(&mut self, row: &ExportRow) -> Result<bool, ApiError> {
        let line = match self.format {
            ExportFormat::Csv => csv_line(|writer| writer.serialize(row.harmless()))?,
            ExportFormat::Jsonl => {
                let mut line = serde_json::to_vec(row).map_err(|_| ApiError::unwritable())?;
                line.push(b'\n');
                line
            }
        };
        let escaped = self.escaped + response::escaped_len(&line);
        if escaped > PART_BYTES && self.escaped > 0 {
            return Ok(false);
        }
        self.escaped = escaped;
        self.bytes.extend(line);
        Ok(true)
    }
}

/// The names of [`ExportRow`]'s members, in its order.
const COLUMNS: [&str; 15] = [
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

/// A line of CSV. Everything is quoted, so that no separator but the comma can cut a text.
fn csv_line(
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> Result<Vec<u8>, ApiError> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    write(&mut writer).map_err(|_| ApiError::unwritable())?;
    writer.into_inner().map_err(|_| ApiError::unwritable())
}

/// What a formula starts with, in ASCII and in full width (OWASP, *CSV Injection*).
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

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

    /// The same, with nothing that a spreadsheet would run.
    fn harmless(&self) -> Self {
        let text = |text: &str| match text.trim_start().starts_with(FORMULA) {
            true => format!("'{text}"),
            false => text.to_owned(),
        };
        let option = |value: &Option<String>| value.as_deref().map(text);
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
