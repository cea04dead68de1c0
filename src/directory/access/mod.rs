//! Who may come in: a token checked against its tenant, remembered for a short while; and the sessions of
//! administrators who signed in with one.

pub mod pepper;
pub mod tokens;
pub mod actor;
pub mod token_set;
pub mod sessions;
pub mod lockout;

use super::tenants::Tenants;
use super::tenants::custom_attributes::Declared;
use super::users::Precondition;
use actor::Actor;
use lockout::Lockout;
use pepper::Peppers;
use sessions::{Claims, Pass};

use super::{Directory, Error};
use crate::store::members::unfinished::Unfinished;
use crate::store::signed_out::SignedOut;
use crate::store::tenants::{Scope, Tenant, TenantAndWork, TenantId, TokenRecord};
use scim::schema::custom::CustomAttribute;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};
use token_set::{Rotated, Rotation, Which};

/// The longest a tenant's record is remembered, and so the longest a revoked token still works.
pub const SESSION_TTL_SECS: i64 = 60;
/// A token that does not fit makes the record be read again, so that one that was just made works at once; but not
/// more often than this, so that guessing does not become a load on the store.
const RECHECK_EVERY: Duration = Duration::seconds(2);
/// How many tenants are remembered.
const MOST_REMEMBERED: usize = 4_096;

/// Someone who showed a valid token.
#[derive(Debug, Clone)]
pub struct Session {
    /// The tenant whose token it is.
    pub tenant: TenantId,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The token's label: who did it, in the history.
    pub label: Arc<str>,
    /// The token, by a name that only says which one it is.
    pub token: Arc<str>,
    /// The tenant's unfinished work, once a minute and in one session: its request finishes what interrupted requests left
    /// over.
    pub unfinished: Vec<Unfinished>,
}

/// Checks tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    tenants: Tenants,
    memory: Arc<Mutex<Memory>>,
    lockout: Lockout,
}

/// How an attempt to sign in ended.
#[derive(Debug)]
pub enum SignIn {
    /// With a session.
    Done(Pass),
    /// The token is no valid admin token of the tenant.
    Refused,
    /// The token is no valid one either, and there were too many such before it.
    LockedOut {
        /// For how long wrong ones are answered like this.
        retry_after: Duration,
    },
}

/// What is remembered of tenants.
#[derive(Debug, Default)]
struct Memory {
    tenants: HashMap<TenantId, Remembered>,
    /// Counts the invalidations. A read that started before the last one may be stale, and is not cached.
    forgotten: u64,
}

/// What the store said of a tenant id.
#[derive(Debug, Clone)]
struct Remembered {
    read_at: OffsetDateTime,
    /// When a session was last to get the unfinished work.
    work_read_at: OffsetDateTime,
    /// When a token that did not fit last made it be read.
    rechecked_at: Option<OffsetDateTime>,
    /// `None` when there is no such tenant: guessing an id is no load on the store either.
    tenant: Option<Arc<Known>>,
}

/// A tenant's record, and what is made of it once and not for each request.
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

/// What is to be done when a token does not fit what is remembered.
enum Next {
    /// It was looked up a moment ago.
    Refuse,
    /// The tenant may have changed.
    ReadAgain,
}

/// What came of looking for something in a tenant's record.
enum Looked<T> {
    /// It is there.
    Fits(T),
    /// It is not in what is remembered, and the store was asked a moment ago.
    NotAgain,
    /// It is not in the store's record either, if there is one.
    Misfit(Option<Arc<Known>>),
}

impl Access {
    /// Access to `tenants`.
    pub fn new(tenants: Tenants) -> Self {
        Self { tenants, memory: Arc::default(), lockout: Lockout::default() }
    }

    /// The session of a token with this scope at the tenant named in the URL. `None` for every reason alike: no such
    /// tenant, another tenant's token, an unknown, expired or revoked one.
    ///
    /// # Errors
    /// As for every read of the store; [`Error::NoPepper`].
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

    /// A session for an administrator who shows an admin token. After too many wrong ones for the tenant, more are
    /// answered with a wait, and not counted; the right one is let in at any time. What keeps a token from being
    /// guessed is its length, not the wait.
    ///
    /// # Errors
    /// As for [`Self::open`]; [`Error::NoRandomness`].
    pub async fn sign_in(&self, tenant: &TenantId, token: &str) -> Result<SignIn, Error> {
        let now = self.tenants.sources.now();
        // The right token is let in whatever others tried: a lock must not be a way to keep an administrator out.
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

    /// The session that one of the passes of [`Self::sign_in`] stands for, while it has not expired, was not signed out,
    /// and its token is still valid: a revoked token ends its sessions as fast as it ends itself.
    ///
    /// # Errors
    /// As for [`Self::open`].
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
            // Another server may know a newer pepper.
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

    /// Ends a session. Other servers know it within a minute.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn sign_out(
        &self,
        tenant: &TenantId,
        session: &sessions::SessionId,
    ) -> Result<(), Error> {
        let now = self.tenants.sources.now().unix_timestamp();
        let store = self.tenants.store.tenant(tenant);
        let signed_out = store.sign_out(&session.id, session.expires, now).await;
        self.forget(tenant);
        Ok(signed_out?)
    }

    /// [`Tenants::rotate_token`]; what it changed counts here at once.
    ///
    /// # Errors
    /// As for [`Tenants::rotate_token`].
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

    /// [`Tenants::revoke_tokens`]; what it changed counts here at once.
    ///
    /// # Errors
    /// As for [`Tenants::revoke_tokens`].
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

    /// [`Tenants::declare_attribute`]; what it changed counts here at once.
    ///
    /// # Errors
    /// As for [`Tenants::declare_attribute`].
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

    /// [`Tenants::remove_attribute`]; what it changed counts here at once.
    ///
    /// # Errors
    /// As for [`Tenants::remove_attribute`].
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

    /// Forgets what is remembered of a tenant, also after a change that failed: it may be there all the same.
    fn forget(&self, tenant: &TenantId) {
        let mut memory = self.lock();
        memory.tenants.remove(tenant);
        memory.forgotten += 1;
    }

    /// What `read` takes from the record of a valid token. Most requests need next to nothing of it.
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

    /// Looks for something in what is remembered of a tenant and, when it is not there, in the store; but not right
    /// after it was looked for there.
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

    /// Decides under the lock, so that of many wrong tokens at once only one makes a record that is
    /// remembered be read again.
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
        let found = self.tenants.store.tenant(tenant).get_tenant_and_work().await?;
        let before = self.lock().tenants.get(tenant).cloned();
        // A wrong token must not make others look after unfinished work more often.
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
            // Guessed ids make room first.
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

/// Whether a read is younger than a session may be. A clock that was set back makes it old, not young.
fn is_fresh(read_at: OffsetDateTime, now: OffsetDateTime) -> bool {
    (Duration::ZERO..Duration::seconds(SESSION_TTL_SECS)).contains(&(now - read_at))
}

impl Remembered {
    /// Whether it counts still.
    fn is_fresh(&self, now: OffsetDateTime) -> bool {
        is_fresh(self.read_at, now)
    }
}
