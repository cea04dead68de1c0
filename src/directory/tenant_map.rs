//! A map with a value for each tenant, of at most [`MOST_TENANTS`] tenants.
//!
//! Invented tenant ids cannot make the map grow. They push out the values of the lowest worth first.
//!
//! Eight files use the map: `access/tenant_cache.rs`, `access/lockout.rs`, `tenants/sync.rs` for the notes of
//! `tenants/pending_notes.rs`, `tenants/share.rs`, `groups/presence.rs`, `people/managers.rs`, `sso/client_keys.rs` and
//! `sso/exchange_limit.rs`. `store/turns.rs` has a map of its own. It keeps only tenants with a full read under way.

use crate::model::tenant::TenantId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most tenants in a map.
pub(super) const MOST_TENANTS: usize = 4_096;

/// The map. Cheap to clone.
#[derive(Debug)]
pub(super) struct TenantMap<V>(Arc<Mutex<HashMap<TenantId, V>>>);

/// The map while it is locked.
#[derive(Debug)]
pub(super) struct LockedMap<'m, V>(MutexGuard<'m, HashMap<TenantId, V>>);

impl<V> TenantMap<V> {
    /// Locks the map. Hold the lock only for a moment, and never while waiting.
    pub(super) fn lock(&self) -> LockedMap<'_, V> {
        LockedMap(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<V> LockedMap<'_, V> {
    /// Returns the value of a tenant.
    pub(super) fn get(&self, tenant: &TenantId) -> Option<&V> {
        self.0.get(tenant)
    }

    /// Returns the value of a tenant, for a change.
    pub(super) fn get_mut(&mut self, tenant: &TenantId) -> Option<&mut V> {
        self.0.get_mut(tenant)
    }

    /// Removes the value of a tenant.
    pub(super) fn remove(&mut self, tenant: &TenantId) {
        self.0.remove(tenant);
    }

    /// Returns the entry of a tenant. A new tenant in a full map pushes out all values with the lowest `worth`.
    pub(super) fn entry<W: Ord>(
        &mut self,
        tenant: &TenantId,
        worth: impl Fn(&V) -> W,
    ) -> Entry<'_, TenantId, V> {
        if self.0.len() >= MOST_TENANTS
            && !self.0.contains_key(tenant)
            && let Some(lowest) = self.0.values().map(&worth).min()
        {
            self.0.retain(|_, value| worth(value) > lowest);
        }
        self.0.entry(tenant.clone())
    }

    /// Returns the number of tenants.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<V> Clone for TenantMap<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Default for TenantMap<V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> TenantId {
        TenantId::parse(&format!("t{number}")).unwrap()
    }

    #[test]
    fn a_new_tenant_in_a_full_map_pushes_out_the_values_of_the_lowest_worth() {
        let map = TenantMap::default();
        let insert = |tenant, value| {
            map.lock().entry(&id(tenant), |value: &usize| *value).insert_entry(value);
        };
        for tenant in 0..MOST_TENANTS {
            insert(tenant, tenant % 4);
        }
        insert(0, 3);
        assert_eq!(map.lock().len(), MOST_TENANTS, "a known tenant needs no room");
        insert(MOST_TENANTS, 0);
        let kept = |tenant| map.lock().get(&id(tenant)).copied();
        assert_eq!(map.lock().len(), MOST_TENANTS / 4 * 3 + 2);
        assert_eq!(
            (kept(0), kept(1), kept(4), kept(MOST_TENANTS)),
            (Some(3), Some(1), None, Some(0))
        );
    }

    #[test]
    fn values_of_one_worth_make_room_together() {
        let map = TenantMap::default();
        for tenant in 0..=MOST_TENANTS {
            map.lock().entry(&id(tenant), |()| ()).or_default();
        }
        assert_eq!(map.lock().len(), 1);
    }
}
