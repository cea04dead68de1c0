//! A tenant's tokens: rotation and revocation. Other modules check whether a token is valid.

use super::tenant_cache::TENANT_CACHE_SECS;
use super::tokens::{self, EarlierToken};
use crate::directory::error::Error;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::display_name;
use crate::model::actor::ActorRecord;
use crate::model::history::{AttributeChange, EventKind};
use crate::model::tenant::{Scope, Stage, TenantId, TokenRecord};
use secrecy::SecretString;
use time::Duration;

/// How long a Secret Token or a read token stays valid after its rotation, by default. A running sync must not fail.
pub const DEFAULT_OVERLAP: Duration = Duration::hours(24);

/// Returns how long a token of a scope stays valid after its rotation, by default. An admin token has no overlap,
/// because no other program uses it all the time.
pub fn default_overlap(scope: Scope) -> Duration {
    match scope {
        Scope::Scim | Scope::Read => DEFAULT_OVERLAP,
        Scope::Admin => Duration::ZERO,
    }
}

/// The longest overlap. It keeps a rotated token from staying valid for ever.
pub const MAX_OVERLAP: Duration = Duration::days(365);

/// How long servers may still write for a tenant without tokens. The time is the cache time of a record and the longest
/// request.
const RETIREMENT: Duration = Duration::seconds(TENANT_CACHE_SECS + 30);

/// How to rotate a token.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// The name of the new token; `None` for the default name.
    pub label: Option<&'a str>,
    /// How long the current token stays valid.
    pub overlap: Duration,
    /// The treatment of a previous token that is still valid.
    pub earlier: Earlier,
    /// The short name of the current token that the client expects; `None` for any token. An empty text expects no
    /// token.
    pub expected: Option<&'a str>,
}

/// The treatment of a previous token that is still valid when the next rotation would drop it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// The previous token keeps its expiry, and the rotation is refused.
    Keep,
    /// The previous token keeps its expiry. The current token ends now, if no use of it is known.
    ReplaceUnused,
    /// The previous token ends now.
    Drop,
}

/// A new token, and the tokens that worked before it.
#[derive(Debug)]
pub struct Rotated {
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
    /// Makes a new current token of a scope. The old current token stays valid for the overlap.
    ///
    /// [`Earlier`] decides about a previous token that is still valid. An unused token is replaced only on request. Its
    /// owner may use it next, or the record of its use may be missing.
    ///
    /// # Errors
    /// [`Error::PreviousTokenValid`], [`Error::TokenUsed`], [`Error::AlreadyRotated`], [`Error::TokenEnded`],
    /// [`Error::TokenReplaced`], [`Error::NoTenant`], [`Error::NoPepper`], [`Error::NoRandomness`],
    /// [`Error::Contention`], and the errors of the store. Fails with [`Error::Protocol`] for an invalid label.
    pub async fn rotate_token(
        &self,
        id: &TenantId,
        scope: Scope,
        rotation: &Rotation<'_>,
        actor: &ActorRecord,
    ) -> Result<Rotated, Error> {
        let label = match rotation.label {
            Some(label) => display_name::check("A label", label)?,
            None => tokens::default_label(scope),
        };
        let peppers = self.peppers().await?;
        let secret = tokens::generate(id).map_err(Error::NoRandomness)?;
        let record = tokens::current(scope, label, &secret, &peppers, self.sources.now());
        let now = self.sources.now();
        let expires = now.checked_add(rotation.overlap).unwrap_or(now);
        let used = self.store.tenant(id).sync().get().await?.used;
        let mut earlier = Vec::new();
        self.update(id, actor, |tenant| {
            let before = tenant.current_token(scope);
            let current = before.map_or("", TokenRecord::short_name);
            if rotation.expected.is_some_and(|expected| expected != current) {
                return Err(Error::AlreadyRotated);
            }
            let is_used = used.contains_key(current) || actor.token_id.as_deref() == Some(current);
            let promised = tokens::previous_expiry(&tenant.tokens, scope, now);
            let change =
                token_change(scope, before.map(|token| token.label.as_str()), Some(&record.label));
            let tokens = match (promised, rotation.earlier) {
                (_, Earlier::ReplaceUnused) if is_used => return Err(Error::TokenUsed),
                (_, Earlier::ReplaceUnused) => tokens::replaced(&tenant.tokens, record.clone()),
                (Some(expires), Earlier::Keep) => {
                    return Err(Error::PreviousTokenValid { expires, is_used });
                }
                (None, Earlier::Keep) | (_, Earlier::Drop) => {
                    tokens::rotated(&tenant.tokens, record.clone(), expires)
                }
            };
            let before = std::mem::replace(&mut tenant.tokens, tokens);
            earlier = tokens::ends(&before, scope, &tenant.tokens, now);
            Ok(Some(self.entry(EventKind::TokenRotated, vec![change], actor)))
        })
        .await?;
        Ok(Rotated { token: secret, earlier })
    }

    /// Revokes one or both tokens of a scope. Returns the number of revoked tokens.
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
        self.update_with_any_token(id, actor, |tenant| {
            let is_own =
                matches!(which, Which::Token(name) if Some(name) == actor.token_id.as_deref());
            if !(scope == Scope::Admin && is_own) {
                actor.check(tenant, now)?;
            }
            let (gone, kept): (Vec<_>, Vec<_>) =
                tenant.tokens.drain(..).partition(|token| token.scope == scope && which.is(token));
            tenant.tokens = kept;
            // An operator has no token and may revoke all tokens, because an operator can also make new tokens.
            let is_last = actor.token_id.is_some()
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

    /// Revokes all tokens of a tenant before its deletion. Returns the wait after which no server writes for the tenant
    /// any more.
    ///
    /// The wait is the same whenever the tokens were revoked.
    ///
    /// # Errors
    /// Fails with [`Error::NoTenant`], [`Error::Contention`], or as every call of the store does.
    pub async fn retire(&self, id: &TenantId, actor: &ActorRecord) -> Result<Duration, Error> {
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
