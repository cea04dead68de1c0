//! Reads the feed backwards for people: the newest events first, of one kind, one actor or one day.

use super::resolve::Event;
use super::{Events, NumberedEvent, SLACK};
use crate::directory::error::Error;
use crate::model::actor::ActorKind;
use crate::model::event::{EventRef, Subject};
use strum::{EnumString, IntoStaticStr};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

/// The events of a page.
pub const ACTIVITY_ROWS: usize = 50;
/// The events of the first read: a page without a filter, and one event more.
const FIRST_READ: usize = ACTIVITY_ROWS + 1;
/// The events of each further read, to find events of a filter.
const NEXT_READ: usize = 500;
/// The most reads of one page. A page can end before it is full.
const MOST_READS: usize = 4;
/// The most events of one count of new events.
const MOST_NEW: usize = 100;

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
    /// The kind of the actor; `None` for all events, also for findings, which have no actor.
    pub actor: Option<ActorKind>,
    /// The day of the events, in UTC; `None` for all days.
    pub day: Option<Date>,
}

/// The place of a page in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityCursor {
    /// The page has the newest events before this number.
    Before(u64),
    /// The page has the oldest events after this number.
    After(u64),
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ActivityPage {
    /// The events with their details.
    pub events: Vec<Event>,
    /// The next page has events before this number; `None` on the last page.
    pub older: Option<u64>,
    /// The page before has events after this number; `None` on the first page.
    pub newer: Option<u64>,
    /// The number of the newest event of the feed that a first page read; 0 on another page.
    pub newest: u64,
}

/// The number of events after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEvents {
    /// The number.
    pub count: usize,
    /// Whether there may be more.
    pub is_partial: bool,
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

impl ActivityFilter {
    /// Whether the filter lists an event. The reference is enough for the answer.
    pub fn includes(self, event: &EventRef) -> bool {
        self.kind.is_none_or(|kind| ActivityKind::of(event) == kind)
            && self.actor.is_none_or(|actor| actor_of(event) == Some(actor))
            && self.is_in_day(event.at())
    }

    /// Whether a time is in the day of the filter.
    pub fn is_in_day(self, at: OffsetDateTime) -> bool {
        self.window().is_none_or(|window| window.contains(at))
    }

    fn window(self) -> Option<Window> {
        self.day.map(Window::of)
    }

    fn of(self, events: Vec<NumberedEvent>) -> impl Iterator<Item = NumberedEvent> {
        events.into_iter().filter(move |event| self.includes(&event.event))
    }
}

impl Events<'_> {
    /// Lists a page of events, newest first. Without a cursor, it is the page of the newest events.
    ///
    /// The filter needs the references only, so the details of other events cost nothing. A page of rare events can be
    /// empty, although older events exist.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_activity(
        self,
        filter: ActivityFilter,
        cursor: Option<ActivityCursor>,
    ) -> Result<ActivityPage, Error> {
        match cursor {
            Some(ActivityCursor::Before(number)) => self.list_older(filter, Some(number)).await,
            Some(ActivityCursor::After(number)) => match self.list_newer(filter, number).await? {
                Some(page) => Ok(page),
                // The page of the newest events has all of them.
                None => self.list_older(filter, None).await,
            },
            None => self.list_older(filter, None).await,
        }
    }

    async fn list_older(
        self,
        filter: ActivityFilter,
        cursor: Option<u64>,
    ) -> Result<ActivityPage, Error> {
        let window = filter.window();
        let mut before = match (cursor, window) {
            (Some(before), _) => Some(before),
            (None, Some(window)) => self.find_end(window.end).await?,
            (None, None) => {
                self.try_to_sequence().await;
                None
            }
        };
        let (mut found, mut newest) = (Vec::new(), 0);
        for read in 0..MOST_READS {
            let limit = if read == 0 { FIRST_READ } else { NEXT_READ };
            let events = self.0.store.feed().list_before(before, limit).await?;
            if before.is_none() {
                newest = events.first().map_or(0, |event| event.number);
            }
            let last = events.last();
            before = last.map(|event| event.number).filter(|number| *number > 1);
            let is_over = |at| window.is_some_and(|window: Window| window.is_over(at));
            if last.is_some_and(|event| is_over(event.event.at())) {
                before = None;
            }
            found.extend(filter.of(events));
            if found.len() > ACTIVITY_ROWS || before.is_none() {
                break;
            }
        }
        if found.len() > ACTIVITY_ROWS {
            found.truncate(ACTIVITY_ROWS);
            before = found.last().map(|event| event.number);
        }
        let first = found.first().map(|event| event.number);
        let newer = cursor.map(|cursor| first.unwrap_or(cursor.saturating_sub(1)));
        // Resolving stops at an event that is not visible yet. Only newer events may wait for it.
        found.reverse();
        let mut events = self.resolve(found).await?.events;
        events.reverse();
        Ok(ActivityPage { events, older: before, newer, newest })
    }

    /// Lists the oldest events after a number; `None` when they do not fill a page.
    async fn list_newer(
        self,
        filter: ActivityFilter,
        number: u64,
    ) -> Result<Option<ActivityPage>, Error> {
        let window = filter.window();
        let (mut found, mut after) = (Vec::new(), number);
        for read in 0..MOST_READS {
            let limit = if read == 0 { FIRST_READ } else { NEXT_READ };
            let events = self.0.store.feed().list_after(after, limit).await?;
            let is_past = |at| window.is_some_and(|window: Window| window.is_past(at));
            let last = events.last();
            let is_end =
                events.len() < limit || last.is_some_and(|event| is_past(event.event.at()));
            after = last.map_or(after, |event| event.number);
            found.extend(filter.of(events));
            if found.len() > ACTIVITY_ROWS {
                found.truncate(ACTIVITY_ROWS);
                after = found.last().map_or(after, |event| event.number);
                break;
            }
            if is_end {
                return Ok(None);
            }
        }
        let older = found.first().map_or(number.saturating_add(1), |event| event.number);
        let mut events = self.resolve(found).await?.events;
        events.reverse();
        Ok(Some(ActivityPage { events, older: Some(older), newer: Some(after), newest: 0 }))
    }

    /// Counts the events of a filter after a number, or those of one employee.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count_new(
        self,
        filter: ActivityFilter,
        person: Option<Uuid>,
        number: u64,
    ) -> Result<NewEvents, Error> {
        let page = self.list_after(number, MOST_NEW).await?;
        let is_about = |event: &EventRef| {
            person.is_none_or(|person| event.subject() == Subject::Employee(person))
        };
        let events = page.events.iter();
        let new = events.filter(|event| filter.includes(&event.event) && is_about(&event.event));
        Ok(NewEvents { count: new.count(), is_partial: page.more })
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

/// The kind of the actor of an event; `None` for a finding about the sync.
pub(super) fn actor_of(event: &EventRef) -> Option<ActorKind> {
    match event {
        EventRef::Change(change) => Some(change.actor),
        EventRef::Sync(_) => None,
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

    /// Whether all events after an event of this time are after the window.
    fn is_past(self, at: OffsetDateTime) -> bool {
        at >= self.end.saturating_add(SLACK)
    }
}
