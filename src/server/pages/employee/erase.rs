//! Erases an archived employee permanently. The administrator types the userName, to prevent mistakes.

use super::head::{Head, OpenEmployee, Tab, short_name_of};
use crate::directory::Error;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::EmployeeId;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use scim::fold::fold;

#[derive(Template)]
#[template(path = "employee/erase.html")]
struct ErasePage {
    frame: Frame,
    head: Head,
    short_name: String,
    user_name: String,
    /// The typed userName.
    typed: String,
    problems: Problems,
}

/// Asks for the userName of the employee.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
) -> Answer {
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    show_form(employee, String::new(), (StatusCode::OK, Problems::default()))
}

/// Erases an employee whose userName the form has.
pub(in crate::server::pages) async fn erase(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    form: Form,
) -> Answer {
    let typed = form.get("userName");
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    let user_name = employee.view.employee.user_name();
    if !employee.view.employee.is_archived() {
        return show_form(employee, typed.to_owned(), (StatusCode::CONFLICT, Problems::default()));
    }
    if fold(typed) != fold(user_name) {
        let mut problems = Problems::default();
        let text = match typed.trim() {
            "" => format!("Type the userName {user_name}."),
            _ => format!("This does not match. Type {user_name}."),
        };
        problems.add("userName", text);
        return show_form(employee, typed.to_owned(), (problems.status(), problems));
    }
    let erasure = visitor.directory.users().erase(id, &visitor.actor);
    match services.sync.forgetting(&visitor.tenant, erasure).await {
        Ok(()) => Ok(redirect(&visitor.site.path("employees?done=erased"))),
        // The identity provider activated the employee at the same time.
        Err(Error::NotArchived(_)) => {
            let employee = OpenEmployee::read(&services, &visitor, id).await?;
            show_form(employee, typed.to_owned(), (StatusCode::CONFLICT, Problems::default()))
        }
        Err(error) => Err(explain(error)),
    }
}

fn show_form(
    employee: OpenEmployee,
    typed: String,
    (status, problems): (StatusCode, Problems),
) -> Answer {
    show_as(
        status,
        &ErasePage {
            head: employee.head(Tab::Profile),
            short_name: short_name_of(&employee.view),
            user_name: employee.view.employee.user_name().to_owned(),
            frame: employee.frame,
            typed,
            problems,
        },
    )
}
