//! Notes requests without a valid Secret Token. Anybody can send them, so their writes have a limit.

use super::pending_notes::{PendingNotes, is_due};
use super::sync::{PATIENCE, SyncWatch};
use crate::directory::sources::minute_of;
use crate::model::sync::{SyncNews, add_unauthorized};
use crate::model::tenant::TenantId;
use crate::model::unauthorized::{UnauthorizedReason, UnauthorizedRequests};
use crate::store::dynamodb::usage::clock;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use time::{Duration, OffsetDateTime};

/// How often a process writes these requests.
const EVERY: Duration = Duration::seconds(10);
/// The most writes a minute of this process.
const MOST_WRITES: u32 = 10;
/// The writes a minute that stay for tenants with few writes.
const KEPT_WRITES: u32 = 4;
/// A tenant with this number of writes in a minute has many.
const MANY_WRITES: u32 = 2;

/// The writes of this process in the current minute.
#[derive(Debug, Default)]
pub(super) struct UnauthorizedWrites {
    minute: i64,
    all: u32,
    by_tenant: BTreeMap<TenantId, u32>,
}

impl UnauthorizedWrites {
    /// Takes a write for a tenant. `false` when this minute has none left for the tenant.
    ///
    /// Wrong tokens at one tenant therefore do not use up the writes of other tenants.
    fn take(&mut self, tenant: &TenantId, now: OffsetDateTime) -> bool {
        let minute = minute_of(now);
        if self.minute != minute {
            *self = Self { minute, ..Self::default() };
        }
        let of_tenant = self.by_tenant.get(tenant).copied().unwrap_or_default();
        let kept = if of_tenant < MANY_WRITES { 0 } else { KEPT_WRITES };
        if self.all >= MOST_WRITES.saturating_sub(kept) {
            return false;
        }
        self.all = self.all.saturating_add(1);
        self.by_tenant.insert(tenant.clone(), of_tenant.saturating_add(1));
        true
    }
}

impl PendingNotes {
    /// Adds a request without a valid token. Returns these requests when a write is due, and `may_write` allows it. The
    /// other notes wait, because the write of a wrong token may be dropped.
    pub(super) fn add_unauthorized(
        &mut self,
        reason: UnauthorizedReason,
        now: OffsetDateTime,
        may_write: impl FnOnce() -> bool,
    ) -> Option<SyncNews> {
        let is_news = self.last_unauthorized.as_ref() != Some(&reason);
        let is_due = is_news || is_due(self.unauthorized_written_at, EVERY, now);
        self.count_unauthorized(reason.clone(), now);
        if !is_due || !may_write() {
            return None;
        }
        self.unauthorized_written_at = Some(now);
        self.last_unauthorized = Some(reason);
        let unauthorized = std::mem::take(&mut self.unauthorized);
        Some(SyncNews { unauthorized, ..SyncNews::nothing(now) })
    }

    /// Counts a request without a valid token.
    pub(super) fn count_unauthorized(&mut self, reason: UnauthorizedReason, now: OffsetDateTime) {
        let requests = UnauthorizedRequests { reason, first: now, last: now, count: 1 };
        add_unauthorized(&mut self.unauthorized, &[requests]);
    }
}

impl SyncWatch {
    /// Notes a request without a valid Secret Token. The tenant must exist.
    ///
    /// The note takes at most 1 second. A process writes it once in 10 seconds for each tenant, and at once for another
    /// reason than the last one. It writes at most 6 times a minute for a tenant, and at most 10 times in all. Other requests are
    /// counted in memory until the next write.
    pub async fn unauthorized(&self, tenant: &TenantId, reason: UnauthorizedReason) {
        let now = self.tenants.sources.now();
        let may_write = || {
            let writes = self.unauthorized_writes.lock();
            writes.unwrap_or_else(PoisonError::into_inner).take(tenant, now)
        };
        let news = self.with_notes(tenant, |notes| notes.add_unauthorized(reason, now, may_write));
        if let Some(news) = news {
            self.write_or_keep(tenant, news, clock() + PATIENCE).await;
        }
    }

    /// Counts a request without a valid Secret Token in memory, until the next write. The tenant must exist.
    pub fn count_unauthorized(&self, tenant: &TenantId, reason: UnauthorizedReason) {
        let now = self.tenants.sources.now();
        self.with_notes(tenant, |notes| notes.count_unauthorized(reason, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_with_many_wrong_tokens_leaves_writes_for_others() {
        let tenant = |name: &str| TenantId::parse(name).unwrap();
        let (mut writes, now) = (UnauthorizedWrites::default(), OffsetDateTime::UNIX_EPOCH);
        let (loud, other) = (tenant("loud"), tenant("other"));
        let taken = (0..20).filter(|_| writes.take(&loud, now)).count();
        assert_eq!(taken, 6);
        let taken: Vec<bool> = (0..3).map(|_| writes.take(&other, now)).collect();
        assert_eq!(taken, [true, true, false]);
        assert!(writes.take(&tenant("third"), now) && writes.take(&tenant("fourth"), now));
        assert!(!writes.take(&tenant("fifth"), now), "the process has ten writes a minute");
        assert!(writes.take(&loud, now + Duration::minutes(1)));
    }

    #[test]
    fn a_refused_write_does_not_delay_the_next_one() {
        let (mut notes, now) = (PendingNotes::default(), OffsetDateTime::UNIX_EPOCH);
        let mut add = |seconds, may_write| {
            let at = now + Duration::seconds(seconds);
            let news =
                notes.add_unauthorized(UnauthorizedReason::UnknownToken, at, || may_write)?;
            news.unauthorized.first().map(|requests| requests.count)
        };
        assert_eq!(add(0, false), None);
        assert_eq!(add(1, true), Some(2));
        assert_eq!(add(10, true), None, "the next write is due ten seconds later");
        assert_eq!(add(11, true), Some(2));
    }

    #[test]
    fn another_reason_is_written_at_once() {
        let (mut notes, now) = (PendingNotes::default(), OffsetDateTime::UNIX_EPOCH);
        let mut is_written = |reason| notes.add_unauthorized(reason, now, || true).is_some();
        assert!(is_written(UnauthorizedReason::UnknownToken));
        assert!(!is_written(UnauthorizedReason::UnknownToken));
        assert!(is_written(UnauthorizedReason::AdminToken));
        assert!(!is_written(UnauthorizedReason::AdminToken));
    }
}
