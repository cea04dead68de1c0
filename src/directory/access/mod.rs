//! Access: checks tokens against the cached record of their tenant, and opens sessions for administrators.

pub mod pepper;
pub mod tokens;
pub mod actor;
pub mod token_set;
pub mod sessions;
pub mod lockout;

use super::tenants::Tenants;
use super::tenants::custom_attributes::Declared;
use crate::directory::Directory;
use crate::directory::precondition::Precondition;
use actor::Actor;
use lockout::Lockout;
use pepper::Peppers;
use sessions::{Claims, Pass};

use crate::directory::error::Error;
use crate::model::tenant::{Scope, Tenant, TenantId, TokenRecord};
use crate::model::unfinished::Unfinished;
use crate::store::items::signed_out::SignedOut;
use crate::store::tenants::TenantAndWork;
use scim::schema::custom::CustomAttribute;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};
use token_set::{Rotated, Rotation, Which};

/// How long a tenant's record is cached, in seconds. A revoked token works for at most this long.
pub const SESSION_TTL_SECS: i64 = 60;
/// The shortest time between two reads of a record because of an unknown token.
///
/// An unknown token causes a read, so that a new token works at once. The limit keeps guessed tokens from loading the
/// store.
const RECHECK_EVERY: Duration = Duration::seconds(2);
/// The cache holds at most this many tenants.
const MOST_REMEMBERED: usize = 4_096;

/// The session of a request with a valid token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The tenant that the token belongs to.
    pub tenant: TenantId,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The token's label: the actor in the history.
    pub label: Arc<str>,
    /// The token's short name. It identifies the token and does not open anything.
    pub token: Arc<str>,
    /// The tenant's unfinished work, which this session's request finishes. One session a minute gets this work.
    pub unfinished: Vec<Unfinished>,
}

/// Checks tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    tenants: Tenants,
    memory: Arc<Mutex<Memory>>,
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

/// The cache of tenants.
#[derive(Debug, Default)]
struct Memory {
    tenants: HashMap<TenantId, Remembered>,
    /// Counts the invalidations. A read that started before the last invalidation may be stale, and is not cached.
    forgotten: u64,
}

/// The cached result of a read of a tenant.
#[derive(Debug, Clone)]
struct Remembered {
    read_at: OffsetDateTime,
    /// When a session was last due to get the unfinished work.
    work_read_at: OffsetDateTime,
    /// When an unknown token last caused a read.
    rechecked_at: Option<OffsetDateTime>,
    /// `None` when there is no such tenant. A guessed tenant id is cached too, so that it does not load the store.
    tenant: Option<Arc<Known>>,
}

/// A tenant's record, and the values that are made from it once instead of for each request.
#[derive(Debug)]
struct Known {
    record: Tenant,
    directory: Directory,
    signed_out: SignedOut,
    /// The tenant's unfinished work. The first session takes it, and its request finishes old work.
    unfinished: Mutex<Vec<Unfinished>>,
}

impl Known {
    fn take_unfinished(&self) -> Vec<Unfinished> {
        std::mem::take(&mut *self.unfinished.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The next step after a token that is not in the cached record.
enum Next {
    /// Refuse the token: the record was read a moment ago.
    Refuse,
    /// Read the record again: the tenant may have changed.
    ReadAgain,
}

/// The result of a look-up in a tenant's record.
enum Looked<T> {
    /// The record has a match.
    Fits(T),
    /// The cached record has no match, and the store was read a moment ago.
    NotAgain,
    /// The store's record has no match either. `None` when there is no record.
    Misfit(Option<Arc<Known>>),
}

impl Access {
    /// Creates the access to `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, memory: Arc::default(), lockout: Lockout::default() }
    }

    /// Opens the session of a token with this scope at the tenant of the URL.
    ///
    /// Returns `None` for every reason alike: an unknown tenant, another tenant's token, or an unknown, expired or
    /// revoked token.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], or as every call of the store does.
    pub async fn open(
        &self,
        tenant: &TenantId,
        scope: Scope,
        token: &str,
    ) -> Result<Option<Session>, Error> {
        let open = |known: &Known, record: &TokenRecord| Session {
            tenant: tenant.clone(),
            directory: known.directory.clone(),
            label: Arc::from(record.label.as_str()),
            token: Arc::from(record.short_name()),
            unfinished: known.take_unfinished(),
        };
        self.find_token(tenant, scope, token, self.tenants.sources.now(), open).await
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
        let fingerprint = |_: &Known, record: &TokenRecord| sessions::fingerprint(record);
        let found = self.find_token(tenant, Scope::Admin, token, now, fingerprint).await?;
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
        let check_one = |known: &Known, claims: &Claims| {
            if known.signed_out.contains(&claims.session.id) {
                return None;
            }
            let found = claims.find_token(&known.record, now)?;
            Some(sessions::Resumed {
                session: claims.session.clone(),
                directory: known.directory.clone(),
                label: Arc::from(found.label.as_str()),
                token: Arc::from(found.short_name()),
                unfinished: known.take_unfinished(),
                form_key: claims.form_key.clone(),
            })
        };
        let check = |known: &Known| claims.iter().find_map(|claims| check_one(known, claims));
        match self.look(tenant, now, check).await? {
            Looked::Fits(resumed) => Ok(Some(resumed)),
            Looked::NotAgain | Looked::Misfit(_) => Ok(None),
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
        self.forget(tenant);
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
        by: Actor<'_>,
    ) -> Result<Rotated, Error> {
        let rotated = self.tenants.rotate_token(tenant, scope, rotation, by).await;
        self.forget(tenant);
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
        by: Actor<'_>,
    ) -> Result<usize, Error> {
        let revoked = self.tenants.revoke_tokens(tenant, scope, which, by).await;
        self.forget(tenant);
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
        by: Actor<'_>,
    ) -> Result<Declared, Error> {
        let declared = self.tenants.declare_attribute(tenant, attribute, precondition, by).await;
        self.forget(tenant);
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
        by: Actor<'_>,
    ) -> Result<Tenant, Error> {
        let removed = self.tenants.remove_attribute(tenant, attribute, precondition, by).await;
        self.forget(tenant);
        removed
    }

    /// Invalidates the cached record of a tenant, even after a failed change: the write may be committed all the same.
    fn forget(&self, tenant: &TenantId) {
        let mut memory = self.lock();
        memory.tenants.remove(tenant);
        memory.forgotten += 1;
    }

    /// Calls `read` with the record of a valid token, and returns its result. Most requests need little of the record.
    async fn find_token<T>(
        &self,
        tenant: &TenantId,
        scope: Scope,
        token: &str,
        now: OffsetDateTime,
        read: impl Fn(&Known, &TokenRecord) -> T,
    ) -> Result<Option<T>, Error> {
        if tokens::tenant_of(token).as_ref() != Some(tenant) {
            return Ok(None);
        }
        let peppers = self.tenants.peppers.get(now).await.map_err(Error::NoPepper)?;
        let check = |known: &Known, peppers: &Peppers| {
            let found = tokens::find_valid(&known.record, scope, token, peppers, now)?;
            Some(read(known, found))
        };
        let known = match self.look(tenant, now, |known| check(known, &peppers)).await? {
            Looked::Fits(found) => return Ok(Some(found)),
            Looked::NotAgain => return Ok(None),
            Looked::Misfit(known) => known,
        };
        let newer = self.tenants.peppers.get_newer(now).await.map_err(Error::NoPepper)?;
        Ok(known.and_then(|known| check(&known, &newer)))
    }

    /// Looks for a match in the cached record of a tenant, then in the store. Skips the store if it was read a moment
    /// ago.
    async fn look<T>(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
        check: impl Fn(&Known) -> Option<T>,
    ) -> Result<Looked<T>, Error> {
        if let Some(found) = self.recall(tenant, now).and_then(|record| check(&record)) {
            return Ok(Looked::Fits(found));
        }
        match self.after_a_misfit(tenant, now) {
            Next::Refuse => return Ok(Looked::NotAgain),
            Next::ReadAgain => {}
        }
        let record = self.read(tenant, now).await?;
        match record.as_deref().and_then(check) {
            Some(found) => Ok(Looked::Fits(found)),
            None => Ok(Looked::Misfit(record)),
        }
    }

    fn recall(&self, tenant: &TenantId, now: OffsetDateTime) -> Option<Arc<Known>> {
        let memory = self.lock();
        let found = memory.tenants.get(tenant)?;
        found.is_fresh(now).then(|| found.tenant.clone()).flatten()
    }

    /// Decides about another read, under the lock. Of many wrong tokens at once, only one causes a read of a cached
    /// record.
    fn after_a_misfit(&self, tenant: &TenantId, now: OffsetDateTime) -> Next {
        let mut memory = self.lock();
        let Some(found) = memory.tenants.get_mut(tenant) else { return Next::ReadAgain };
        let rechecked = found
            .rechecked_at
            .is_some_and(|at| (Duration::ZERO..RECHECK_EVERY).contains(&(now - at)));
        if rechecked && found.is_fresh(now) {
            return Next::Refuse;
        }
        found.rechecked_at = Some(now);
        Next::ReadAgain
    }

    async fn read(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
    ) -> Result<Option<Arc<Known>>, Error> {
        let forgotten = self.lock().forgotten;
        let found = self.tenants.store.tenant(tenant).record().get_with_work().await?;
        let before = self.lock().tenants.get(tenant).cloned();
        // A wrong token must not make other requests look for unfinished work more often.
        let before = before.filter(|before| is_fresh(before.work_read_at, now));
        let work_read_at = before.as_ref().map_or(now, |before| before.work_read_at);
        let record = found.map(|TenantAndWork { tenant: record, signed_out, unfinished }| {
            let directory = self.tenants.directory_of(&record);
            let unfinished = match &before {
                Some(before) => {
                    before.tenant.iter().flat_map(|one| one.take_unfinished()).collect()
                }
                None => unfinished,
            };
            Arc::new(Known { record, directory, signed_out, unfinished: Mutex::new(unfinished) })
        });
        let mut memory = self.lock();
        if memory.forgotten != forgotten {
            return Ok(record);
        }
        let remembered = &mut memory.tenants;
        let rechecked_at = remembered.get(tenant).and_then(|found| found.rechecked_at);
        if remembered.len() >= MOST_REMEMBERED && !remembered.contains_key(tenant) {
            // Unknown tenant ids make room first.
            remembered.retain(|_, entry| entry.tenant.is_some());
            if remembered.len() >= MOST_REMEMBERED {
                remembered.clear();
            }
        }
        let entry = Remembered { read_at: now, work_read_at, rechecked_at, tenant: record.clone() };
        remembered.insert(tenant.clone(), entry);
        Ok(record)
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a read is younger than [`SESSION_TTL_SECS`]. A clock that was set back makes a read old.
fn is_fresh(read_at: OffsetDateTime, now: OffsetDateTime) -> bool {
    (Duration::ZERO..Duration::seconds(SESSION_TTL_SECS)).contains(&(now - read_at))
}

impl Remembered {
    /// Whether the cached record is still valid.
    fn is_fresh(&self, now: OffsetDateTime) -> bool {
        is_fresh(self.read_at, now)
    }
}
