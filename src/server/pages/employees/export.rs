//! The export of employees as one CSV file, through the session.

use super::links::ListLink;
use crate::directory::lists::admin_list::EmployeesInIdOrder;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::export::{ExportFormat, ExportLines};
use crate::server::pages::frame::{Frame, Section, show};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::words::grouped;
use crate::server::query::Pairs;
use crate::server::response;
use askama::Template;
use axum::extract::State;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// The most employees of a tenant with an export in the browser, archived employees included.
const MOST_EMPLOYEES: u64 = 10_000;
/// The most bytes of a file, as a JSON string. A Lambda returns at most 6 MB.
const MOST_BYTES: usize = 5_000_000;
/// The employees that one call reads.
const A_CALL: usize = 1_000;

#[derive(Template)]
#[template(path = "employees_export.html")]
struct TooLargePage {
    frame: Frame,
    most: String,
    command: String,
}

/// Returns the employees of a status as CSV. If there are too many, the page names the command that exports them.
pub(in crate::server::pages) async fn export(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let path = visitor.site.path("employees");
    let link = ListLink::of(&path, &query)?;
    let counts = visitor.directory.people().counts().await.map_err(explain)?;
    // The file of a status reads all employees, in id order.
    if counts.active.saturating_add(counts.archived) > MOST_EMPLOYEES {
        return too_large(&visitor, &link);
    }
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let lines = ExportLines::new(&tenant, ExportFormat::Csv);
    let mut file = lines.header().map_err(|_| ApiError::unwritable())?;
    let mut escaped = 0_usize;
    let mut cursor: Option<String> = None;
    loop {
        let asked =
            EmployeesInIdOrder { status: link.status, cursor: cursor.as_deref(), limit: A_CALL };
        let page = visitor.directory.lists().in_id_order(asked).await.map_err(explain)?;
        for employee in &page.rows {
            let line = lines.line(employee).map_err(|_| ApiError::unwritable())?;
            escaped = escaped.saturating_add(response::escaped_len(&line));
            file.extend(line);
        }
        if escaped > MOST_BYTES {
            return too_large(&visitor, &link);
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut answer = response::bytes(file);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let file = format!("attachment; filename=\"employees-{}.csv\"", link.status_name());
    if let Ok(disposition) = HeaderValue::try_from(file) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(answer)
}

fn too_large(visitor: &Visitor, link: &ListLink<'_>) -> Answer {
    let (tenant, status) = (&visitor.tenant, link.status_name());
    show(&TooLargePage {
        frame: Frame::of(visitor, Section::Employees),
        most: grouped(MOST_EMPLOYEES),
        command: format!("rollcall employee export {tenant} --status {status} > employees.csv"),
    })
}
