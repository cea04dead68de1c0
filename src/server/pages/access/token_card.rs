//! The card with the tokens of one kind.

use super::scope_words::ScopeWords;
use crate::directory::access::tokens::{previous_expiry, works};
use crate::directory::{Scope, Stage, Tenant, TokenRecord};
use crate::server::pages::frame::When;
use crate::server::pages::words::{day_and_year, read_day};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// The valid tokens of one kind, and the action for the next token.
pub(super) struct TokenCard {
    pub(super) words: ScopeWords,
    pub(super) tokens: Vec<TokenRow>,
    /// Whether the next token is created. Otherwise it replaces a token that was used.
    pub(super) creates: bool,
}

/// A token, without its secret.
pub(super) struct TokenRow {
    /// The short name. It stays the same when a new token replaces this one.
    pub(super) id: String,
    pub(super) label: String,
    pub(super) is_active: bool,
    pub(super) created: When,
    pub(super) expires: Option<When>,
    /// The day (UTC) of the last use.
    pub(super) last_used: Option<String>,
    /// Whether the token is the last Admin token.
    pub(super) is_last: bool,
}

impl TokenCard {
    /// Returns the card of a scope. `own` is the token of the session, which counts as used.
    pub(super) fn of(
        tenant: &Tenant,
        scope: Scope,
        used: &BTreeMap<String, String>,
        own: &str,
        now: OffsetDateTime,
    ) -> Self {
        let tokens = tenant.tokens.iter().filter(|token| token.scope == scope && works(token, now));
        let tokens = tokens.map(|token| TokenRow::of(token, used)).collect();
        Self {
            words: ScopeWords::of(scope),
            tokens,
            creates: !is_current_used(tenant, scope, used, own),
        }
    }
}

impl TokenRow {
    fn of(token: &TokenRecord, used: &BTreeMap<String, String>) -> Self {
        let is_active = token.stage == Stage::Current;
        Self {
            id: token.short_name().to_owned(),
            label: token.label.clone(),
            is_active,
            created: When::new(token.created),
            expires: token.expires.map(When::new),
            last_used: used
                .get(token.short_name())
                .and_then(|day| read_day(day))
                .map(|day| day_and_year(day.midnight().assume_utc())),
            is_last: is_active && token.scope == Scope::Admin,
        }
    }
}

/// Whether a scope has a current token with a known use.
fn is_current_used(
    tenant: &Tenant,
    scope: Scope,
    used: &BTreeMap<String, String>,
    own: &str,
) -> bool {
    let current = tenant.current_token(scope).map(TokenRecord::short_name);
    current.is_some_and(|current| current == own || used.contains_key(current))
}

/// Returns the short name of the current token of a scope; empty without one.
pub(super) fn current_id(tenant: &Tenant, scope: Scope) -> String {
    tenant.current_token(scope).map_or("", TokenRecord::short_name).to_owned()
}

/// Returns the time until which the older token of a scope works, if it still does.
pub(super) fn older_ends(tenant: &Tenant, scope: Scope, now: OffsetDateTime) -> Option<When> {
    previous_expiry(&tenant.tokens, scope, now).map(When::new)
}
