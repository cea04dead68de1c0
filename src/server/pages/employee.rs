//! Shows one employee: the effective values with their source, and the values from the identity provider. An
//! administrator can change local values, archive, restore and erase.

use super::attribute_values::{AttributeGroup, groups};
use super::frame::{Frame, Section, When, show as show_page};
use super::guard::{Form, Visitor};
use super::history::Timeline;
use super::messages::explain;
use crate::directory::Kind;
use crate::directory::groups::view::MembershipView;
use crate::directory::precondition::Precondition;
use crate::directory::users::administration::{LocalChange, LocalChanges};
use crate::directory::users::view::{Colleague, EffectiveValue, Origin, display_name};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::path::EmployeeId;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "employee.html")]
struct EmployeePage {
    frame: Frame,
    id: String,
    name: String,
    user_name: String,
    archived: bool,
    hidden: bool,
    created: When,
    changed: When,
    archived_at: Option<When>,
    values: [ValueRow; 3],
    colleague: Option<Colleague>,
    groups: Vec<AttributeGroup>,
    memberships: Vec<MembershipView>,
    timeline: Timeline,
}

/// A value that the identity provider or the tenant sets.
struct ValueRow {
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    value: EffectiveValue,
    governed: bool,
}

impl ValueRow {
    fn new(
        name: &'static str,
        title: &'static str,
        hint: &'static str,
        value: EffectiveValue,
    ) -> Self {
        let governed = value.origin == Origin::IdentityProvider;
        Self { name, title, hint, value, governed }
    }
}

/// Shows an employee.
pub(super) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    query: Pairs,
) -> Answer {
    let settings = services.tenants.get(&visitor.tenant).await.map_err(explain)?.settings;
    let view = visitor.directory.users().view(id, settings).await.map_err(explain)?;
    let (employee, cursor) = (view.employee, query.cursor());
    let here = visitor.site.path(&format!("employees/{id}"));
    let record = (Kind::Employee, id);
    let history = visitor.directory.history().page(record, cursor, 20).await.map_err(explain)?;
    let memberships = visitor.directory.groups().groups_of(id).await.map_err(explain)?;
    let user_name = employee.user_name().to_owned();
    let manager_hint = "An email address, userName or id of a colleague, or any text.";
    show_page(&EmployeePage {
        frame: Frame::of(&visitor, Section::Employees).with_notice(&query),
        id: id.to_string(),
        name: display_name(&employee).unwrap_or_else(|| user_name.clone()),
        user_name,
        archived: employee.is_archived(),
        hidden: employee.hidden,
        created: When::new(employee.created),
        changed: When::new(employee.last_modified),
        archived_at: employee.archived_at.map(When::new),
        values: [
            ValueRow::new("location", "Location", "", view.location),
            ValueRow::new("department", "Department", "", view.department),
            ValueRow::new("manager", "Manager", manager_hint, view.manager),
        ],
        colleague: view.manager_colleague,
        groups: groups(employee.attributes.as_object()),
        memberships,
        timeline: Timeline::new(history, &here, cursor.is_none()),
    })
}

/// Sets the local values. An empty text clears a value.
pub(super) async fn set_local(visitor: Visitor, EmployeeId(id): EmployeeId, form: Form) -> Answer {
    let change = |name: &str| match (form.has(name), form.get(name).trim()) {
        (false, _) => LocalChange::Keep,
        (true, "") => LocalChange::Clear,
        (true, text) => LocalChange::Set(text.to_owned()),
    };
    let changes = LocalChanges {
        location: change("location"),
        department: change("department"),
        manager: change("manager"),
    };
    visitor
        .directory
        .users()
        .set_local(id, &changes, &Precondition::default(), &visitor.actor)
        .await
        .map_err(explain)?;
    Ok(redirect(&visitor.site.path(&format!("employees/{id}?done=local"))))
}

/// Archives an employee.
pub(super) async fn archive(visitor: Visitor, EmployeeId(id): EmployeeId, _form: Form) -> Answer {
    visitor
        .directory
        .users()
        .archive(id, &Precondition::default(), &visitor.actor)
        .await
        .map_err(explain)?;
    Ok(redirect(&visitor.site.path(&format!("employees/{id}?done=archived"))))
}

/// Restores an employee.
pub(super) async fn restore(visitor: Visitor, EmployeeId(id): EmployeeId, _form: Form) -> Answer {
    visitor
        .directory
        .users()
        .restore(id, &Precondition::default(), &visitor.actor)
        .await
        .map_err(explain)?;
    Ok(redirect(&visitor.site.path(&format!("employees/{id}?done=restored"))))
}

/// Erases an archived employee. The administrator must type the id, to prevent mistakes.
pub(super) async fn erase(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    form: Form,
) -> Answer {
    if form.get("confirm").trim() != id.to_string() {
        return Err(ApiError::bad_request(
            "Nothing was erased: the typed id is not the id of this employee. Open the page of the \
             employee again, and type the id that the page shows",
        ));
    }
    let erasure = visitor.directory.users().erase(id, &visitor.actor);
    services.sync.forgetting(&visitor.tenant, erasure).await.map_err(explain)?;
    Ok(redirect(&visitor.site.path("employees?done=erased")))
}
