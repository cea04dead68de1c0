//! What one server remembers of its tenants' groups: whether there are any. Users of tenants without groups are answered
//! without looking for their memberships.

use crate::store::tenant::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// How long it is believed that there are none: another server may have made one.
const BELIEVED: Duration = Duration::seconds(60);
/// How many tenants are remembered.
const MOST_REMEMBERED: usize = 4_096;

/// What is remembered. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct GroupMemory(Arc<Mutex<HashMap<TenantId, Seen>>>);

#[derive(Debug, Clone, Copy)]
enum Seen {
    Groups,
    NoneAt(OffsetDateTime),
}

impl GroupMemory {
    /// Whether a tenant has groups; `None` when that has to be looked up.
    pub(super) fn has_groups(&self, tenant: &TenantId, now: OffsetDateTime) -> Option<bool> {
        match self.lock().get(tenant)? {
            Seen::Groups => Some(true),
            Seen::NoneAt(at) => (Duration::ZERO..BELIEVED).contains(&(now - *at)).then_some(false),
        }
    }

    /// Keeps what was found.
    pub(super) fn remember(&self, tenant: &TenantId, found: bool, now: OffsetDateTime) {
        let mut remembered = self.lock();
        if remembered.len() >= MOST_REMEMBERED && !remembered.contains_key(tenant) {
            remembered.clear();
        }
        let seen = if found { Seen::Groups } else { Seen::NoneAt(now) };
        remembered.insert(tenant.clone(), seen);
    }

    /// A group was just made.
    pub(super) fn there_are_groups(&self, tenant: &TenantId) {
        self.lock().insert(tenant.clone(), Seen::Groups);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
