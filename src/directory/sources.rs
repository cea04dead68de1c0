//! The clock and the source of ids, as inputs: a test with fixed inputs can compare whole responses.

use std::fmt;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The clock and the source of new ids. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    clock: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    ids: Arc<dyn Fn() -> Uuid + Send + Sync>,
}

impl Sources {
    /// Creates the sources from a clock and a source of ids. The source of ids must never return the same id twice.
    pub fn new(
        clock: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
        ids: impl Fn() -> Uuid + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), ids: Arc::new(ids) }
    }

    /// Uses the system's clock, and random (version 4) ids.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self::new(OffsetDateTime::now_utc, Uuid::new_v4)
    }

    /// Returns the present time in UTC, cut to milliseconds. So the stored time is the time that responses show.
    pub fn now(&self) -> OffsetDateTime {
        let now = (self.clock)();
        now.replace_millisecond(now.millisecond()).unwrap_or(now)
    }

    /// Returns a new id.
    pub fn new_id(&self) -> Uuid {
        (self.ids)()
    }
}

/// Whether `at` is less than `limit` ago. A time in the future is not: a clock that was set back makes everything old.
pub(super) fn is_recent(at: OffsetDateTime, limit: Duration, now: OffsetDateTime) -> bool {
    (Duration::ZERO..limit).contains(&(now - at))
}

/// Returns the number of the minute of a time.
pub(super) fn minute_of(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().div_euclid(60)
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sources")
    }
}
