//! The newest events and the counts of days, for the start page.

use super::Events;
use super::resolve::Event;
use crate::directory::error::Error;
use crate::model::day_counts::DayCounts;
use time::{Duration, OffsetDateTime, UtcOffset};

/// The days of the chart.
pub const CHART_DAYS: u32 = 30;

/// The newest events, and the counts of the last days.
#[derive(Debug, Clone, PartialEq)]
pub struct Newest {
    /// The newest events with their details, newest first.
    pub events: Vec<Event>,
    /// The counts of the last 30 days, today included, oldest first. Days without changes are present.
    pub days: Vec<DayCounts>,
}

impl Events<'_> {
    /// Lists the newest events, and counts the changes of employees in the last 30 days, in UTC.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn newest_with_days(self, limit: usize) -> Result<Newest, Error> {
        self.try_to_sequence().await;
        let today = self.0.sources.now().to_offset(UtcOffset::UTC);
        let first = today - Duration::days(i64::from(CHART_DAYS - 1));
        let (mut newest, counted) = tokio::try_join!(
            self.0.store.feed().list_before(None, limit),
            self.0.store.days().list_from(first.date())
        )?;
        // Resolving stops at an event that is not visible yet. Only newer events may wait for it.
        newest.reverse();
        let mut events = self.resolve(newest).await?.events;
        events.reverse();
        Ok(Newest { events, days: all_days(first, &counted) })
    }
}

/// The counts of 30 days, with the days without changes.
fn all_days(first: OffsetDateTime, counted: &[DayCounts]) -> Vec<DayCounts> {
    let days = (0..CHART_DAYS).map(|day| (first + Duration::days(i64::from(day))).date());
    let known = |day| counted.iter().find(|counts| counts.day == day).copied();
    days.map(|day| known(day).unwrap_or(DayCounts::none(day))).collect()
}
