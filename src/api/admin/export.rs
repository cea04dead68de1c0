//! `/employees/export`: everybody with what counts, as CSV or JSON Lines, in parts that fit an answer.

use super::call::{Answer, Call, Query, bad_request, explain};
use super::document::Problem;
use super::employees::{StatusBody, StatusFilter, read_status};
use crate::api::error::ApiError;
use crate::api::response;
use crate::directory::listing::Search;
use crate::directory::view::{Effective, display_name};
use crate::directory::{Employee, Settings};
use crate::scim::date_time;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Rows are read so many at a time; at their largest they have a megabyte.
const ROWS_AT_A_TIME: usize = 20;
/// A part ends with the rows that reach this size. A Lambda answers with 6 MB at most, and escapes what is in them.
const PART_BYTES: usize = 2_000_000;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
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
    display_name: Option<String>,
    email: Option<String>,
    title: Option<String>,
    status: StatusBody,
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
/// header line again. A text that a spreadsheet would take for a formula gets an apostrophe before it in CSV.
#[utoipa::path(
    get,
    path = "/employees/export",
    tag = "employees",
    params(
        ("format" = Option<Format>, Query, description = "How it is written; CSV when it is left out"),
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
    let format = match query.get("format") {
        None | Some("csv") => Format::Csv,
        Some("jsonl") => Format::Jsonl,
        Some(_) => return Err(bad_request("format must be csv or jsonl")),
    };
    let status = read_status(query.get("status"))?;
    let settings = call.tenant().await?.settings;
    let mut cursor = query.cursor().map(ToOwned::to_owned);
    let mut part = Part::new(format, cursor.is_none());
    loop {
        let search = Search { status, text: "", cursor: cursor.as_deref(), limit: ROWS_AT_A_TIME };
        let page = call.caller.directory.search(search).await.map_err(explain)?;
        for employee in &page.rows {
            part.add(&ExportRow::of(employee, settings))?;
        }
        cursor = page.next;
        if cursor.is_none() || part.len() >= PART_BYTES {
            break;
        }
    }
    let next = cursor.map(|cursor| {
        let (format, status) = (format.name(), query.get("status").unwrap_or("all"));
        let root = &call.path.base_url;
        format!("<{root}/employees/export?format={format}&status={status}&cursor={cursor}>; rel=\"next\"")
    });
    answer(format, part.into_bytes()?, next)
}

fn answer(format: Format, body: Vec<u8>, next: Option<String>) -> Answer {
    let mut answer = response::bytes(body);
    let (media_type, disposition) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"employees.csv\""),
        Format::Jsonl => ("application/jsonl", "attachment; filename=\"employees.jsonl\""),
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    if let Some(Ok(link)) = next.map(HeaderValue::try_from) {
        headers.insert(LINK, link);
    }
    Ok(answer)
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
        }
    }
}

/// A part in the making.
enum Part {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Jsonl(Vec<u8>),
}

impl Part {
    fn new(format: Format, is_first: bool) -> Self {
        match format {
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new();
                writer.has_headers(is_first).terminator(csv::Terminator::CRLF);
                Part::Csv(Box::new(writer.from_writer(Vec::new())))
            }
            Format::Jsonl => Part::Jsonl(Vec::new()),
        }
    }

    fn add(&mut self, row: &ExportRow) -> Result<(), ApiError> {
        match self {
            Part::Csv(writer) => {
                writer.serialize(row.harmless()).map_err(|_| ApiError::unwritable())?;
            }
            Part::Jsonl(lines) => {
                serde_json::to_writer(&mut *lines, row).map_err(|_| ApiError::unwritable())?;
                lines.push(b'\n');
            }
        }
        Ok(())
    }

    fn len(&self) -> usize {
        match self {
            Part::Csv(writer) => writer.get_ref().len(),
            Part::Jsonl(lines) => lines.len(),
        }
    }

    fn into_bytes(self) -> Result<Vec<u8>, ApiError> {
        match self {
            Part::Csv(writer) => writer.into_inner().map_err(|_| ApiError::unwritable()),
            Part::Jsonl(lines) => Ok(lines),
        }
    }
}

impl ExportRow {
    fn of(employee: &Employee, settings: Settings) -> Self {
        let effective = Effective::of(employee, settings);
        Self {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            display_name: display_name(employee),
            email: employee.primary_email().map(ToOwned::to_owned),
            title: employee.text("title").map(ToOwned::to_owned),
            status: StatusBody::of(employee),
            archived_at: employee.archived_at.map(date_time::format),
            location: effective.location.value,
            department: effective.department.value,
            manager: effective.manager.value,
            created: date_time::format(employee.created),
            last_modified: date_time::format(employee.last_modified),
        }
    }

    /// The same, with nothing that a spreadsheet would run (OWASP, *CSV Injection*).
    fn harmless(&self) -> Self {
        let text = |text: &str| match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            true => format!("'{text}"),
            false => text.to_owned(),
        };
        let option = |value: &Option<String>| value.as_deref().map(text);
        Self {
            id: self.id,
            user_name: text(&self.user_name),
            display_name: option(&self.display_name),
            email: option(&self.email),
            title: option(&self.title),
            status: self.status,
            archived_at: self.archived_at.clone(),
            location: option(&self.location),
            department: option(&self.department),
            manager: option(&self.manager),
            created: self.created.clone(),
            last_modified: self.last_modified.clone(),
        }
    }
}
