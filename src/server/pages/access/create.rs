//! Creates a token: the first of its kind, or in the place of one that was never used.

use super::form_number::{form_number, new_form_number};
use super::labels::{LABEL_TAKEN, Others};
use super::new_token::show_token;
use super::scope_words::{ScopeWords, read_scope};
use super::token_card::current_id;
use crate::directory::access::token_set::TokenForm;
use crate::directory::{Error, Scope};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::{TOKEN_IN_USE, explain};
use crate::server::path::PathParts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;

#[derive(Template)]
#[template(path = "access_create.html")]
struct CreatePage {
    frame: Frame,
    words: ScopeWords,
    /// The entered label.
    entered: String,
    /// The short name of the current token, for which the form was made.
    seen: String,
    /// The number of the form. A reload sends it again.
    number: String,
    problems: Problems,
}

/// Shows the form.
pub(in crate::server::pages) async fn show_form(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let frame = Frame::of(&visitor, Section::Access);
    let now = services.tenants.now();
    let label = Others::of_created(&tenant, scope, now).proposed_label(visitor.provider());
    let seen = current_id(&tenant, scope);
    page(frame, scope, label, (seen, new_form_number()), Problems::default())
}

/// Creates the token. Only this response shows it. A reload creates another token while the first was never used.
pub(in crate::server::pages) async fn create(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
    form: Form,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let (entered, seen) = (form.get("label").trim(), form.get("seen"));
    let label = Some(entered).filter(|label| !label.is_empty());
    let (access, tenant) = (&services.access, &visitor.tenant);
    let from = TokenForm { seen, number: form_number(&form) };
    let refuse = |problems| {
        let frame = Frame::of(&visitor, Section::Access);
        let number = from.number.unwrap_or_default().to_owned();
        page(frame, scope, entered.to_owned(), (seen.to_owned(), number), problems)
    };
    if label.is_some() {
        let before = services.tenants.get(tenant).await.map_err(explain)?;
        if Others::of_created(&before, scope, services.tenants.now()).have(entered) {
            return refuse(Problems::one("label", LABEL_TAKEN));
        }
    }
    match access.create_token_by_form(tenant, scope, label, from, &visitor.actor).await {
        Ok(made) => {
            let ended = made.earlier.iter().filter(|token| token.expires.is_none());
            let is_again = ended.into_iter().any(|token| token.id != seen);
            show_token(&visitor, scope, &made, is_again)
        }
        Err(Error::Protocol(error)) => refuse(Problems::one("label", error.detail)),
        Err(Error::TokenUsed) => {
            refuse(Problems::one("", TOKEN_IN_USE).with_status(StatusCode::CONFLICT))
        }
        Err(error) => Err(explain(error)),
    }
}

/// Shows the form. `seen` and `number` are its hidden fields.
fn page(
    frame: Frame,
    scope: Scope,
    label: String,
    (seen, number): (String, String),
    problems: Problems,
) -> Answer {
    let status = problems.status();
    let words = ScopeWords::of(scope);
    show_as(status, &CreatePage { frame, words, entered: label, seen, number, problems })
}
