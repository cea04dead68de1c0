//! Archives and restores an employee.

use super::conflict::condition;
use super::done;
use super::head::{Head, Linked, OpenEmployee, Tab, name_of, short_name_of};
use super::profile::{Refusal, show_refusal};
use super::reports::reports_of;
use crate::directory::Error;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::{Frame, show as show_page};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::EmployeeId;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "employee/archive.html")]
struct ArchivePage {
    frame: Frame,
    head: Head,
    short_name: String,
    /// The number of active employees who report to this employee, in words.
    reports: Option<String>,
    revision: u64,
}

/// Asks whether to archive an employee.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
) -> Answer {
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    if employee.view.employee.is_archived() {
        return Ok(redirect(&visitor.site.path(&format!("employees/{id}"))));
    }
    let reports = reports_of(&visitor, &employee, None).await?;
    show_page(&ArchivePage {
        head: employee.head(Tab::Profile),
        short_name: short_name_of(&employee.view),
        reports: reports.count(),
        revision: employee.view.employee.revision,
        frame: employee.frame,
    })
}

/// Archives an employee. The form of a notice undoes the restoring.
pub(in crate::server::pages) async fn archive(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    form: Form,
) -> Answer {
    let users = visitor.directory.users();
    let before = users.get_any(id).await.map_err(explain)?;
    let profile = visitor.site.path(&format!("employees/{id}"));
    if before.is_archived() {
        return Ok(redirect(&profile));
    }
    match users.archive(id, &condition(&form)?, &visitor.actor).await {
        Ok(after) => Ok(redirect(&visitor.site.path(&done::path(&after)))),
        Err(Error::VersionDiffers { .. }) => {
            show_refusal(&services, &visitor, id, Refusal::of_conflict(&form)).await
        }
        Err(error) => Err(explain(error)),
    }
}

/// Restores an employee. The form of a notice undoes the archiving.
pub(in crate::server::pages) async fn restore(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    form: Form,
) -> Answer {
    let users = visitor.directory.users();
    match users.restore(id, &condition(&form)?, &visitor.actor).await {
        Ok(after) => Ok(redirect(&visitor.site.path(&done::path(&after)))),
        Err(Error::VersionDiffers { .. }) => {
            show_refusal(&services, &visitor, id, Refusal::of_conflict(&form)).await
        }
        Err(Error::UserNameTaken { holder }) => {
            let refusal = user_name_taken(&services, &visitor, id, holder).await?;
            show_refusal(&services, &visitor, id, refusal).await
        }
        Err(error) => Err(explain(error)),
    }
}

/// Says which employee has the userName of a deleted employee now.
async fn user_name_taken(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    holder: Uuid,
) -> Result<Refusal, ApiError> {
    let settings = services.tenants.get(&visitor.tenant).await.map_err(explain)?.settings;
    let users = visitor.directory.users();
    let (deleted, holder) =
        tokio::try_join!(users.get_any(id), users.view(holder, settings)).map_err(explain)?;
    let text = format!(
        "The userName {} already belongs to another employee, so nothing was restored. Change that \
         userName in your identity provider first:",
        deleted.user_name()
    );
    let path = format!("employees/{}", holder.employee.id);
    Ok(Refusal { text, employee: Some(Linked { text: name_of(&holder), path }) })
}
