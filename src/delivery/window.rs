//! The windows of digests: how long changes are collected for one message.

use time::{Duration, OffsetDateTime, Time, UtcOffset};

/// The least time between two messages to one destination.
pub const BETWEEN_MESSAGES: Duration = Duration::seconds(10);

/// An hour of the day in UTC, 0 to 23.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourOfDay(Time);

impl HourOfDay {
    /// Returns `None` above 23.
    pub fn new(hour: u8) -> Option<Self> {
        Time::from_hms(hour, 0, 0).ok().map(Self)
    }
}

/// How often a destination gets a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// A minute after the first change.
    Minute,
    /// 15 minutes after the first change.
    Quarter,
    /// An hour after the first change.
    Hour,
    /// Once a day, at this hour.
    Day(HourOfDay),
}

impl Window {
    /// The time of the message that covers a first change and all later ones.
    pub fn end(self, first_change: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::Minute => first_change + Duration::minutes(1),
            Self::Quarter => first_change + Duration::minutes(15),
            Self::Hour => first_change + Duration::hours(1),
            Self::Day(hour) => next_at(hour, first_change.to_offset(UtcOffset::UTC)),
        }
    }
}

/// The next time after `after` at this hour. A change exactly at the hour belongs to the next day's message.
fn next_at(HourOfDay(hour): HourOfDay, after: OffsetDateTime) -> OffsetDateTime {
    let today = after.replace_time(hour);
    if today > after { today } else { today + Duration::days(1) }
}

/// The earliest time of a message that is due at `due`, after the last message.
pub fn earliest_message(due: OffsetDateTime, last: Option<OffsetDateTime>) -> OffsetDateTime {
    last.map_or(due, |last| due.max(last + BETWEEN_MESSAGES))
}
