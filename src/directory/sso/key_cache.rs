//! The cache of published keys. Anybody may ask for them, so a request must not cost a read.

use crate::directory::sources::is_recent;
use crate::directory::tenant_map::TenantMap;
use crate::model::tenant::TenantId;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use time::{Duration, OffsetDateTime};

/// How long the keys of a tenant are cached.
const CACHED_FOR: Duration = Duration::seconds(60);

/// The public keys of tenants with the times of their reads. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyCache {
    known: TenantMap<(OffsetDateTime, Arc<Vec<Value>>)>,
    /// Counts the changes of this process. Keys that were read before the last change are not cached.
    changes: Arc<AtomicU64>,
}

impl KeyCache {
    /// Returns keys that are at most a minute old.
    pub(super) fn get(&self, tenant: &TenantId, now: OffsetDateTime) -> Option<Arc<Vec<Value>>> {
        let known = self.known.lock();
        let (at, keys) = known.get(tenant)?;
        is_recent(*at, CACHED_FOR, now).then(|| Arc::clone(keys))
    }

    /// The number of changes, for [`Self::keep`]. Take it before the read.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Keeps keys that were read after this number of changes.
    pub(super) fn keep(
        &self,
        tenant: &TenantId,
        changes: u64,
        now: OffsetDateTime,
        keys: Vec<Value>,
    ) -> Arc<Vec<Value>> {
        let keys = Arc::new(keys);
        let mut known = self.known.lock();
        if self.changes() == changes {
            known.entry(tenant, |(at, _)| *at).insert_entry((now, Arc::clone(&keys)));
        }
        keys
    }

    /// Forgets the keys of a tenant.
    pub(super) fn forget(&self, tenant: &TenantId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.known.lock().remove(tenant);
    }
}
