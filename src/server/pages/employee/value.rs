//! The form for the administrator's own value of one attribute: a page, and a dialog of the profile.

use super::conflict::{condition, is_undo};
use super::done;
use super::head::{Head, OpenEmployee, Tab};
use super::profile::{CHANGED_MEANWHILE, Refusal, show_refusal};
use crate::directory::Error;
use crate::directory::users::administration::{LocalChange, LocalChanges, MAX_LOCAL_CHARS};
use crate::directory::users::view::Origin;
use crate::model::governed::GovernedAttribute;
use crate::model::id::parse_id;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::PathParts;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::{FromRequestParts, State};
use http::StatusCode;
use http::request::Parts;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "employee/value.html")]
struct ValuePage {
    frame: Frame,
    head: Head,
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    in_use: Option<String>,
    sent: Option<String>,
    is_from_idp: bool,
    /// The revision that the page shows. A form of an older revision changes nothing.
    revision: u64,
    value: String,
    problems: Problems,
}

/// The employee and the attribute in the path.
pub(in crate::server::pages) struct ValuePath {
    id: Uuid,
    attribute: GovernedAttribute,
}

impl<S: Send + Sync> FromRequestParts<S> for ValuePath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(PathParts([id, name])) = PathParts::from_request_parts(parts, state).await;
        let id = id.as_deref().and_then(parse_id);
        let attribute = name.as_deref().and_then(GovernedAttribute::parse);
        let path = id.zip(attribute).map(|(id, attribute)| Self { id, attribute });
        path.ok_or_else(|| {
            ApiError::not_found(
                "This page does not exist. You can set your own value of department, location and \
                 manager of an employee",
            )
        })
    }
}

/// Shows the form.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    ValuePath { id, attribute }: ValuePath,
) -> Answer {
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    let value = employee.view.value(attribute).local.clone().unwrap_or_default();
    show_form(employee, attribute, value, Problems::default())
}

/// Sets the value. An empty text clears it. The form of a notice undoes the last change.
pub(in crate::server::pages) async fn save(
    State(services): State<Services>,
    visitor: Visitor,
    ValuePath { id, attribute }: ValuePath,
    form: Form,
) -> Answer {
    let value = form.get("value");
    if let Some(text) = problem_of(value) {
        let employee = OpenEmployee::read(&services, &visitor, id).await?;
        return show_form(employee, attribute, value.to_owned(), Problems::one("value", text));
    }
    let users = visitor.directory.users();
    let before = users.get_any(id).await.map_err(explain)?;
    let change = match value.trim() {
        "" => LocalChange::Clear,
        text => LocalChange::Set(text.to_owned()),
    };
    let changes = LocalChanges::only(attribute, change);
    match users.set_local(id, &changes, &condition(&form)?, &visitor.actor).await {
        Ok(after) if after.revision == before.revision => {
            Ok(redirect(&visitor.site.path(&format!("employees/{id}"))))
        }
        Ok(after) => Ok(redirect(&visitor.site.path(&done::path(&after)))),
        Err(Error::VersionDiffers { .. }) if is_undo(&form) => {
            show_refusal(&services, &visitor, id, Refusal::changed_since()).await
        }
        Err(Error::VersionDiffers { .. }) => {
            let employee = OpenEmployee::read(&services, &visitor, id).await?;
            let problems = Problems::one("", CHANGED_MEANWHILE).with_status(StatusCode::CONFLICT);
            show_form(employee, attribute, value.to_owned(), problems)
        }
        Err(error) => Err(explain(error)),
    }
}

fn show_form(
    employee: OpenEmployee,
    attribute: GovernedAttribute,
    value: String,
    problems: Problems,
) -> Answer {
    let head = employee.head(Tab::Profile);
    let values = employee.view.value(attribute).clone();
    show_as(
        problems.status(),
        &ValuePage {
            frame: employee.frame,
            head,
            name: attribute.name(),
            title: attribute.title(),
            hint: match attribute {
                GovernedAttribute::Manager => {
                    "An email address, userName or id of a colleague, or any text. Leave empty to clear."
                }
                GovernedAttribute::Department | GovernedAttribute::Location => {
                    "Leave empty to clear."
                }
            },
            in_use: values.value,
            sent: values.from_idp,
            is_from_idp: values.origin == Origin::IdentityProvider,
            revision: employee.view.employee.revision,
            value,
            problems,
        },
    )
}

/// Returns the error of a value, if it has one.
fn problem_of(value: &str) -> Option<&'static str> {
    if value.trim().chars().count() > MAX_LOCAL_CHARS {
        return Some("Enter at most 4,096 characters.");
    }
    let has_control = value.trim().contains(char::is_control);
    has_control.then_some("Enter one line of text without control characters.")
}

#[cfg(test)]
mod tests {
    use super::{MAX_LOCAL_CHARS, problem_of};

    #[test]
    fn the_error_gives_the_limit_of_the_directory() {
        assert_eq!(problem_of(&"x".repeat(MAX_LOCAL_CHARS)), None);
        let text = problem_of(&"x".repeat(MAX_LOCAL_CHARS + 1)).unwrap();
        assert!(text.replace(',', "").contains(&MAX_LOCAL_CHARS.to_string()), "{text}");
    }
}
