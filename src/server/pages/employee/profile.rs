//! The profile: the values in use with their sources, and the other attributes in plain words.

use super::account::AccountCard;
use super::conflict::is_undo;
use super::done;
use super::head::{Head, Linked, Manager, OpenEmployee, Tab};
use super::plain_values::{PlainValue, plain_values};
use crate::directory::users::view::Origin;
use crate::model::governed::GovernedAttribute;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, show as show_page, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::path::EmployeeId;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "employee/profile.html")]
struct ProfilePage {
    frame: Frame,
    head: Head,
    /// The reason why the form that leads here changed nothing.
    refusal: Option<Refusal>,
    rows: Vec<ValueRow>,
    email: Option<String>,
    /// The source of the email address.
    email_source: String,
    /// Whether the identity provider sent the attributes. It did not send those of an import before the link.
    is_sent: bool,
    others: Vec<PlainValue>,
    /// The linked account of an administrator.
    account: Option<AccountCard>,
}

/// The reason why a form changed nothing.
pub(super) struct Refusal {
    pub(super) text: String,
    /// The employee that the reason names: the name, and the path below the root.
    pub(super) employee: Option<Linked>,
}

/// An attribute with two sources.
struct ValueRow {
    name: &'static str,
    title: &'static str,
    in_use: InUse,
    is_from_idp: bool,
    sent: Option<String>,
    own: Option<String>,
}

/// The value in use.
enum InUse {
    Value(Linked),
    Manager(Manager),
    None,
}

/// Shows the profile.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    query: Pairs,
) -> Answer {
    let (mut employee, account) = tokio::try_join!(
        OpenEmployee::read(&services, &visitor, id),
        AccountCard::read(&services, &visitor, id)
    )?;
    let record = &employee.view.employee;
    if let Some(toast) = done::toast(&visitor, record, &query, &employee.frame).await? {
        employee.frame = employee.frame.with_toast(toast);
    }
    show_page(&ProfilePage { account, ..ProfilePage::new(employee, None) })
}

/// Shows the profile after a form that changed nothing.
pub(super) async fn show_refusal(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    refusal: Refusal,
) -> Answer {
    let (employee, account) = tokio::try_join!(
        OpenEmployee::read(services, visitor, id),
        AccountCard::read(services, visitor, id)
    )?;
    let page = ProfilePage { account, ..ProfilePage::new(employee, Some(refusal)) };
    show_as(StatusCode::CONFLICT, &page)
}

/// The text for a change that lost against another one.
pub(super) const CHANGED_MEANWHILE: &str =
    "Somebody changed this employee at the same time. Nothing was saved. Try again.";

impl Refusal {
    /// Another change came before the change of a form.
    pub(super) fn of_conflict(form: &Form) -> Self {
        if is_undo(form) {
            return Self::changed_since();
        }
        Self { text: CHANGED_MEANWHILE.to_owned(), employee: None }
    }

    /// The employee changed after the change that the form would undo.
    pub(super) fn changed_since() -> Self {
        let text = "This employee changed after that, so nothing was undone.";
        Self { text: text.to_owned(), employee: None }
    }
}

impl ProfilePage {
    fn new(employee: OpenEmployee, refusal: Option<Refusal>) -> Self {
        let head = employee.head(Tab::Profile);
        let rows = GovernedAttribute::ALL.iter().map(|one| ValueRow::new(&employee, *one));
        let rows = rows.collect();
        let record = employee.view.employee;
        let email = record.primary_email().map(str::to_owned);
        let others = plain_values(record.attributes.as_object(), email.as_deref());
        let is_sent = record.linked.is_some();
        let email_source = match is_sent {
            true => employee.frame.idp_title(),
            false => "Import".to_owned(),
        };
        Self {
            frame: employee.frame,
            head,
            refusal,
            rows,
            email,
            email_source,
            is_sent,
            others,
            account: None,
        }
    }
}

impl ValueRow {
    fn new(employee: &OpenEmployee, attribute: GovernedAttribute) -> Self {
        let value = employee.view.value(attribute);
        let in_use = match attribute {
            GovernedAttribute::Manager => employee.manager().map(InUse::Manager),
            _ => employee.linked(attribute).map(InUse::Value),
        };
        Self {
            name: attribute.name(),
            title: attribute.title(),
            in_use: in_use.unwrap_or(InUse::None),
            is_from_idp: value.origin == Origin::IdentityProvider,
            sent: value.from_idp.clone().filter(|text| !text.is_empty()),
            own: value.local.clone(),
        }
    }
}
