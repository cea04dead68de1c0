//! Revokes a token.

use super::scope_words::{ScopeWords, no_such_token, read_scope};
use crate::directory::access::token_set::Which;
use crate::directory::access::tokens::works;
use crate::directory::{Error, Scope, Stage, TokenRecord};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, Section, When, show};
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
    /// Whether the last request came with this token.
    is_in_use: bool,
    /// The other token of the scope, if it works.
    other: Option<OtherToken>,
}

/// A token that works after the end of another one.
struct OtherToken {
    label: String,
    expires: Option<When>,
    /// Whether the last request came with this token.
    is_in_use: bool,
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
    let valid = tenant.tokens.iter().filter(|token| token.scope == scope && works(token, now));
    let (shown, others): (Vec<_>, Vec<_>) = valid.partition(|token| token.short_name() == id);
    let token = shown.first().ok_or_else(no_such_token)?;
    if token.stage == Stage::Current && scope == Scope::Admin {
        return Err(explain(Error::LastAdminToken));
    }
    let record = visitor.known_record(&services, &tenant).await.map_err(explain)?;
    let in_use = record.latest.map(|latest| latest.token);
    let is_in_use = |token: &TokenRecord| in_use.as_deref() == Some(token.short_name());
    let other = others.first().map(|other| OtherToken {
        label: other.label.clone(),
        expires: other.expires.map(When::new),
        is_in_use: is_in_use(other),
    });
    show(&RevokePage {
        frame: Frame::of(&visitor, Section::Access),
        words: ScopeWords::of(scope),
        id: id.to_owned(),
        label: token.label.clone(),
        is_in_use: is_in_use(token),
        other,
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
