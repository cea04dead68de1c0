//! A tenant's tokens: creation, replacement and revocation. Other modules check whether a token is valid.

use super::sso_entries::{Action, entry_changes};
use super::tenant_cache::TENANT_CACHE_SECS;
use super::token_check::keep_ended;
use super::tokens::{self, EarlierToken};
use crate::directory::error::Error;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::display_name;
use crate::model::actor::ActorRecord;
use crate::model::ended_token::EndReason;
use crate::model::history::{AttributeChange, EventKind};
use crate::model::tenant::{Scope, Stage, TenantId, TokenRecord};
use secrecy::SecretString;
use time::Duration;

/// How long a Secret Token or a read token stays valid after its replacement, by default. A running sync must not fail.
pub const DEFAULT_OVERLAP: Duration = Duration::hours(24);

/// Returns how long a token of a scope stays valid after its replacement, by default. An admin token has no overlap,
/// because no other program uses it all the time.
pub fn default_overlap(scope: Scope) -> Duration {
    match scope {
        Scope::Scim | Scope::Read => DEFAULT_OVERLAP,
        Scope::Admin => Duration::ZERO,
    }
}

/// The longest overlap. It keeps a replaced token from staying valid for ever.
pub const MAX_OVERLAP: Duration = Duration::days(365);

/// How long servers may still write for a tenant without tokens. The time is the cache time of a record and the longest
/// request.
const RETIREMENT: Duration = Duration::seconds(TENANT_CACHE_SECS + 30);

/// How to replace a token.
#[derive(Debug, Clone, Copy)]
pub struct Replacement<'a> {
    /// The name of the new token; `None` for the default name.
    pub label: Option<&'a str>,
    /// How long the current token stays valid.
    pub overlap: Duration,
    /// The treatment of a previous token that is still valid.
    pub earlier: Earlier,
    /// The form of a page that asks for the replacement; `None` for any current token.
    pub expected: Option<TokenForm<'a>>,
}

/// The form of a page that makes a token.
#[derive(Debug, Clone, Copy)]
pub struct TokenForm<'a> {
    /// The short name of the current token that the form was made for. It is empty without one.
    pub seen: &'a str,
    /// The number of the form; `None` for a form without one. A reload sends the same number again.
    pub number: Option<&'a str>,
}

/// A token to make.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NewToken<'a> {
    /// The name; `None` for the default name.
    pub(super) label: Option<&'a str>,
    /// The number of the form that makes the token.
    pub(super) form: Option<&'a str>,
    /// The id of the set-up link through which the token is made.
    pub(super) link: Option<&'a str>,
}

/// The treatment of a previous token that is still valid when the next replacement would drop it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// The previous token keeps its expiry, and the replacement is refused.
    Keep,
    /// The previous token ends now.
    Drop,
}

/// A new token, and the tokens that worked before it.
#[derive(Debug)]
pub struct IssuedToken {
    /// The short name of the new token.
    pub id: String,
    /// The new token.
    pub token: SecretString,
    /// The tokens of the scope that worked before.
    pub earlier: Vec<EarlierToken>,
}

/// Selects tokens of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// The current and the previous token.
    All,
    /// The token with this stage.
    Stage(Stage),
    /// The token with this short name, at any stage.
    Token(&'a str),
}

impl Which<'_> {
    fn is(self, token: &TokenRecord) -> bool {
        match self {
            Which::All => true,
            Which::Stage(stage) => token.stage == stage,
            Which::Token(name) => token.short_name() == name,
        }
    }
}

impl Tenants {
    /// Makes a new current token of a scope. The old current token stays valid for the overlap. Without an overlap, an
    /// admin token ends the links that were made with it.
    ///
    /// [`Earlier`] decides about a previous token that is still valid.
    ///
    /// # Errors
    /// [`Error::PreviousTokenValid`], [`Error::AlreadyReplaced`], [`Error::TokenEnded`], [`Error::TokenReplaced`],
    /// [`Error::NoTenant`], [`Error::NoPepper`], [`Error::NoRandomness`], [`Error::Contention`], and the errors of the
    /// store. Fails with [`Error::Protocol`] for an invalid label.
    pub async fn replace_token(
        &self,
        id: &TenantId,
        scope: Scope,
        replacement: &Replacement<'_>,
        actor: &ActorRecord,
    ) -> Result<IssuedToken, Error> {
        let now = self.sources.now();
        let expires = now.checked_add(replacement.overlap).filter(|expires| *expires > now);
        let form = replacement.expected.and_then(|form| form.number);
        let new = NewToken { label: replacement.label, form, link: None };
        self.make_token(id, scope, new, actor, |tokens, current, is_used, new| {
            if replacement.expected.is_some_and(|form| form.seen != current) {
                return Err(Error::AlreadyReplaced);
            }
            match (tokens::previous_expiry(tokens, scope, now), replacement.earlier) {
                (Some(expires), Earlier::Keep) => {
                    Err(Error::PreviousTokenValid { expires, is_used })
                }
                (None, Earlier::Keep) | (_, Earlier::Drop) => {
                    Ok(tokens::replaced_with_overlap(tokens, new, expires))
                }
            }
        })
        .await
    }

    /// Makes a token. `change` gets the tokens, the short name of the current one or an empty text, whether a use of it
    /// is known, and the new token. It returns the tokens after the change.
    pub(super) async fn make_token(
        &self,
        id: &TenantId,
        scope: Scope,
        new: NewToken<'_>,
        actor: &ActorRecord,
        change: impl Fn(&[TokenRecord], &str, bool, TokenRecord) -> Result<Vec<TokenRecord>, Error>,
    ) -> Result<IssuedToken, Error> {
        let label = match new.label {
            Some(label) => display_name::check("A label", label)?,
            None => tokens::default_label(scope),
        };
        let peppers = self.peppers().await?;
        let secret = tokens::generate(id).map_err(Error::NoRandomness)?;
        let now = self.sources.now();
        let record = tokens::current(scope, label, &secret, &peppers, now);
        let record = TokenRecord { form: new.form.map(str::to_owned), ..record };
        let noted = new.link.map(|link| (link, record.short_name()));
        let used = self.store.tenant(id).sync().get().await?.used;
        let short_name = record.short_name().to_owned();
        let mut earlier = Vec::new();
        self.update_tokens(id, actor, noted, |tenant| {
            actor.check(tenant, now)?;
            let before = tenant.current_token(scope);
            let current = before.map_or("", TokenRecord::short_name);
            let is_used = used.contains_key(current) || actor.token_id.as_deref() == Some(current);
            let old_label = before.map(|token| token.label.as_str());
            let entry = token_change(scope, old_label, Some(&record.label));
            let mut tokens = change(&tenant.tokens, current, is_used, record.clone())?;
            tokens.retain(|token| token.scope != scope || tokens::works(token, now));
            let before = std::mem::replace(&mut tenant.tokens, tokens);
            earlier = tokens::ends(&before, scope, &tenant.tokens, now);
            keep_ended(tenant, &before, EndReason::Replaced, now);
            Ok(Some(self.entry(EventKind::TokenReplaced, vec![entry], actor)))
        })
        .await?;
        Ok(IssuedToken { id: short_name, token: secret, earlier })
    }

    /// Revokes one or both tokens of a scope. Returns the number of revoked tokens. A revoked admin token ends the links
    /// that were made with it.
    ///
    /// # Errors
    /// Fails with [`Error::LastAdminToken`] for an actor with a token, when no current admin token would remain. Fails
    /// with [`Error::TokenReplaced`] when a previous admin token names another token than itself. Other failures are
    /// [`Error::TokenEnded`], [`Error::NoTenant`], [`Error::Contention`], and the errors of the store.
    pub async fn revoke_tokens(
        &self,
        id: &TenantId,
        scope: Scope,
        which: Which<'_>,
        actor: &ActorRecord,
    ) -> Result<usize, Error> {
        let now = self.sources.now();
        let mut revoked = 0;
        self.update_tokens(id, actor, None, |tenant| {
            let is_own =
                matches!(which, Which::Token(name) if Some(name) == actor.token_id.as_deref());
            if !(scope == Scope::Admin && is_own) {
                actor.check(tenant, now)?;
            }
            let (gone, kept): (Vec<_>, Vec<_>) =
                tenant.tokens.drain(..).partition(|token| token.scope == scope && which.is(token));
            tenant.tokens = kept;
            keep_ended(tenant, &gone, EndReason::Revoked, now);
            // An operator has no token and may revoke all tokens, because an operator can also make new tokens.
            let is_last = actor.can_end()
                && gone.iter().any(|token| token.scope == Scope::Admin)
                && !tenant
                    .tokens
                    .iter()
                    .any(|token| token.scope == Scope::Admin && token.stage == Stage::Current);
            if is_last {
                return Err(Error::LastAdminToken);
            }
            revoked = gone.len();
            let changes: Vec<AttributeChange> =
                gone.iter().map(|token| token_change(scope, Some(&token.label), None)).collect();
            Ok(self.entry_of(EventKind::TokenRevoked, changes, actor))
        })
        .await?;
        Ok(revoked)
    }

    /// Revokes all tokens of a tenant and switches single sign-on off, before its deletion. Returns the wait after which no server writes for the tenant
    /// any more.
    ///
    /// The wait is the same whenever the tokens were revoked.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::Contention`], or as every call of the store does.
    pub async fn retire(&self, id: &TenantId, actor: &ActorRecord) -> Result<Duration, Error> {
        self.update(id, actor, |tenant| {
            let is_on = tenant.sso.take().is_some();
            let changes = entry_changes(Action::Removed, &[]);
            Ok(is_on.then(|| self.entry(EventKind::SsoChanged, changes, actor)))
        })
        .await?;
        for scope in Scope::ALL {
            self.revoke_tokens(id, scope, Which::All, actor).await?;
        }
        Ok(RETIREMENT)
    }
}

fn token_change(scope: Scope, old: Option<&str>, new: Option<&str>) -> AttributeChange {
    AttributeChange {
        attribute: format!("tokens.{}", scope.as_str()),
        old: old.map(Into::into),
        new: new.map(Into::into),
    }
}
