//! Access: checks tokens against the cached record of their tenant, and opens sessions for administrators.

pub mod pepper;
pub mod tokens;
pub mod token_check;
pub mod token_lookup;
pub mod refusal_delay;
mod sign_in_log;
pub mod actor;
pub mod token_set;
mod token_creation;
mod token_links;
mod changes;
pub mod sessions;
pub mod link_text;
pub mod links;
pub mod link_sessions;
pub(in crate::directory) mod admission;
pub(in crate::directory) mod sso_entries;
pub mod reference;
pub mod account_sessions;
pub mod lockout;
pub mod tenant_cache;
mod known_record;

use super::tenants::Tenants;
use lockout::Lockout;
use pepper::Peppers;
use refusal_delay::RefusalDelay;
use sessions::{Claims, Opener, Pass};

use crate::directory::Directory;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::refusal::Refusal;
use crate::model::sign_in::{BrowserFamily, SignInMethod};
use crate::model::tenant::{Scope, Settings, TenantId, TokenRecord};
use crate::model::unauthorized::UnauthorizedReason;
use crate::model::unfinished::Unfinished;
use std::sync::Arc;
use tenant_cache::{CacheLookup, CachedTenant, TenantCache};
use time::{Duration, OffsetDateTime};
use token_lookup::WrongToken;

/// The session of a request with a valid token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The tenant that the token belongs to.
    pub tenant: TenantId,
    /// The scope of the token.
    pub scope: Scope,
    /// The tenant's settings. They may be a minute old.
    pub settings: Settings,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The actor of the request's changes.
    pub actor: Arc<ActorRecord>,
    /// The token's short name. It identifies the token and does not open anything.
    pub token: Arc<str>,
    /// The time when the token was made.
    pub token_created: OffsetDateTime,
    /// The tenant's unfinished work, which this session's request finishes. One session a minute gets this work.
    pub unfinished: Vec<Unfinished>,
}

/// Checks tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    tenants: Tenants,
    cache: TenantCache,
    lockout: Lockout,
    refusal_delay: RefusalDelay,
}

/// The result of a sign-in.
#[derive(Debug)]
pub enum SignIn {
    /// The sign-in opened a session.
    Done(Pass),
    /// The token is no valid admin token of the tenant.
    Refused,
    /// The token is no valid admin token of the tenant, after too many failed sign-ins.
    LockedOut {
        /// How long wrong tokens get this answer.
        retry_after: Duration,
    },
}

/// The result of a request with the pass of a session.
#[derive(Debug)]
pub enum Resumption {
    /// The session is open.
    Open(Box<sessions::Resumed>),
    /// The identity provider proved the identity of an employee, and this employee may not administer.
    Refused {
        /// The reason.
        refusal: Refusal,
        /// 8 letters and digits, which the page and the list of sign-ins show.
        reference: String,
    },
    /// No pass is valid.
    None,
}

impl Access {
    /// Creates the access to `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self {
            cache: TenantCache::new(tenants.clone()),
            tenants,
            lockout: Lockout::default(),
            refusal_delay: RefusalDelay::default(),
        }
    }

    /// Opens the session of a token with one of these scopes at the tenant of the URL.
    ///
    /// `token` is the reason for which a request has none. The client must get the same answer for every [`WrongToken`].
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], or as every call of the store does.
    pub async fn open(
        &self,
        tenant: &TenantId,
        scopes: &[Scope],
        token: Result<&str, UnauthorizedReason>,
    ) -> Result<Result<Session, WrongToken>, Error> {
        let open = |known: &CachedTenant, record: &TokenRecord| Session {
            tenant: tenant.clone(),
            scope: record.scope,
            settings: known.record.settings,
            directory: known.directory.clone(),
            actor: Arc::new(ActorRecord::of_token(record)),
            token: Arc::from(record.short_name()),
            token_created: record.created,
            unfinished: known.take_unfinished(),
        };
        self.find_token(tenant, scopes, token, self.tenants.sources.now(), open).await
    }

    /// Opens a session for an administrator with an admin token.
    ///
    /// After too many wrong tokens for the tenant, the answer to the next wrong token is a wait. Such a token is not
    /// counted. The right token opens a session at any time. The length of a token protects it against guessing, and
    /// the wait does not.
    ///
    /// # Errors
    /// Fails as [`Self::open`] does, and with [`Error::NoRandomness`].
    pub async fn sign_in(
        &self,
        tenant: &TenantId,
        token: &str,
        browser: BrowserFamily,
    ) -> Result<SignIn, Error> {
        let now = self.tenants.sources.now();
        // The right token is accepted at any time: an attacker must not be able to lock an administrator out.
        let read = |_: &CachedTenant, record: &TokenRecord| {
            (sessions::fingerprint(record), record.label.clone())
        };
        let found = self.find_token(tenant, &[Scope::Admin], Ok(token), now, read).await?;
        let Ok((fingerprint, label)) = found else {
            if let Some(retry_after) = self.lockout.remaining(tenant, now) {
                return Ok(SignIn::LockedOut { retry_after });
            }
            self.lockout.failed(tenant, now);
            return Ok(SignIn::Refused);
        };
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let pass =
            sessions::issue(tenant, fingerprint, &peppers, now).map_err(Error::NoRandomness)?;
        self.record_sign_in(tenant, SignInMethod::Token, label, browser).await;
        Ok(SignIn::Done(pass))
    }

    /// Resumes the session of a pass, which a sign-in gave.
    ///
    /// The session must be unexpired and not signed out, and its token, link or employee must be valid. A revoked token
    /// ends its sessions as fast as itself. An employee is read again for each request.
    ///
    /// # Errors
    /// Fails as [`Self::open`] does.
    pub async fn resume(&self, tenant: &TenantId, passes: &[&str]) -> Result<Resumption, Error> {
        if passes.is_empty() {
            return Ok(Resumption::None);
        }
        let now = self.tenants.sources.now();
        let claims = self.read_passes(tenant, passes, now).await?;
        if let Some(resumed) = self.resume_token(tenant, &claims, now).await? {
            return Ok(Resumption::Open(Box::new(resumed)));
        }
        if let Some(resumed) = self.resume_link(tenant, &claims, now).await? {
            return Ok(Resumption::Open(Box::new(resumed)));
        }
        self.resume_account(tenant, &claims, now).await
    }

    /// Resumes the session of an admin token.
    async fn resume_token(
        &self,
        tenant: &TenantId,
        claims: &[Claims],
        now: OffsetDateTime,
    ) -> Result<Option<sessions::Resumed>, Error> {
        if !claims.iter().any(|claims| matches!(claims.opener, Opener::Token(_))) {
            return Ok(None);
        }
        let check_one = |known: &Arc<CachedTenant>, claims: &Claims| {
            if known.signed_out.contains(&claims.session.id) {
                return None;
            }
            let found = claims.find_token(&known.record, now)?;
            let token = Some(Arc::from(found.short_name()));
            Some(known.resume(claims, ActorRecord::of_token(found), token))
        };
        let check =
            |known: &Arc<CachedTenant>| claims.iter().find_map(|claims| check_one(known, claims));
        match self.cache.find(tenant, now, check).await? {
            CacheLookup::Found(resumed) => Ok(Some(resumed)),
            CacheLookup::JustRead(_) | CacheLookup::NotFound(_) => Ok(None),
        }
    }

    /// Reads the passes with a valid signature.
    async fn read_passes(
        &self,
        tenant: &TenantId,
        passes: &[&str],
        now: OffsetDateTime,
    ) -> Result<Vec<Claims>, Error> {
        let read = |peppers: &Peppers| -> Vec<Claims> {
            passes.iter().filter_map(|pass| sessions::read(pass, tenant, peppers, now)).collect()
        };
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let claims = read(&peppers);
        if !claims.is_empty() {
            return Ok(claims);
        }
        // Another server may have a newer pepper.
        let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
        Ok(read(&newer))
    }

    /// Ends a session. Other servers refuse it within a minute, and the session of an employee at once.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn sign_out(
        &self,
        tenant: &TenantId,
        session: &sessions::SessionId,
    ) -> Result<(), Error> {
        if let Some(employee) = session.employee {
            return self.sign_out_account(tenant, employee, &session.id).await;
        }
        let now = self.tenants.sources.now().unix_timestamp();
        let store = self.tenants.store.tenant(tenant);
        let signed_out = store.signed_out().add(&session.id, session.expires, now).await;
        self.cache.invalidate(tenant);
        Ok(signed_out?)
    }
}
