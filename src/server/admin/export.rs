//! `/employees/export`: all employees with their effective values, as CSV or JSON Lines. Each part fits a response.

use super::csv_columns::is_fingerprint;
use super::employees::{StatusFilter, read_status};
use super::export_lines::{ExportFormat, ExportLine, ExportLines};
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::directory::lists::admin_list::{EmployeesInIdOrder, cursor_after};
use crate::server::error::{Answer, ApiError};
use crate::server::response;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};

/// The maximum number of employees in a part.
const MOST_ROWS: usize = 10_000;
/// The maximum length of a part as a JSON string, in bytes. A part ends before the row that would exceed it. A Lambda
/// returns at most 6 MB.
const PART_BYTES: usize = 5_000_000;

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
        ("format" = Option<ExportFormat>, Query, description = "The format of the export. The default is CSV"),
        ("status" = Option<StatusFilter>, Query, description = "The status of the employees. The default is all"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[vh]([0-9a-f]{32})?$", description = "The value from the Link header of the previous part"),
        ("columns" = Option<String>, Query, pattern = "^([0-9a-f]{16})?$", description = "The value from the Link header of the previous part. It identifies the custom attributes of the export")
    ),
    responses(
        (status = 200, description = "A part", headers(("Link" = Option<String>, description = "The next part")), content(
            (String = "text/csv"),
            (ExportLine = "application/jsonl")
        )),
        (status = 409, description = "The custom attributes changed since the first part", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn export_employees(call: Call, query: QueryParams) -> Answer {
    query.check(&["format", "status", "cursor", "columns"])?;
    let format = match query.get("format") {
        None | Some("csv") => ExportFormat::Csv,
        Some("jsonl") => ExportFormat::Jsonl,
        Some(_) => return Err(ApiError::bad_parameter("format must be csv or jsonl")),
    };
    let status = read_status(query.get("status"))?;
    let tenant = call.tenant().await?;
    let lines = ExportLines::new(&tenant, format);
    let custom = &lines.custom;
    let columns = query.get("columns").unwrap_or_default();
    if !is_fingerprint(columns) {
        return Err(ApiError::bad_parameter(
            "columns must be the value from the Link header of the previous part",
        ));
    }
    if format == ExportFormat::Csv && query.cursor().is_some() && columns != custom.fingerprint {
        return Err(ApiError::conflict(
            "The custom attributes changed since the first part. Start the export again".to_owned(),
        ));
    }
    let asked = EmployeesInIdOrder { status, cursor: query.cursor(), limit: MOST_ROWS };
    let page = call.caller.directory.lists().in_id_order(asked).await.map_err(explain)?;
    let mut part = ExportPart::default();
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
        format!(
            "<{root}/employees/export?format={format}&status={status}&cursor={cursor}{columns}>; rel=\"next\""
        )
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

/// A part that is being filled.
#[derive(Default)]
struct ExportPart {
    bytes: Vec<u8>,
    escaped: usize,
}

impl ExportPart {
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
