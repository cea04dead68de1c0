//! Hides from clients whether a tenant exists: the answer to a wrong token takes the same time for every tenant name.
//!
//! Only an existing tenant gets a note about the wrong token, and the write takes time. Therefore one answer in 10 seconds
//! takes 60 ms for each name, existing or not, and the note is written inside this time. All other answers write
//! nothing.

use super::Access;
use crate::directory::sources::is_recent;
use crate::directory::tenant_map::MOST_TENANTS;
use crate::model::tenant::TenantId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::time::Sleep;

/// How long a delayed answer takes, from the start of the check.
pub const REFUSAL_DELAY: std::time::Duration = std::time::Duration::from_millis(60);
/// One answer for each name is delayed in this time.
const ONCE_IN: Duration = Duration::seconds(10);

/// The names whose last delayed answer is recent. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::directory) struct RefusalDelay {
    delayed: Arc<Mutex<HashMap<TenantId, OffsetDateTime>>>,
}

impl RefusalDelay {
    /// Whether the answer to a wrong token is delayed now.
    ///
    /// The process knows at most [`MOST_TENANTS`] names. With so many recent names it delays every answer: a name that
    /// it knows must not get another answer than a new name.
    fn is_due(&self, name: &TenantId, now: OffsetDateTime) -> bool {
        let mut delayed = self.delayed.lock().unwrap_or_else(PoisonError::into_inner);
        if delayed.len() >= MOST_TENANTS {
            delayed.retain(|_, at| is_recent(*at, ONCE_IN, now));
            if delayed.len() >= MOST_TENANTS {
                return true;
            }
        }
        if delayed.get(name).is_some_and(|at| is_recent(*at, ONCE_IN, now)) {
            return false;
        }
        delayed.insert(name.clone(), now);
        true
    }
}

impl Access {
    /// Starts the time of an answer. Call it before the token is checked. The time counts only if the answer is delayed.
    pub fn start_delay() -> Sleep {
        tokio::time::sleep(REFUSAL_DELAY)
    }

    /// Whether the answer to a wrong token for this tenant name is delayed. Such an answer runs
    /// [`wait_with`](Self::wait_with).
    pub fn delays_refusal(&self, name: &TenantId) -> bool {
        self.refusal_delay.is_due(name, self.tenants.sources.now())
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
        assert!(delay.is_due(&id(1), start));
        assert!(!delay.is_due(&id(1), start + Duration::seconds(9)));
        assert!(delay.is_due(&id(2), start + Duration::seconds(9)));
        assert!(delay.is_due(&id(1), start + Duration::seconds(10)));
    }

    #[test]
    fn with_too_many_names_every_answer_is_delayed() {
        let (delay, start) = (RefusalDelay::default(), OffsetDateTime::UNIX_EPOCH);
        for number in 0..MOST_TENANTS {
            assert!(delay.is_due(&id(number), start));
        }
        assert!(delay.is_due(&id(0), start), "a known name");
        assert!(delay.is_due(&id(MOST_TENANTS), start), "a new name");
        let later = start + Duration::seconds(10);
        assert!(delay.is_due(&id(0), later));
        assert!(!delay.is_due(&id(0), later), "the other names are forgotten");
    }
}
