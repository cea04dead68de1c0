//! Hides from clients whether a tenant exists: the answer to a wrong token takes the same time for every tenant name.
//!
//! Only an existing tenant gets a note about the wrong token, and the write takes time. Therefore one answer in 10 seconds
//! takes 60 ms for each name, existing or not, and the note is written inside this time. An administrator who tries
//! another token sees the result at once: twice a minute, the answer to another token than the last one is delayed too.
//! All other answers write nothing.

use super::Access;
use crate::directory::minute_count::MinuteCount;
use crate::directory::sources::is_recent;
use crate::directory::tenant_map::MOST_TENANTS;
use crate::model::tenant::TenantId;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::time::Sleep;

/// How long a delayed answer takes, from the start of the check.
pub const REFUSAL_DELAY: std::time::Duration = std::time::Duration::from_millis(60);
/// One answer for each name is delayed in this time.
const ONCE_IN: Duration = Duration::seconds(10);
/// The most delayed answers to another token than the last one, for each name in a minute.
const MOST_EARLY: u32 = 2;

/// The names whose last delayed answer is recent. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::directory) struct RefusalDelay {
    delayed: Arc<Mutex<HashMap<TenantId, LastDelay>>>,
    hasher: RandomState,
}

/// The last delayed answer for a name.
#[derive(Debug)]
struct LastDelay {
    at: OffsetDateTime,
    /// The hash of the header with the token.
    token: u64,
    /// The number of delays before [`ONCE_IN`] is over.
    early: MinuteCount,
}

impl LastDelay {
    /// Whether an answer to another token is delayed before [`ONCE_IN`] is over. Counts it.
    fn takes_early(&mut self, token: u64, now: OffsetDateTime) -> bool {
        let takes = self.token != token && self.early.is_below(MOST_EARLY, now);
        if takes {
            self.early.add(now);
        }
        takes
    }
}

impl RefusalDelay {
    /// Whether the answer to a wrong token is delayed now. Only the request and the name decide, never a tenant.
    ///
    /// The process knows at most [`MOST_TENANTS`] names. With so many recent names it delays every answer: a name that
    /// it knows must not get another answer than a new name.
    fn is_due(&self, name: &TenantId, token: &[u8], now: OffsetDateTime) -> bool {
        let token = self.hasher.hash_one(token);
        let mut delayed = self.delayed.lock().unwrap_or_else(PoisonError::into_inner);
        if delayed.len() >= MOST_TENANTS {
            delayed.retain(|_, last| is_recent(last.at, ONCE_IN, now));
            if delayed.len() >= MOST_TENANTS {
                return true;
            }
        }
        let Some(last) = delayed.get_mut(name) else {
            delayed
                .insert(name.clone(), LastDelay { at: now, token, early: MinuteCount::default() });
            return true;
        };
        let is_due = !is_recent(last.at, ONCE_IN, now) || last.takes_early(token, now);
        if is_due {
            (last.at, last.token) = (now, token);
        }
        is_due
    }
}

impl Access {
    /// Starts the time of an answer. Call it before the token is checked. The time counts only if the answer is delayed.
    pub fn start_delay() -> Sleep {
        tokio::time::sleep(REFUSAL_DELAY)
    }

    /// Whether the answer to a wrong token for this tenant name is delayed. `token` is the header with the token, empty
    /// for none. A delayed answer runs [`wait_with`](Self::wait_with).
    pub fn delays_refusal(&self, name: &TenantId, token: &[u8]) -> bool {
        self.refusal_delay.is_due(name, token, self.tenants.sources.now())
    }

    /// Runs `note` until the delay is over, and then waits for its end. A slower note is dropped.
    pub async fn wait_with(delay: Sleep, note: impl Future<Output = ()>) {
        let in_time = tokio::time::timeout_at(delay.deadline(), note).await;
        if in_time.is_ok() {
            delay.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> TenantId {
        TenantId::parse(&format!("t{number}")).unwrap()
    }

    #[test]
    fn one_answer_in_ten_seconds_is_delayed_for_each_name() {
        let (delay, start) = (RefusalDelay::default(), OffsetDateTime::UNIX_EPOCH);
        assert!(delay.is_due(&id(1), b"a", start));
        assert!(!delay.is_due(&id(1), b"a", start + Duration::seconds(9)));
        assert!(delay.is_due(&id(2), b"a", start + Duration::seconds(9)));
        assert!(delay.is_due(&id(1), b"a", start + Duration::seconds(10)));
    }

    #[test]
    fn another_token_is_delayed_at_once_twice_a_minute() {
        let (delay, start) = (RefusalDelay::default(), OffsetDateTime::UNIX_EPOCH);
        let is_due = |token: &str, seconds| {
            delay.is_due(&id(1), token.as_bytes(), start + Duration::seconds(seconds))
        };
        assert_eq!(
            ["a", "a", "b", "b", "a"].map(|token| is_due(token, 0)),
            [true, false, true, false, true]
        );
        assert!(!is_due("c", 1), "the third one in a minute is not delayed");
        assert!(!is_due("c", 9) && is_due("c", 10));
        assert!(!is_due("d", 11), "the third one in a minute is not delayed");
        assert!(is_due("d", 60) && is_due("e", 61) && is_due("f", 62) && !is_due("g", 63));
    }

    #[test]
    fn with_too_many_names_every_answer_is_delayed() {
        let (delay, start) = (RefusalDelay::default(), OffsetDateTime::UNIX_EPOCH);
        for number in 0..MOST_TENANTS {
            assert!(delay.is_due(&id(number), b"a", start));
        }
        assert!(delay.is_due(&id(0), b"a", start), "a known name");
        assert!(delay.is_due(&id(MOST_TENANTS), b"a", start), "a new name");
        let later = start + Duration::seconds(10);
        assert!(delay.is_due(&id(0), b"a", later));
        assert!(!delay.is_due(&id(0), b"a", later), "the other names are forgotten");
    }
}
