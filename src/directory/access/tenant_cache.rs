//! The cache of the tenants' records. Each check of a token or a session reads its tenant here.
//!
//! The writes of [`Access`](super::Access) invalidate the cached record of their tenant: a new or revoked token, a
//! declared or removed attribute, and a sign-out. Other processes see such a write within 60 seconds.
//!
//! The writes of [`Access`](super::Access) also invalidate the record after a change of the settings. Readers take only
//! the name of the identity provider from the cache. For all other settings they read the record from the store, with
//! [`Tenants::get`].

use super::sessions::{Claims, Resumed};
use crate::directory::Directory;
use crate::directory::error::Error;
use crate::directory::sources::is_recent;
use crate::directory::tenant_map::TenantMap;
use crate::directory::tenants::Tenants;
use crate::model::actor::ActorRecord;
use crate::model::signed_out::SignedOut;
use crate::model::tenant::{Tenant, TenantId};
use crate::model::unfinished::Unfinished;
use crate::store::tenants::TenantAndWork;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// How long a tenant's record is cached, in seconds. A revoked token works for at most this long.
pub const TENANT_CACHE_SECS: i64 = 60;

/// How long a record is cached.
const CACHED_FOR: Duration = Duration::seconds(TENANT_CACHE_SECS);
/// The shortest time between two reads of a record because of an unknown token.
///
/// An unknown token causes a read, so that a new token works at once. The limit keeps guessed tokens from loading the
/// store.
const RECHECK_EVERY: Duration = Duration::seconds(2);

/// The cache. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct TenantCache {
    tenants: Tenants,
    reads: TenantMap<CachedRead>,
    /// Counts the invalidations. A read that started before the last invalidation may be stale, and is not cached.
    invalidations: Arc<AtomicU64>,
}

/// The cached result of a read of a tenant.
#[derive(Debug, Clone)]
struct CachedRead {
    read_at: OffsetDateTime,
    /// When a session was last due to get the unfinished work.
    work_read_at: OffsetDateTime,
    /// When an unknown token last caused a read.
    rechecked_at: Option<OffsetDateTime>,
    /// `None` when there is no such tenant. A guessed tenant id is cached too, so that it does not load the store.
    tenant: Option<Arc<CachedTenant>>,
}

/// A tenant's record, and the values that are made from it once instead of for each request.
#[derive(Debug)]
pub(super) struct CachedTenant {
    pub(super) record: Arc<Tenant>,
    pub(super) directory: Directory,
    pub(super) signed_out: SignedOut,
    /// The tenant's unfinished work. The first session takes it, and its request finishes old work.
    unfinished: Mutex<Vec<Unfinished>>,
}

impl CachedTenant {
    /// Resumes a session. The first session takes the unfinished work.
    pub(super) fn resume(
        &self,
        claims: &Claims,
        actor: ActorRecord,
        token: Option<Arc<str>>,
    ) -> Resumed {
        Resumed {
            session: claims.session.clone(),
            directory: self.directory.clone(),
            tenant_name: Arc::from(&*self.record.name),
            idp: self.record.settings.idp(),
            record: Arc::clone(&self.record),
            actor: Arc::new(actor),
            token,
            form_key: claims.form_key.clone(),
            unfinished: self.take_unfinished(),
        }
    }

    pub(super) fn take_unfinished(&self) -> Vec<Unfinished> {
        std::mem::take(&mut *self.unfinished.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The result of a look-up in a tenant's record.
pub(super) enum CacheLookup<T> {
    /// The record has a match.
    Found(T),
    /// The cached record has no match, and the store was read a moment ago. `None` when there is no record.
    JustRead(Option<Arc<CachedTenant>>),
    /// The store's record has no match either. `None` when there is no record.
    NotFound(Option<Arc<CachedTenant>>),
}

impl TenantCache {
    /// Creates an empty cache of `tenants`.
    pub(super) fn new(tenants: Tenants) -> Self {
        Self { tenants, reads: TenantMap::default(), invalidations: Arc::default() }
    }

    /// Invalidates the cached record of a tenant, even after a failed change: the write may be committed all the same.
    pub(super) fn invalidate(&self, tenant: &TenantId) {
        // The count grows before the removal. A read either sees the new count, or has cached its record already.
        self.invalidations.fetch_add(1, Ordering::SeqCst);
        self.reads.lock().remove(tenant);
    }

    /// Looks for a match in the cached record of a tenant, then in the store. Skips the store if it was read a moment
    /// ago.
    pub(super) async fn find<T>(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
        check: impl Fn(&Arc<CachedTenant>) -> Option<T>,
    ) -> Result<CacheLookup<T>, Error> {
        let cached = self.cached(tenant, now).flatten();
        if let Some(found) = cached.as_ref().and_then(&check) {
            return Ok(CacheLookup::Found(found));
        }
        if !self.may_read_again(tenant, now) {
            return Ok(CacheLookup::JustRead(cached));
        }
        let record = self.read(tenant, now).await?;
        match record.as_ref().and_then(check) {
            Some(found) => Ok(CacheLookup::Found(found)),
            None => Ok(CacheLookup::NotFound(record)),
        }
    }

    /// Returns the record of a tenant, at most a minute old; `None` when there is no such tenant.
    pub(super) async fn known(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
    ) -> Result<Option<Arc<CachedTenant>>, Error> {
        match self.cached(tenant, now) {
            Some(known) => Ok(known),
            None => self.read(tenant, now).await,
        }
    }

    /// Returns the cached result of a read that is at most a minute old. The result is `None` when there is no tenant.
    fn cached(&self, tenant: &TenantId, now: OffsetDateTime) -> Option<Option<Arc<CachedTenant>>> {
        let reads = self.reads.lock();
        let found = reads.get(tenant)?;
        found.is_fresh(now).then(|| found.tenant.clone())
    }

    /// Whether a record without a match may be read again. Decides under the lock: of many wrong tokens at once, only one
    /// causes a read of a cached record.
    fn may_read_again(&self, tenant: &TenantId, now: OffsetDateTime) -> bool {
        let mut reads = self.reads.lock();
        let Some(found) = reads.get_mut(tenant) else { return true };
        let rechecked = found.rechecked_at.is_some_and(|at| is_recent(at, RECHECK_EVERY, now));
        if rechecked && found.is_fresh(now) {
            return false;
        }
        found.rechecked_at = Some(now);
        true
    }

    async fn read(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
    ) -> Result<Option<Arc<CachedTenant>>, Error> {
        let invalidations = self.invalidations.load(Ordering::SeqCst);
        let found = self.tenants.store.tenant(tenant).tenant_record().get_with_work().await?;
        let before = self.reads.lock().get(tenant).cloned();
        // A wrong token must not make other requests look for unfinished work more often.
        let before = before.filter(|before| is_recent(before.work_read_at, CACHED_FOR, now));
        let work_read_at = before.as_ref().map_or(now, |before| before.work_read_at);
        let record = found.map(|TenantAndWork { tenant: record, signed_out, unfinished }| {
            let directory = self.tenants.directory_of(&record);
            let unfinished = match &before {
                Some(before) => {
                    before.tenant.iter().flat_map(|one| one.take_unfinished()).collect()
                }
                None => unfinished,
            };
            Arc::new(CachedTenant {
                record: Arc::new(record),
                directory,
                signed_out,
                unfinished: Mutex::new(unfinished),
            })
        });
        let mut reads = self.reads.lock();
        if self.invalidations.load(Ordering::SeqCst) != invalidations {
            return Ok(record);
        }
        let rechecked_at = reads.get(tenant).and_then(|found| found.rechecked_at);
        let entry = CachedRead { read_at: now, work_read_at, rechecked_at, tenant: record.clone() };
        // Unknown tenant ids make room first.
        reads.entry(tenant, |read| read.tenant.is_some()).insert_entry(entry);
        Ok(record)
    }
}

impl CachedRead {
    /// Whether the cached record is still valid.
    fn is_fresh(&self, now: OffsetDateTime) -> bool {
        is_recent(self.read_at, CACHED_FOR, now)
    }
}
