//! `rollcall employee`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::employee::{EmployeeCommand, FormatArgument, LocalArguments, StatusArgument};
use super::employee_search::{find, find_to_restore};
use super::exit::{NotFound, Refused};
use super::history::NamedHistory;
use super::open::{Purpose, enter};
use super::paging::{read_pages, read_rows};
use super::{employee_import, open, output, sso};
use rollcall::directory::lists::admin_list::{EmployeesInIdOrder, ListPage};
use rollcall::directory::people::{PeopleFilters, PeopleQuery};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::tenants::custom_attributes::titles;
use rollcall::directory::users::administration::{LocalChange, LocalChanges, Status};
use rollcall::directory::users::import::ImportMode;
use rollcall::directory::users::view::{EffectiveValue, Origin};
use rollcall::directory::{Directory, Employee, Tenant};
use rollcall::model::id::parse_id;
use rollcall::server::export::{ExportFormat, ExportLines};
use serde_json::json;
use uuid::Uuid;

pub async fn run(
    deployment: &Deployment,
    command: EmployeeCommand,
    json: bool,
) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    match command {
        EmployeeCommand::List { tenant, status, search, limit } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let (status, search) = (status.into(), &*search);
            let (settings, filters) = (tenant.settings, PeopleFilters::default());
            let read = async |cursor: Option<&str>, limit: usize| {
                let query = PeopleQuery { status, search, filters, settings, cursor, limit };
                let page = directory.people().page(&query).await?;
                let rows = page.rows.into_iter().map(|row| row.employee).collect();
                Ok(ListPage { rows, next: page.next })
            };
            list(&read_rows(limit, read).await?, json)
        }
        EmployeeCommand::Export { tenant, status, format } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let format = if json { ExportFormat::Jsonl } else { format.into() };
            export(&tenant, &directory, status.into(), format).await
        }
        EmployeeCommand::Import { tenant, file, dry_run } => {
            let (_, directory) = enter(&app, &tenant).await?;
            let mode = if dry_run { ImportMode::DryRun } else { ImportMode::Write };
            employee_import::import(&directory, &file, mode, json).await
        }
        EmployeeCommand::Show { tenant, employee } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let id = find(&directory, &employee).await?;
            show(&tenant, &directory, id, json).await
        }
        EmployeeCommand::History { tenant, employee } => {
            let (_, directory) = enter(&app, &tenant).await?;
            let entries = directory.history().of_user(find(&directory, &employee).await?).await?;
            let history = NamedHistory::of(&directory, entries).await?;
            if json { output::print_json(&history.to_json()) } else { history.print() }
        }
        EmployeeCommand::Set { tenant, employee, values } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let id = find(&directory, &employee).await?;
            let values = LocalChanges::from(values);
            directory.users().set_local(id, &values, &Precondition::default(), &ACTOR).await?;
            show(&tenant, &directory, id, json).await
        }
        EmployeeCommand::Archive { tenant, employee } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let id = find(&directory, &employee).await?;
            directory.users().archive(id, &Precondition::default(), &ACTOR).await?;
            show(&tenant, &directory, id, json).await
        }
        EmployeeCommand::Restore { tenant, employee } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let id = find_to_restore(&directory, &employee).await?;
            directory.users().restore(id, &Precondition::default(), &ACTOR).await?;
            show(&tenant, &directory, id, json).await
        }
        EmployeeCommand::Unlink { tenant, employee } => {
            sso::unlink(&app, &tenant, employee, json).await
        }
        EmployeeCommand::Erase { tenant, employee, confirm } => {
            let (_, directory) = enter(&app, &tenant).await?;
            let id = parse_id(&employee).ok_or_else(|| NotFound(not_an_id(&employee)))?;
            if confirm != employee {
                return Err(Refused(format!("--confirm must repeat the id: {id}")).into());
            }
            directory.users().erase(id, &ACTOR).await?;
            if json {
                output::print_json(&json!({"erased": id}))
            } else {
                output::print(&format!("Employee {id} is erased, with the whole history."))
            }
        }
    }
}

fn not_an_id(text: &str) -> String {
    format!(
        "{text} is not an id: erase takes the employee's id, which rollcall employee show prints"
    )
}

/// Writes each page as soon as it is read. Ends early when the reader closes the output.
async fn export(
    tenant: &Tenant,
    directory: &Directory,
    status: Status,
    format: ExportFormat,
) -> anyhow::Result<()> {
    let lines = ExportLines::new(tenant, format);
    if !output::print_bytes(&lines.header()?)? {
        return Ok(());
    }
    let read = async |cursor: Option<&str>, limit: usize| {
        directory.lists().in_id_order(EmployeesInIdOrder { status, cursor, limit }).await
    };
    let write = |employees: Vec<Employee>| {
        for employee in &employees {
            if !output::print_bytes(&lines.line(employee)?)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    read_pages(None, read, write).await
}

fn list(employees: &[Employee], json: bool) -> anyhow::Result<()> {
    if json {
        let rows = employees.iter().map(|employee| {
            json!({
                "id": employee.id,
                "userName": employee.user_name(),
                "displayName": employee.display_name(),
                "status": status_name(employee),
                "deletedInIdp": employee.hidden,
                "archivedAt": employee.archived_at.map(output::instant),
            })
        });
        return output::print_json(&rows.collect());
    }
    let rows = employees.iter().map(|employee| {
        vec![
            employee.id.to_string(),
            employee.user_name().to_owned(),
            employee.display_name().unwrap_or_else(|| "-".to_owned()),
            status_text(employee).to_owned(),
            employee.archived_at.map_or_else(|| "-".to_owned(), output::day),
        ]
    });
    let header = ["id", "userName", "name", "status", "archived"];
    output::print_table(&header, rows.collect(), "There are no such employees.")
}

async fn show(tenant: &Tenant, directory: &Directory, id: Uuid, json: bool) -> anyhow::Result<()> {
    let view = directory.users().view(id, tenant.settings).await?;
    let employee = &view.employee;
    if json {
        return output::print_json(&json!({
            "id": employee.id,
            "status": status_name(employee),
            "deletedInIdp": employee.hidden,
            "created": output::instant(employee.created),
            "lastModified": output::instant(employee.last_modified),
            "archivedAt": employee.archived_at.map(output::instant),
            "location": view.location,
            "department": view.department,
            "manager": view.manager,
            "managerColleague": view.manager_colleague,
            "fromIdentityProvider": employee.attributes,
        }));
    }
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let mut fields = vec![
        ("Id", employee.id.to_string()),
        ("userName", employee.user_name().to_owned()),
        ("Name", text(employee.display_name())),
        ("Email", text(employee.primary_email().map(str::to_owned))),
        ("Title", text(employee.text("title").map(str::to_owned))),
        ("Status", status_text(employee).to_owned()),
        ("Archived at", text(employee.archived_at.map(output::instant))),
        ("Location", describe_value(&view.location)),
        ("Department", describe_value(&view.department)),
        ("Manager", describe_value(&view.manager)),
    ];
    if let Some(colleague) = &view.manager_colleague {
        let name = colleague.display_name.as_ref().unwrap_or(&colleague.user_name);
        let left = if colleague.archived { ", archived" } else { "" };
        fields.push(("", format!("is the employee {name} ({}{left})", colleague.id)));
    }
    fields.push(("Created", output::instant(employee.created)));
    fields.push(("Last modified", output::instant(employee.last_modified)));
    let titles =
        titles(&tenant.attributes, &fields.iter().map(|field| field.0).collect::<Vec<_>>());
    let values = tenant.attributes.iter().map(|attribute| attribute.value_in(&employee.attributes));
    fields.extend(titles.iter().map(|title| &**title).zip(values.map(output::value)));
    output::print_record(&fields)
}

/// Describes a value: the effective value, its source, and the value of the other source.
fn describe_value(value: &EffectiveValue) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    match value.origin {
        Origin::IdentityProvider => format!(
            "{}  (set by the identity provider; local value: {})",
            text(&value.value),
            text(&value.local)
        ),
        Origin::Local => format!(
            "{}  (local value; value of the identity provider: {})",
            text(&value.value),
            text(&value.from_idp)
        ),
    }
}

fn status_name(employee: &Employee) -> &'static str {
    if employee.is_archived() { "archived" } else { "active" }
}

/// The status, in words for people.
fn status_text(employee: &Employee) -> &'static str {
    match (employee.is_archived(), employee.hidden) {
        (false, _) => "active",
        (true, false) => "archived",
        (true, true) => "deleted in IdP",
    }
}

impl From<FormatArgument> for ExportFormat {
    fn from(format: FormatArgument) -> Self {
        match format {
            FormatArgument::Csv => ExportFormat::Csv,
            FormatArgument::Jsonl => ExportFormat::Jsonl,
        }
    }
}

impl From<StatusArgument> for Status {
    fn from(status: StatusArgument) -> Self {
        match status {
            StatusArgument::Active => Status::Active,
            StatusArgument::Archived => Status::Archived,
            StatusArgument::All => Status::All,
        }
    }
}

impl From<LocalArguments> for LocalChanges {
    fn from(arguments: LocalArguments) -> Self {
        let change = |value: Option<String>| match value {
            None => LocalChange::Keep,
            Some(text) if text.is_empty() => LocalChange::Clear,
            Some(text) => LocalChange::Set(text),
        };
        Self {
            location: change(arguments.location),
            department: change(arguments.department),
            manager: change(arguments.manager),
        }
    }
}
