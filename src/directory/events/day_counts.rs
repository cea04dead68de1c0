//! Counts the changes of employees in the last 24 hours, from the newest events of the feed.

use super::{Events, SLACK};
use crate::directory::error::Error;
use crate::model::day_counts::DayCounts;
use time::{Duration, OffsetDateTime};

/// The counted time.
const DAY: Duration = Duration::hours(24);
/// The events of the first read: enough for a quiet day.
const FIRST_READ: usize = 100;
/// The events of each further read: about half a megabyte.
const NEXT_READ: usize = 5_000;
/// The most reads of one count: about 75,000 events.
const MOST_READS: usize = 16;

/// The number of changes in the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastDay {
    /// New employees.
    pub created: u64,
    /// Changes of attributes.
    pub updated: u64,
    /// Employees deactivated or deleted by the identity provider, or archived by the administrator.
    pub archived: u64,
    /// Employees restored.
    pub restored: u64,
    /// Whether the day has more changes than one count reads.
    pub is_partial: bool,
}

impl Events<'_> {
    /// Counts the changes of employees in the 24 hours before `now`.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count_last_day(self, now: OffsetDateTime) -> Result<LastDay, Error> {
        self.try_to_sequence().await;
        let mut counts = DayCounts::none(now.date());
        let mut before = None;
        for read in 0..MOST_READS {
            let limit = if read == 0 { FIRST_READ } else { NEXT_READ };
            let events = self.0.store.feed().list_recent(before, limit).await?;
            before = events.last().map(|event| event.number).filter(|number| *number > 1);
            let mut is_older = false;
            for event in &events {
                let at = event.event.at();
                is_older |= at < now - DAY - SLACK;
                if at > now - DAY {
                    counts.add(&event.event);
                }
            }
            if is_older || before.is_none() {
                return Ok(LastDay::of(counts));
            }
        }
        Ok(LastDay { is_partial: true, ..LastDay::of(counts) })
    }
}

impl LastDay {
    fn of(counts: DayCounts) -> Self {
        let DayCounts { created, changed, archived, restored, day: _ } = counts;
        Self { created, updated: changed, archived, restored, is_partial: false }
    }
}
