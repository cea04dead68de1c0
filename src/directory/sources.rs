//! Time and chance, as inputs: so that a test can compare whole answers.

use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// Where the directory takes the time and new ids from. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    clock: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    ids: Arc<dyn Fn() -> Uuid + Send + Sync>,
}

impl Sources {
    /// Any clock, and any source of ids that never gives one twice.
    pub fn new(
        clock: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
        ids: impl Fn() -> Uuid + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), ids: Arc::new(ids) }
    }

    /// The system's clock and random (version 4) ids.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self::new(OffsetDateTime::now_utc, Uuid::new_v4)
    }

    /// Now, in UTC, to the millisecond: what is kept is what answers show.
    pub fn now(&self) -> OffsetDateTime {
        let now = (self.clock)();
        now.replace_millisecond(now.millisecond()).unwrap_or(now)
    }

    /// A new id.
    pub fn new_id(&self) -> Uuid {
        (self.ids)()
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sources")
    }
}
