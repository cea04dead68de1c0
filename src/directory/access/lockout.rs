//! Recent failed sign-ins: counted for each tenant, in memory, for a limited number of tenants.

use crate::directory::sources::is_recent;
use crate::directory::tenant_map::TenantMap;
use crate::model::tenant::TenantId;
use std::collections::VecDeque;
use time::{Duration, OffsetDateTime};

/// After this many recent failures, the answer to a wrong token is a wait.
const MOST_FAILURES: usize = 10;
/// A failure counts for this long. The wait ends when the first counted failure is this old.
const WINDOW: Duration = Duration::minutes(15);

/// The recent failures of each tenant. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::directory) struct Lockout {
    failures: TenantMap<VecDeque<OffsetDateTime>>,
}

impl Lockout {
    /// Returns the wait for a wrong token. `None` means that the token is only refused.
    pub(in crate::directory) fn remaining(
        &self,
        tenant: &TenantId,
        now: OffsetDateTime,
    ) -> Option<Duration> {
        let mut failures = self.failures.lock();
        let times = failures.get_mut(tenant)?;
        times.retain(|at| is_recent(*at, WINDOW, now));
        let first = times.front().filter(|_| times.len() >= MOST_FAILURES)?;
        Some(WINDOW - (now - *first))
    }

    /// Counts a failed sign-in.
    pub(in crate::directory) fn failed(&self, tenant: &TenantId, now: OffsetDateTime) {
        let mut failures = self.failures.lock();
        // Tenants with the fewest failures are dropped first: invented tenant ids must not reset the count of an
        // attacked tenant.
        let count = |times: &VecDeque<_>| match times.back() {
            Some(last) if is_recent(*last, WINDOW, now) => times.len(),
            _ => 0,
        };
        let times = failures.entry(tenant, count).or_default();
        times.push_back(now);
        while times.len() > MOST_FAILURES {
            times.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::tenant_map::MOST_TENANTS;

    #[test]
    fn ten_failures_lock_one_tenant_until_the_first_is_old() {
        let (acme, other) = (TenantId::parse("acme").unwrap(), TenantId::parse("other").unwrap());
        let (lockout, start) = (Lockout::default(), OffsetDateTime::UNIX_EPOCH);
        for minute in 0..10 {
            let now = start + Duration::minutes(minute);
            assert_eq!(lockout.remaining(&acme, now), None);
            lockout.failed(&acme, now);
        }
        let now = start + Duration::minutes(9);
        assert_eq!(lockout.remaining(&acme, now), Some(Duration::minutes(6)));
        assert_eq!(lockout.remaining(&other, now), None);
        assert_eq!(lockout.remaining(&acme, start + WINDOW), None);
    }

    #[test]
    fn made_up_tenants_neither_fill_the_memory_nor_unlock_one() {
        let (acme, now) = (TenantId::parse("acme").unwrap(), OffsetDateTime::UNIX_EPOCH);
        let lockout = Lockout::default();
        for _ in 0..MOST_FAILURES {
            lockout.failed(&acme, now);
        }
        for n in 0..2 * MOST_TENANTS {
            lockout.failed(&TenantId::parse(&format!("t{n}")).unwrap(), now);
        }
        assert!(lockout.failures.lock().len() <= MOST_TENANTS);
        assert!(lockout.remaining(&acme, now).is_some());
    }
}
