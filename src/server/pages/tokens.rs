//! Rotates tokens, shows each new token once, and revokes tokens.

use super::frame::{Frame, Section, When, show};
use super::guard::{Form, Visitor};
use super::messages::explain;
use crate::directory::access::token_set::{Earlier, Rotated, Rotation, Which};
use crate::directory::access::tokens::works;
use crate::directory::{Scope, Stage, Tenant, TokenRecord};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::path::PathParts;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};

/// The tokens of a scope, and their state for the forms.
pub(super) struct TokenGroup {
    pub(super) scope: &'static str,
    pub(super) title: &'static str,
    pub(super) is_scim: bool,
    pub(super) is_admin: bool,
    pub(super) is_read: bool,
    pub(super) tokens: Vec<TokenRow>,
    /// The time at which the previous token expires, if it is still valid.
    pub(super) earlier: Option<When>,
    /// Whether no use of the current token is known.
    pub(super) is_unused: bool,
    /// Identifies the current token that the form was made for. A rotation by a stale form is refused.
    pub(super) seen: String,
}

/// A token, without its secret.
pub(super) struct TokenRow {
    pub(super) stage: &'static str,
    pub(super) is_current: bool,
    /// The short name of the token. It stays the same when the stage changes.
    pub(super) name: String,
    pub(super) label: String,
    pub(super) created: When,
    pub(super) expires: Option<When>,
    /// The day (UTC) of its last use.
    pub(super) last_used: Option<String>,
}

impl TokenGroup {
    /// Returns the valid tokens of a scope.
    pub(super) fn of(
        tenant: &Tenant,
        scope: Scope,
        used: &BTreeMap<String, String>,
        now: OffsetDateTime,
    ) -> Self {
        let tokens = tenant.tokens.iter().filter(|token| token.scope == scope && works(token, now));
        let row = |token: &TokenRecord| TokenRow {
            last_used: used.get(token.short_name()).cloned(),
            ..TokenRow::from(token)
        };
        let tokens: Vec<TokenRow> = tokens.map(row).collect();
        let is_unused = |token: &TokenRow| token.is_current && token.last_used.is_none();
        Self {
            is_unused: tokens.iter().any(is_unused),
            scope: scope.as_str(),
            title: title(scope),
            is_scim: scope == Scope::Scim,
            is_admin: scope == Scope::Admin,
            is_read: scope == Scope::Read,
            tokens,
            earlier: earlier_ends(tenant, scope, now),
            seen: tenant.current_token(scope).map_or("", TokenRecord::short_name).to_owned(),
        }
    }

    /// Whether the form makes a first read token. A new tenant has none, so there is no token to rotate.
    pub(super) fn makes_first(&self) -> bool {
        self.is_read && self.tokens.is_empty()
    }
}

impl From<&TokenRecord> for TokenRow {
    fn from(token: &TokenRecord) -> Self {
        Self {
            stage: match token.stage {
                Stage::Current => "current",
                Stage::Previous => "previous",
            },
            is_current: token.stage == Stage::Current,
            name: token.short_name().to_owned(),
            label: token.label.clone(),
            created: When::new(token.created),
            expires: token.expires.map(When::new),
            last_used: None,
        }
    }
}

/// Returns the title of a scope's token.
fn title(scope: Scope) -> &'static str {
    match scope {
        Scope::Scim => "Secret Token",
        Scope::Admin => "Admin token",
        Scope::Read => "Read token",
    }
}

/// Returns the time at which the previous token expires, if it is still valid.
fn earlier_ends(tenant: &Tenant, scope: Scope, now: OffsetDateTime) -> Option<When> {
    let is_earlier = |token: &&TokenRecord| {
        token.scope == scope && token.stage == Stage::Previous && works(token, now)
    };
    tenant.tokens.iter().find(is_earlier)?.expires.map(When::new)
}

#[derive(Template)]
#[template(path = "new_token.html")]
struct NewTokenPage<'a> {
    frame: Frame,
    title: &'a str,
    is_scim: bool,
    is_read: bool,
    tenant_url: String,
    api_url: String,
    token: &'a str,
    /// The labels and ids of the tokens that worked before, with their expiry; `None` if the rotation ended the token.
    earlier: Vec<(String, String, Option<When>)>,
}

/// Makes a new token. Only this response shows it.
pub(super) async fn rotate(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
    form: Form,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let overlap = match form.get("overlap") {
        "none" => Duration::ZERO,
        "1h" => Duration::hours(1),
        "24h" => Duration::hours(24),
        "7d" => Duration::days(7),
        _ => return Err(ApiError::bad_request("Choose how long the current token stays valid")),
    };
    let label = Some(form.get("label").trim()).filter(|label| !label.is_empty());
    if label.is_some_and(|label| label.chars().count() > 100) {
        return Err(ApiError::bad_request(
            "The label can have 100 characters at most; choose a shorter one",
        ));
    }
    let tenant = &visitor.tenant;
    let earlier = match form.get("earlier") {
        "drop" => Earlier::Drop,
        "replace-unused" => Earlier::ReplaceUnused,
        _ => Earlier::Keep,
    };
    let rotation = Rotation { label, overlap, earlier, expected: Some(form.get("seen")) };
    let rotated = services.access.rotate_token(tenant, scope, &rotation, &visitor.actor).await;
    let Rotated { token, earlier } = rotated.map_err(explain)?;
    let earlier = earlier.into_iter();
    let earlier = earlier.map(|token| (token.label, token.id, token.expires.map(When::new)));
    // The token is shown only here, so no read of the store may fail below.
    show(&NewTokenPage {
        frame: Frame::of(&visitor, Section::Settings),
        title: title(scope),
        is_scim: scope == Scope::Scim,
        is_read: scope == Scope::Read,
        tenant_url: visitor.site.tenant_url(tenant),
        api_url: visitor.site.api_url(tenant),
        token: token.expose_secret(),
        earlier: earlier.collect(),
    })
}

/// Revokes a token.
pub(super) async fn revoke(
    State(services): State<Services>,
    visitor: Visitor,
    PathParts([scope]): PathParts<1>,
    form: Form,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    // Revokes the token that the page showed, even if its stage changed: others may have rotated since.
    let shown = Which::Token(form.get("token"));
    let access = &services.access;
    let revoked = access.revoke_tokens(&visitor.tenant, scope, shown, &visitor.actor).await;
    if revoked.map_err(explain)? == 0 {
        return Err(no_such_token());
    }
    Ok(redirect(&visitor.site.path("?done=revoked")))
}

fn read_scope(text: Option<&str>) -> Result<Scope, ApiError> {
    text.and_then(Scope::parse).ok_or_else(no_such_token)
}

fn no_such_token() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "There is no such token. The settings list the valid tokens",
    )
}
