//! The lines of an export: one employee in CSV or in JSON Lines.

use super::csv_columns::{CustomColumns, STANDARD_COLUMNS};
use super::employees::StatusBody;
use crate::directory::users::view::{Effective, employee_number};
use crate::directory::{Employee, Settings, Tenant};
use crate::server::csv_text::{csv_line, harmless};
use scim::date_time;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io;
use utoipa::ToSchema;
use uuid::Uuid;

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
pub(super) struct ExportLine<'a> {
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

impl ExportFormat {
    pub(super) fn name(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
        }
    }
}

/// Writes the lines of an export.
pub struct ExportLines<'t> {
    format: ExportFormat,
    pub(super) custom: CustomColumns<'t>,
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
        let names =
            STANDARD_COLUMNS.into_iter().chain(self.custom.titles.iter().map(|title| &**title));
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

impl ExportRow {
    fn of(employee: &Employee, settings: Settings) -> Self {
        let effective = Effective::of(employee, settings);
        Self {
            id: employee.id,
            user_name: employee.user_name().to_owned(),
            external_id: employee.external_id().map(ToOwned::to_owned),
            employee_number: employee_number(employee),
            display_name: employee.display_name(),
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
