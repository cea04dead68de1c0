//! A cache of one process: whether each tenant has groups. A user of a tenant without groups needs no read of
//! memberships.

use crate::directory::sources::is_recent;
use crate::directory::tenant_map::TenantMap;
use crate::model::tenant::TenantId;
use time::{Duration, OffsetDateTime};

/// How long a cached *no groups* is valid. Another process may have added a group.
const BELIEVED: Duration = Duration::seconds(60);

/// The cache. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct GroupPresence(TenantMap<Presence>);

#[derive(Debug, Clone, Copy)]
enum Presence {
    Groups,
    NoneAt(OffsetDateTime),
}

impl GroupPresence {
    /// Whether a tenant has groups; `None` when the store must be read.
    pub(in crate::directory) fn has_groups(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
    ) -> Option<bool> {
        match self.0.lock().get(tenant)? {
            Presence::Groups => Some(true),
            Presence::NoneAt(at) => is_recent(*at, BELIEVED, now).then_some(false),
        }
    }

    /// Caches the result of a read.
    pub(in crate::directory) fn remember(
        &self,
        tenant: &TenantId,
        found: bool,
        now: OffsetDateTime,
    ) {
        let mut tenants = self.0.lock();
        // Another request may have added a group during the read.
        if !found && matches!(tenants.get(tenant), Some(Presence::Groups)) {
            return;
        }
        let seen = if found { Presence::Groups } else { Presence::NoneAt(now) };
        tenants.entry(tenant, |_| ()).insert_entry(seen);
    }

    /// Records that a group was just added.
    pub(in crate::directory) fn there_are_groups(&self, tenant: &TenantId, now: OffsetDateTime) {
        self.remember(tenant, true, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_there_are_none_is_believed_for_a_minute_and_that_there_are_some_for_ever() {
        let presence = GroupPresence::default();
        let tenant = TenantId::parse("acme").unwrap();
        let at = |seconds| OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
        assert_eq!(presence.has_groups(&tenant, at(0)), None);
        presence.remember(&tenant, false, at(0));
        assert_eq!(presence.has_groups(&tenant, at(59)), Some(false));
        assert_eq!(presence.has_groups(&tenant, at(60)), None);
        presence.there_are_groups(&tenant, at(60));
        // A stale read reports no groups after a group was added.
        presence.remember(&tenant, false, at(60));
        assert_eq!(presence.has_groups(&tenant, at(9_999)), Some(true));
    }
}
