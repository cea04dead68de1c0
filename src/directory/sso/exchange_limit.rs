//! The limit of failed exchanges of codes. A stranger can start a sign-in and bring back any code, and each code costs a
//! read, a signature and a call of the provider.
//!
//! Each process counts by itself. The limit protects the provider and the table. Administrators who meet it still have
//! the admin token.

use super::attempt::ATTEMPT_LENGTH;
use crate::directory::sources::{Sources, minute_of};
use crate::directory::tenant_map::TenantMap;
use crate::model::tenant::TenantId;
use std::collections::VecDeque;
use time::OffsetDateTime;

/// The most exchanges of a tenant in a minute that fail or are under way.
pub(super) const MOST_FAILURES_A_MINUTE: u32 = 20;
/// The most spent states of a tenant that a process remembers. Twenty failures a minute in ten minutes are fewer.
const MOST_SPENT: usize = 512;

/// The counts of all tenants. A clone is cheap.
#[derive(Debug, Clone, Default)]
pub(super) struct ExchangeLimit(TenantMap<Exchanges>);

/// The exchanges of a tenant.
#[derive(Debug, Default)]
struct Exchanges {
    minute: i64,
    /// The exchanges of the minute that failed or are under way.
    failed: u32,
    /// The states that had an exchange, with the time at which their attempts end at the latest.
    spent: VecDeque<(String, OffsetDateTime)>,
}

/// Whether an exchange may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExchangeStart {
    /// The exchange may begin. It counts as failed until it succeeds.
    Allowed,
    /// The state had an exchange already.
    Spent,
    /// The tenant has too many failed exchanges in this minute.
    TooMany,
}

impl ExchangeLimit {
    /// Begins the exchange of a state.
    pub(super) fn begin(&self, tenant: &TenantId, state: &str, sources: &Sources) -> ExchangeStart {
        let now = sources.now();
        let mut tenants = self.0.lock();
        let exchanges = tenants.entry(tenant, |exchanges| exchanges.minute).or_default();
        exchanges.forget_old(now);
        if exchanges.spent.iter().any(|(spent, _)| spent == state) {
            return ExchangeStart::Spent;
        }
        if exchanges.failed >= MOST_FAILURES_A_MINUTE {
            return ExchangeStart::TooMany;
        }
        exchanges.failed += 1;
        if exchanges.spent.len() >= MOST_SPENT {
            exchanges.spent.pop_front();
        }
        exchanges.spent.push_back((state.to_owned(), now + ATTEMPT_LENGTH));
        ExchangeStart::Allowed
    }

    /// Takes back the count of an exchange that succeeded.
    pub(super) fn succeeded(&self, tenant: &TenantId) {
        if let Some(exchanges) = self.0.lock().get_mut(tenant) {
            exchanges.failed = exchanges.failed.saturating_sub(1);
        }
    }
}

impl Exchanges {
    fn forget_old(&mut self, now: OffsetDateTime) {
        let minute = minute_of(now);
        if self.minute != minute {
            (self.minute, self.failed) = (minute, 0);
        }
        while self.spent.front().is_some_and(|(_, ends)| *ends <= now) {
            self.spent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use time::Duration;

    #[test]
    fn failures_are_limited_and_successes_are_not() {
        let now = Arc::new(Mutex::new(OffsetDateTime::UNIX_EPOCH));
        let clock = Arc::clone(&now);
        let sources = Sources::new(move || *clock.lock().unwrap(), uuid::Uuid::nil);
        let limit = ExchangeLimit::default();
        let acme = TenantId::parse("acme").unwrap();
        let begin = |state: &str| limit.begin(&acme, state, &sources);
        for number in 0..100 {
            assert_eq!(begin(&format!("good {number}")), ExchangeStart::Allowed);
            limit.succeeded(&acme);
        }
        assert_eq!(begin("good 7"), ExchangeStart::Spent);
        for number in 0..MOST_FAILURES_A_MINUTE {
            assert_eq!(begin(&format!("bad {number}")), ExchangeStart::Allowed);
        }
        assert_eq!(begin("one more"), ExchangeStart::TooMany);
        let other = TenantId::parse("other").unwrap();
        assert_eq!(limit.begin(&other, "one more", &sources), ExchangeStart::Allowed);
        *now.lock().unwrap() += Duration::MINUTE;
        assert_eq!(begin("one more"), ExchangeStart::Allowed);
        assert_eq!(begin("bad 1"), ExchangeStart::Spent);
        *now.lock().unwrap() += ATTEMPT_LENGTH;
        assert_eq!(begin("bad 1"), ExchangeStart::Allowed, "its attempt ended long ago");
    }
}
