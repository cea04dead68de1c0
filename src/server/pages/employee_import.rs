//! *Import employees*: a list of people as text, its preview, and the result.

use super::form::Problems;
use super::frame::{Frame, Section, show_as};
use super::guard::{Form, Visitor};
use super::messages::explain;
use super::toast::Toast;
use super::words::{capitalised, joined};
use crate::directory::Settings;
use crate::directory::users::import::row::{ImportColumn, ImportRow, RowProblem};
use crate::directory::users::import::{
    ImportCounts, ImportMode, ImportOutcome, ImportResult, MOST_ROWS_OF_REQUEST,
};
use crate::model::governed::GovernedAttribute;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::people_csv::read_people;
use askama::Template;
use axum::extract::State;
use http::StatusCode;

/// The rows that the page shows of each table.
const MOST_SHOWN: usize = 100;
/// The columns that the table of people always has, between name and outcome.
const COLUMNS: [(ImportColumn, &str); 3] = [
    (ImportColumn::Title, "Title"),
    (ImportColumn::Department, "Department"),
    (ImportColumn::Location, "Location"),
];
/// The field with the list of people.
const PEOPLE: &str = "people";

#[derive(Template)]
#[template(path = "employee_import.html")]
struct ImportPage {
    frame: Frame,
    problems: Problems,
    /// The entered list.
    people: String,
    columns: String,
    most_people: usize,
    /// The settings as the store has them.
    settings: Settings,
    /// The sentence about the values that are not in use, because of their source.
    not_in_use: Option<String>,
    report: Option<Report>,
}

/// A preview, or the result of an import.
struct Report {
    is_done: bool,
    counts: ImportCounts,
    /// The lines that are not valid.
    failed: Vec<FailedLine>,
    /// The columns of the table of people, between name and outcome.
    columns: Vec<(ImportColumn, &'static str)>,
    /// The people, with the outcome.
    people: Vec<PersonLine>,
    /// The number of people that the page leaves out.
    more: usize,
}

/// A line that is not valid.
struct FailedLine {
    line: u64,
    user_name: String,
    attribute: Option<&'static str>,
    detail: String,
}

/// A person of the list.
struct PersonLine {
    line: u64,
    name: Option<String>,
    user_name: String,
    /// The values of the columns.
    cells: Vec<Option<String>>,
    /// The path of the employee below the root.
    link: Option<String>,
    class: &'static str,
    outcome: &'static str,
}

impl ImportPage {
    async fn read(services: &Services, visitor: &Visitor, people: &str) -> Result<Self, ApiError> {
        let settings = services.tenants.get(&visitor.tenant).await.map_err(explain)?.settings;
        Ok(Self {
            frame: Frame::of(visitor, Section::Employees),
            problems: Problems::default(),
            people: people.to_owned(),
            columns: ImportColumn::list(),
            most_people: MOST_ROWS_OF_REQUEST,
            settings,
            not_in_use: not_in_use(settings, None),
            report: None,
        })
    }

    /// Whether the page has the form. The result of a list without wrong lines needs none.
    fn shows_form(&self) -> bool {
        !self.report.as_ref().is_some_and(Report::is_complete)
    }

    /// Whether the page has the button that imports. Then it stands out, and no other button does.
    fn has_import_button(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.button().is_some())
    }

    fn answer(&self) -> Answer {
        let has_wrong_lines =
            self.report.as_ref().is_some_and(|report| !report.is_done && report.counts.failed > 0);
        show_as(
            if has_wrong_lines { StatusCode::UNPROCESSABLE_ENTITY } else { self.problems.status() },
            self,
        )
    }
}

/// Shows the form.
pub(super) async fn show_form(State(services): State<Services>, visitor: Visitor) -> Answer {
    ImportPage::read(&services, &visitor, "").await?.answer()
}

/// Previews or imports the entered list. The entered text stays in the form.
pub(super) async fn import(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let mut page = ImportPage::read(&services, &visitor, form.get(PEOPLE)).await?;
    let rows = match read_people(page.people.as_bytes(), MOST_ROWS_OF_REQUEST) {
        Ok(rows) => rows,
        Err(problem) => {
            page.problems.add(PEOPLE, problem.to_string());
            return page.answer();
        }
    };
    let is_done = form.get("do") == "import";
    let mode = if is_done { ImportMode::Write } else { ImportMode::DryRun };
    let imported = visitor.directory.users().import(&rows, mode, &visitor.actor).await;
    let report = Report::of(&rows, &imported.map_err(explain)?, is_done);
    page.not_in_use = not_in_use(page.settings, Some(&rows));
    if is_done {
        page.frame = page
            .frame
            .with_toast(Toast::new(format!("{} imported.", employees(report.counts.created))));
    }
    page.report = Some(report);
    page.answer()
}

impl Report {
    fn of(rows: &[ImportRow], results: &[ImportResult], is_done: bool) -> Self {
        let failed = results.iter().filter_map(FailedLine::of).take(MOST_SHOWN).collect();
        let valid = rows.iter().zip(results);
        let mut columns = COLUMNS.to_vec();
        let manager = (ImportColumn::Manager, "Manager");
        columns.extend(rows.iter().any(|row| row.get(manager.0).is_some()).then_some(manager));
        let valid =
            valid.filter_map(|(row, result)| PersonLine::of(row, result, &columns, is_done));
        let people: Vec<PersonLine> = valid.take(MOST_SHOWN).collect();
        let counts = ImportCounts::of(results);
        let more = results.len().saturating_sub(counts.failed).saturating_sub(people.len());
        Self { is_done, counts, failed, columns, people, more }
    }

    /// Whether an import is done and every line is valid.
    fn is_complete(&self) -> bool {
        self.is_done && self.counts.failed == 0
    }

    /// The sentence at the top.
    fn summary(&self) -> String {
        let ImportCounts { created, skipped, skipped_archived, failed } = self.counts;
        let mut parts = vec![match self.is_done {
            true => format!("{} imported", employees(created)),
            false => format!("{} to import", employees(created)),
        }];
        if skipped > 0 {
            parts.push(format!("{skipped} already here"));
        }
        if skipped_archived > 0 {
            parts.push(format!("{skipped_archived} archived"));
        }
        if failed > 0 {
            parts.push(format!("{failed} not valid"));
        }
        parts.join(" · ")
    }

    /// The text of the button that imports; `None` when there is nobody to import.
    fn button(&self) -> Option<String> {
        let created = self.counts.created;
        (!self.is_done && created > 0).then(|| format!("Import {}", employees(created)))
    }

    /// The number of wrong lines that the page leaves out.
    fn more_failed(&self) -> usize {
        self.counts.failed.saturating_sub(self.failed.len())
    }
}

impl FailedLine {
    fn of(result: &ImportResult) -> Option<Self> {
        let ImportOutcome::Failed(RowProblem { attribute, detail }) = &result.outcome else {
            return None;
        };
        Some(Self {
            line: result.line,
            user_name: result.user_name.clone(),
            attribute: attribute.map(ImportColumn::as_str),
            detail: detail.clone(),
        })
    }
}

impl PersonLine {
    /// The name, or the userName of a person without a name.
    fn shown_name(&self) -> &str {
        self.name.as_ref().unwrap_or(&self.user_name)
    }

    fn of(
        row: &ImportRow,
        result: &ImportResult,
        columns: &[(ImportColumn, &'static str)],
        is_done: bool,
    ) -> Option<Self> {
        let (id, class, outcome) = match &result.outcome {
            ImportOutcome::Failed(_) => return None,
            ImportOutcome::Created(id) if is_done => (*id, "good", "Imported"),
            ImportOutcome::Created(id) => (*id, "good", "New"),
            ImportOutcome::Skipped(id) => (Some(*id), "", "Already here"),
            ImportOutcome::SkippedArchived(id) => (Some(*id), "warn", "Archived"),
        };
        let text = |column| row.get(column).map(ToOwned::to_owned);
        let parts = [ImportColumn::GivenName, ImportColumn::FamilyName];
        let parts: Vec<&str> = parts.iter().filter_map(|part| row.get(*part)).collect();
        let name = text(ImportColumn::DisplayName).or((!parts.is_empty()).then(|| parts.join(" ")));
        Some(Self {
            line: row.line,
            name,
            user_name: row.user_name().to_owned(),
            cells: columns.iter().map(|(column, _)| text(*column)).collect(),
            link: id.map(|id| format!("employees/{id}")),
            class,
            outcome,
        })
    }
}

/// Says which values of a list are not in use after an import: those of attributes from the identity provider. Without
/// rows, it is about any list.
fn not_in_use(settings: Settings, rows: Option<&[ImportRow]>) -> Option<String> {
    let has = |attribute: GovernedAttribute| {
        let column = ImportColumn::parse(attribute.name());
        let has_value = |row: &ImportRow| column.is_some_and(|column| row.get(column).is_some());
        rows.is_none_or(|rows| rows.iter().any(has_value))
    };
    let sent = GovernedAttribute::ALL.iter().copied();
    let sent = sent.filter(|one| one.is_from_idp(settings) && has(*one));
    let names: Vec<&str> = sent.map(GovernedAttribute::name).collect();
    if names.is_empty() {
        return None;
    }
    let (names, idp) = (joined(&names), settings.idp());
    Some(format!(
        "{} is the source of {names}. Your values of {names} are not in use while {idp} is the source.",
        capitalised(idp)
    ))
}

fn employees(count: usize) -> String {
    if count == 1 { "1 employee".to_owned() } else { format!("{count} employees") }
}
