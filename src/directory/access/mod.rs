//! Access: checks tokens against the cached record of their tenant, and opens sessions for administrators.

pub mod pepper;
pub mod tokens;
pub mod actor;
pub mod token_set;
pub mod sessions;
pub mod lockout;
pub mod tenant_cache;

use super::tenants::Tenants;
use super::tenants::custom_attributes::Declared;
use crate::directory::precondition::Precondition;
use lockout::Lockout;
use pepper::Peppers;
use sessions::{Claims, Pass};

use crate::directory::Directory;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::tenant::{Scope, Tenant, TenantId, TokenRecord};
use crate::model::unfinished::Unfinished;
use scim::schema::custom::CustomAttribute;
use std::sync::Arc;
use tenant_cache::{CacheLookup, CachedTenant, TenantCache};
use time::{Duration, OffsetDateTime};
use token_set::{Rotated, Rotation, Which};

/// The session of a request with a valid token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The tenant that the token belongs to.
    pub tenant: TenantId,
    /// The scope of the token.
    pub scope: Scope,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The actor of the request's changes.
    pub actor: Arc<ActorRecord>,
    /// The token's short name. It identifies the token and does not open anything.
    pub token: Arc<str>,
    /// The tenant's unfinished work, which this session's request finishes. One session a minute gets this work.
    pub unfinished: Vec<Unfinished>,
}

/// Checks tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    tenants: Tenants,
    cache: TenantCache,
    lockout: Lockout,
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

impl Access {
    /// Creates the access to `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { cache: TenantCache::new(tenants.clone()), tenants, lockout: Lockout::default() }
    }

    /// Opens the session of a token with one of these scopes at the tenant of the URL.
    ///
    /// Returns `None` for every reason alike: an unknown tenant, another tenant's token, or an unknown, expired or
    /// revoked token.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], or as every call of the store does.
    pub async fn open(
        &self,
        tenant: &TenantId,
        scopes: &[Scope],
        token: &str,
    ) -> Result<Option<Session>, Error> {
        let open = |known: &CachedTenant, record: &TokenRecord| Session {
            tenant: tenant.clone(),
            scope: record.scope,
            directory: known.directory.clone(),
            actor: Arc::new(ActorRecord::of_token(record)),
            token: Arc::from(record.short_name()),
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
    pub async fn sign_in(&self, tenant: &TenantId, token: &str) -> Result<SignIn, Error> {
        let now = self.tenants.sources.now();
        // The right token is accepted at any time: an attacker must not be able to lock an administrator out.
        let fingerprint = |_: &CachedTenant, record: &TokenRecord| sessions::fingerprint(record);
        let found = self.find_token(tenant, &[Scope::Admin], token, now, fingerprint).await?;
        let Some(fingerprint) = found else {
            if let Some(retry_after) = self.lockout.remaining(tenant, now) {
                return Ok(SignIn::LockedOut { retry_after });
            }
            self.lockout.failed(tenant, now);
            return Ok(SignIn::Refused);
        };
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let pass =
            sessions::issue(tenant, fingerprint, &peppers, now).map_err(Error::NoRandomness)?;
        Ok(SignIn::Done(pass))
    }

    /// Resumes the session of a pass from [`Self::sign_in`].
    ///
    /// The session must be unexpired and not signed out, and its token must be valid. A revoked token ends its sessions
    /// as fast as itself.
    ///
    /// # Errors
    /// Fails as [`Self::open`] does.
    pub async fn resume(
        &self,
        tenant: &TenantId,
        passes: &[&str],
    ) -> Result<Option<sessions::Resumed>, Error> {
        if passes.is_empty() {
            return Ok(None);
        }
        let now = self.tenants.sources.now();
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let read = |peppers: &Peppers| -> Vec<Claims> {
            passes.iter().filter_map(|pass| sessions::read(pass, tenant, peppers, now)).collect()
        };
        let mut claims = read(&peppers);
        if claims.is_empty() {
            // Another server may have a newer pepper.
            let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
            claims = read(&newer);
        }
        if claims.is_empty() {
            return Ok(None);
        }
        let check_one = |known: &CachedTenant, claims: &Claims| {
            if known.signed_out.contains(&claims.session.id) {
                return None;
            }
            let found = claims.find_token(&known.record, now)?;
            Some(sessions::Resumed {
                session: claims.session.clone(),
                directory: known.directory.clone(),
                actor: Arc::new(ActorRecord::of_token(found)),
                token: Arc::from(found.short_name()),
                unfinished: known.take_unfinished(),
                form_key: claims.form_key.clone(),
            })
        };
        let check =
            |known: &CachedTenant| claims.iter().find_map(|claims| check_one(known, claims));
        match self.cache.find(tenant, now, check).await? {
            CacheLookup::Found(resumed) => Ok(Some(resumed)),
            CacheLookup::JustRead | CacheLookup::NotFound(_) => Ok(None),
        }
    }

    /// Ends a session. Other servers refuse it within a minute.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn sign_out(
        &self,
        tenant: &TenantId,
        session: &sessions::SessionId,
    ) -> Result<(), Error> {
        let now = self.tenants.sources.now().unix_timestamp();
        let store = self.tenants.store.tenant(tenant);
        let signed_out = store.signed_out().add(&session.id, session.expires, now).await;
        self.cache.invalidate(tenant);
        Ok(signed_out?)
    }

    /// Calls [`Tenants::rotate_token`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::rotate_token`] does.
    pub async fn rotate_token(
        &self,
        tenant: &TenantId,
        scope: Scope,
        rotation: &Rotation<'_>,
        actor: &ActorRecord,
    ) -> Result<Rotated, Error> {
        let rotated = self.tenants.rotate_token(tenant, scope, rotation, actor).await;
        self.cache.invalidate(tenant);
        rotated
    }

    /// Calls [`Tenants::revoke_tokens`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::revoke_tokens`] does.
    pub async fn revoke_tokens(
        &self,
        tenant: &TenantId,
        scope: Scope,
        which: Which<'_>,
        actor: &ActorRecord,
    ) -> Result<usize, Error> {
        let revoked = self.tenants.revoke_tokens(tenant, scope, which, actor).await;
        self.cache.invalidate(tenant);
        revoked
    }

    /// Calls [`Tenants::declare_attribute`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::declare_attribute`] does.
    pub async fn declare_attribute(
        &self,
        tenant: &TenantId,
        attribute: CustomAttribute,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Declared, Error> {
        let declared = self.tenants.declare_attribute(tenant, attribute, precondition, actor).await;
        self.cache.invalidate(tenant);
        declared
    }

    /// Calls [`Tenants::remove_attribute`]. The change takes effect in this process at once.
    ///
    /// # Errors
    /// Fails as [`Tenants::remove_attribute`] does.
    pub async fn remove_attribute(
        &self,
        tenant: &TenantId,
        attribute: (&str, &str),
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Tenant, Error> {
        let removed = self.tenants.remove_attribute(tenant, attribute, precondition, actor).await;
        self.cache.invalidate(tenant);
        removed
    }

    /// Calls `read` with the record of a valid token, and returns its result. Most requests need little of the record.
    async fn find_token<T>(
        &self,
        tenant: &TenantId,
        scopes: &[Scope],
        token: &str,
        now: OffsetDateTime,
        read: impl Fn(&CachedTenant, &TokenRecord) -> T,
    ) -> Result<Option<T>, Error> {
        if tokens::tenant_of(token).as_ref() != Some(tenant) {
            return Ok(None);
        }
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let check = |known: &CachedTenant, peppers: &Peppers| {
            let found = tokens::find_valid(&known.record, scopes, token, peppers, now)?;
            Some(read(known, found))
        };
        let known = match self.cache.find(tenant, now, |known| check(known, &peppers)).await? {
            CacheLookup::Found(found) => return Ok(Some(found)),
            CacheLookup::JustRead => return Ok(None),
            CacheLookup::NotFound(known) => known,
        };
        let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
        Ok(known.and_then(|known| check(&known, &newer)))
    }
}
