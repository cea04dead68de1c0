//! Reads the feed backwards for people: the newest events first, of one kind or of one day.

use super::resolve::Event;
use super::{Events, SLACK};
use crate::directory::error::Error;
use crate::model::event::{EventRef, Subject};
use strum::{EnumString, IntoStaticStr};
use time::{Date, Duration, OffsetDateTime};

/// The events of a page.
pub const ACTIVITY_ROWS: usize = 50;
/// The events of the first read: a page without a filter, and one event more.
const FIRST_READ: usize = ACTIVITY_ROWS + 1;
/// The events of each further read, to find events of a filter.
const NEXT_READ: usize = 500;
/// The most reads of one page. A page can end before it is full.
const MOST_READS: usize = 4;

/// The kinds of events that people choose from. Each event has one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ActivityKind {
    /// Changes of employees, and erasures.
    Employees,
    /// Changes of groups and their members.
    Groups,
    /// Changes of the tenant's settings, attributes and tokens, and findings about the sync.
    Settings,
}

/// The events to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActivityFilter {
    /// The kind of the events; `None` for all events.
    pub kind: Option<ActivityKind>,
    /// The day of the events, in UTC; `None` for all days.
    pub day: Option<Date>,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityPage {
    /// The events with their details.
    pub events: Vec<Event>,
    /// The next page has events before this number; `None` on the last page.
    pub older: Option<u64>,
}

/// The time from the start of a day to its end.
#[derive(Debug, Clone, Copy)]
struct Window {
    start: OffsetDateTime,
    end: OffsetDateTime,
}

impl ActivityKind {
    /// The kind of an event.
    pub fn of(event: &EventRef) -> Self {
        match event.subject() {
            Subject::Employee(_) => Self::Employees,
            Subject::Group(_) => Self::Groups,
            Subject::Tenant => Self::Settings,
        }
    }
}

impl Events<'_> {
    /// Lists events before a number, or the newest events, newest first.
    ///
    /// The filter needs the references only, so the details of other events cost nothing. A page of rare events can be
    /// empty, although older events exist.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_activity(
        self,
        filter: ActivityFilter,
        before: Option<u64>,
    ) -> Result<ActivityPage, Error> {
        let window = filter.day.map(Window::of);
        let mut before = match (before, window) {
            (Some(before), _) => Some(before),
            (None, Some(window)) => self.find_end(window.end).await?,
            (None, None) => {
                self.try_to_sequence().await;
                None
            }
        };
        let mut found = Vec::new();
        for read in 0..MOST_READS {
            let limit = if read == 0 { FIRST_READ } else { NEXT_READ };
            let events = self.0.store.feed().list_before(before, limit).await?;
            before = events.last().map(|event| event.number).filter(|number| *number > 1);
            if events
                .last()
                .is_some_and(|event| window.is_some_and(|w| w.is_over(event.event.at())))
            {
                before = None;
            }
            found.extend(events.into_iter().filter(|event| {
                filter.kind.is_none_or(|kind| ActivityKind::of(&event.event) == kind)
                    && window.is_none_or(|window| window.contains(event.event.at()))
            }));
            if found.len() > ACTIVITY_ROWS || before.is_none() {
                break;
            }
        }
        if found.len() > ACTIVITY_ROWS {
            found.truncate(ACTIVITY_ROWS);
            before = found.last().map(|event| event.number);
        }
        // Resolving stops at an event that is not visible yet. Only newer events may wait for it.
        found.reverse();
        let mut events = self.resolve(found).await?.events;
        events.reverse();
        Ok(ActivityPage { events, older: before })
    }

    /// Finds a number so that it and all later numbers have events at `end` or later; `None` for no such event.
    ///
    /// A binary search over the numbers needs an order of times, and the times have only a rough order. So the search
    /// looks for a time that is later than `end` by the slack: each event after that one is later than `end`.
    async fn find_end(self, end: OffsetDateTime) -> Result<Option<u64>, Error> {
        let end = end.saturating_add(SLACK);
        let newest = self.newest().await?;
        let (mut earlier, mut later) = (0, newest.saturating_add(1));
        // Most people ask for today or yesterday, and today needs no search.
        let mut middle = newest;
        while middle > earlier {
            let event = self.0.store.feed().get(middle).await?;
            // A missing event is one of the newest, and becomes visible soon.
            let at = event.map_or_else(|| self.0.sources.now(), |event| event.event.at());
            if at >= end {
                later = middle;
            } else {
                earlier = middle;
            }
            middle = u64::midpoint(earlier, later);
        }
        Ok((later <= newest).then_some(later))
    }
}

impl Window {
    fn of(day: Date) -> Self {
        let start = day.midnight().assume_utc();
        Self { start, end: start.saturating_add(Duration::DAY) }
    }

    fn contains(self, at: OffsetDateTime) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether all events before an event of this time are before the window.
    fn is_over(self, at: OffsetDateTime) -> bool {
        at < self.start.saturating_sub(SLACK)
    }
}
