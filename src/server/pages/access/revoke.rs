//! Revokes a token.

use super::scope_words::{ScopeWords, no_such_token, read_scope};
use crate::directory::access::token_set::Which;
use crate::directory::access::tokens::works;
use crate::directory::{Error, Scope, Stage};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, Section, show};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::PathParts;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "access_revoke.html")]
struct RevokePage {
    frame: Frame,
    words: ScopeWords,
    id: String,
    label: String,
    is_active: bool,
}

/// Asks before a token is revoked.
pub(in crate::server::pages) async fn ask(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
    query: Pairs,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let now = services.tenants.now();
    let id = query.get("token").unwrap_or_default();
    let found = tenant
        .tokens
        .iter()
        .find(|token| token.scope == scope && token.short_name() == id && works(token, now));
    let token = found.ok_or_else(no_such_token)?;
    let is_active = token.stage == Stage::Current;
    if is_active && scope == Scope::Admin {
        return Err(explain(Error::LastAdminToken));
    }
    show(&RevokePage {
        frame: Frame::of(&visitor, Section::Access),
        words: ScopeWords::of(scope),
        id: id.to_owned(),
        label: token.label.clone(),
        is_active,
    })
}

/// Revokes the token that the page showed, also if another token replaced it meanwhile.
pub(in crate::server::pages) async fn revoke(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
    form: Form,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let shown = Which::Token(form.get("token"));
    let access = &services.access;
    let revoked = access.revoke_tokens(&visitor.tenant, scope, shown, &visitor.actor).await;
    match revoked.map_err(explain)? {
        0 => Err(no_such_token()),
        _ => Ok(redirect(&visitor.site.path("access?done=revoked"))),
    }
}
