//! The share of each tenant: a token bucket of the table's capacity units, in each process. The load of one tenant must
//! not slow down the others.

use crate::directory::sources::Sources;
use crate::directory::tenant_map::TenantMap;
use crate::model::tenant::TenantId;
use time::{Duration, OffsetDateTime};

/// A bucket holds the units of this many seconds.
const BURST_SECS: f64 = 60.0;
/// A tenant waits at most this many seconds, whatever its last request took.
const LONGEST_WAIT_SECS: f64 = 30.0;

/// The shares of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shares {
    /// Capacity units per second for each tenant; `None` for no limit.
    per_second: Option<f64>,
    sources: Sources,
    buckets: TenantMap<Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// The units in the bucket. Negative after a request that took more units than were left.
    units: f64,
    filled_at: OffsetDateTime,
}

impl Shares {
    /// Creates shares of this many capacity units per second; 0 for no limit.
    pub fn new(per_second: u32, sources: Sources) -> Self {
        let per_second = (per_second > 0).then(|| f64::from(per_second));
        Self { per_second, sources, buckets: TenantMap::default() }
    }

    /// Returns the wait before the tenant's next request; `None` for no wait.
    pub fn wait(&self, tenant: &TenantId) -> Option<Duration> {
        let per_second = self.per_second?;
        let now = self.sources.now();
        let units = self.buckets.lock().get(tenant)?.units_at(now, per_second);
        (units <= 0.0).then(|| Duration::seconds_f64((-units / per_second).max(1.0)))
    }

    /// Takes the units of a request from the tenant's bucket.
    pub fn spend(&self, tenant: &TenantId, units: f64) {
        let Some(per_second) = self.per_second.filter(|_| units > 0.0) else { return };
        let now = self.sources.now();
        let full = per_second * BURST_SECS;
        let mut buckets = self.buckets.lock();
        // A full bucket equals a new bucket, so it is dropped first.
        let is_in_use = |bucket: &Bucket| bucket.units_at(now, per_second) < full;
        let new = Bucket { units: full, filled_at: now };
        let bucket = buckets.entry(tenant, is_in_use).or_insert(new);
        let left = bucket.units_at(now, per_second) - units;
        *bucket = Bucket { units: left.max(-per_second * LONGEST_WAIT_SECS), filled_at: now };
    }
}

impl Bucket {
    fn units_at(&self, now: OffsetDateTime, per_second: f64) -> f64 {
        // A clock that was set back adds nothing.
        let elapsed = (now - self.filled_at).as_seconds_f64().max(0.0);
        (self.units + elapsed * per_second).min(per_second * BURST_SECS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::tenant_map::MOST_TENANTS;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_tenant_waits_for_what_it_took_and_no_other_does() {
        let now = Arc::new(Mutex::new(OffsetDateTime::UNIX_EPOCH));
        let clock = Arc::clone(&now);
        let sources = Sources::new(move || *clock.lock().unwrap(), uuid::Uuid::nil);
        let advance = |seconds| *now.lock().unwrap() += Duration::seconds(seconds);
        let id = |id: &str| TenantId::parse(id).unwrap();
        let (acme, other) = (id("acme"), id("other"));
        let shares = Shares::new(10, sources.clone());
        shares.spend(&acme, 599.0);
        assert_eq!(shares.wait(&acme), None, "a burst of a minute");
        shares.spend(&acme, 51.0);
        assert_eq!((shares.wait(&acme), shares.wait(&other)), (Some(Duration::seconds(5)), None));
        advance(4);
        assert_eq!(shares.wait(&acme), Some(Duration::SECOND));
        advance(2);
        assert_eq!(shares.wait(&acme), None);
        shares.spend(&acme, 1e9);
        assert_eq!(shares.wait(&acme), Some(Duration::seconds(30)), "one request is no sentence");
        let unlimited = Shares::new(0, sources);
        unlimited.spend(&acme, 1e9);
        assert_eq!(unlimited.wait(&acme), None);
        for n in 0..5_000 {
            shares.spend(&id(&format!("t{n}")), 1.0);
        }
        assert!(shares.buckets.lock().len() <= MOST_TENANTS);
    }
}
