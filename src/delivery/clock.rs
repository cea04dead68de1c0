//! The time of a run: the clock of the deployment, and the end of the run.

use crate::directory::clock;
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

/// The time of a run. It is read once at the start, and then follows the runtime.
#[derive(Debug, Clone, Copy)]
pub struct RunClock {
    start: OffsetDateTime,
    started: Instant,
    end: Instant,
}

impl RunClock {
    /// Starts a run of at most this length.
    pub fn start(now: OffsetDateTime, length: std::time::Duration) -> Self {
        let started = clock();
        Self { start: now, started, end: started + length }
    }

    /// The present time.
    pub fn now(&self) -> OffsetDateTime {
        self.start + self.started.elapsed()
    }

    /// Whether the run may begin another call.
    pub fn has_time(&self) -> bool {
        clock() < self.end
    }

    /// Whether the run may wait for this time.
    pub fn has_time_for(&self, wait: Duration) -> bool {
        let wait = std::time::Duration::try_from(wait).unwrap_or_default();
        clock() + wait < self.end
    }

    /// Waits.
    pub async fn wait(&self, wait: Duration) {
        tokio::time::sleep(std::time::Duration::try_from(wait).unwrap_or_default()).await;
    }

    /// The time that is left.
    pub fn left(&self) -> std::time::Duration {
        self.end.saturating_duration_since(clock())
    }
}
