//! Counts the changes of employees in the last 24 hours, from the newest events of the feed.

use super::{Events, SLACK};
use crate::directory::error::Error;
use crate::model::event::{EventRef, Subject};
use crate::model::history::EventKind;
use std::collections::BTreeMap;
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
        let mut counts = BTreeMap::new();
        let mut before = None;
        for read in 0..MOST_READS {
            let limit = if read == 0 { FIRST_READ } else { NEXT_READ };
            let events = self.0.store.feed().list_recent(before, limit).await?;
            before = events.last().map(|event| event.number).filter(|number| *number > 1);
            let mut is_older = false;
            for event in &events {
                let EventRef::Change(change) = &event.event else { continue };
                is_older |= change.at < now - DAY - SLACK;
                if matches!(change.subject, Subject::Employee(_)) && change.at > now - DAY {
                    *counts.entry(change.kind).or_default() += 1;
                }
            }
            if is_older || before.is_none() {
                return Ok(LastDay::of(&counts));
            }
        }
        Ok(LastDay { is_partial: true, ..LastDay::of(&counts) })
    }
}

impl LastDay {
    fn of(changes: &BTreeMap<EventKind, u64>) -> Self {
        let count = |kinds: &[EventKind]| kinds.iter().filter_map(|kind| changes.get(kind)).sum();
        Self {
            created: count(&[EventKind::Created]),
            updated: count(&[EventKind::Updated]),
            archived: count(&[EventKind::Archived, EventKind::Deleted]),
            // An employee who was created again as inactive is still archived, and does not count.
            restored: count(&[EventKind::Restored]),
            is_partial: false,
        }
    }
}
