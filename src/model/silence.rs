//! Decides when an identity provider is silent, and when the next check for silence is due.

use super::sync::SyncRecord;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// The number of hours without a request after which an identity provider is silent: 1 to 168, a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct SilentAfter(u8);

/// The text for a number of hours that is not valid.
pub const HOURS_RULE: &str = "the number of hours must be a whole number from 1 to 168";

impl SilentAfter {
    /// The fewest hours.
    pub const LEAST: u64 = 1;
    /// The most hours.
    pub const MOST: u64 = 168;

    /// Makes the setting; `None` for a number outside of 1 to 168.
    pub fn new(hours: u64) -> Option<Self> {
        let is_valid = (Self::LEAST..=Self::MOST).contains(&hours);
        u8::try_from(hours).ok().filter(|_| is_valid).map(Self)
    }

    /// Reads the setting; `None` for a text that is no number from 1 to 168.
    pub fn parse(text: &str) -> Option<Self> {
        Self::new(text.parse().ok()?)
    }

    /// The number of hours.
    pub fn hours(self) -> u64 {
        self.0.into()
    }

    /// Whether the silence of an identity provider is a finding now. An identity provider without a first request is
    /// not silent.
    pub fn is_silent(self, record: &SyncRecord, now: OffsetDateTime) -> bool {
        let is_over = |last| now - last >= self.duration();
        record.silent_at.is_none() && record.last_request.is_some_and(is_over)
    }

    /// The time of the next check. `since` is the time of the last request.
    ///
    /// All checks of one identity provider come to the same time, so a second check does not last. A last request in
    /// the future comes from a clock that was set back, and counts as a request now.
    pub fn next_check(self, since: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
        let since = since.min(now);
        let every = self.duration().whole_seconds();
        let passed = (now - since).whole_seconds().checked_div(every).unwrap_or_default();
        since + Duration::seconds(every.saturating_mul(passed.saturating_add(1)))
    }

    fn duration(self) -> Duration {
        Duration::hours(self.0.into())
    }
}

impl TryFrom<u64> for SilentAfter {
    type Error = &'static str;

    fn try_from(hours: u64) -> Result<Self, Self::Error> {
        Self::new(hours).ok_or(HOURS_RULE)
    }
}

impl From<SilentAfter> for u64 {
    fn from(hours: SilentAfter) -> Self {
        hours.hours()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    fn minutes(minutes: i64) -> OffsetDateTime {
        NOON + Duration::minutes(minutes)
    }

    #[test]
    fn the_number_of_hours_is_from_1_to_168() {
        for hours in [0, 169, 256, 257, u64::MAX] {
            assert_eq!(SilentAfter::new(hours), None, "{hours}");
        }
        for hours in [1, 24, 168] {
            assert_eq!(SilentAfter::new(hours).map(SilentAfter::hours), Some(hours));
        }
        for text in ["", "-1", "1.5", "24h", "0x10", " 24"] {
            assert_eq!(SilentAfter::parse(text), None, "{text}");
        }
        let json = serde_json::to_string(&SilentAfter::new(24)).unwrap();
        assert_eq!(json, "24");
        assert!(serde_json::from_str::<SilentAfter>("0").is_err());
        assert!(serde_json::from_str::<SilentAfter>("24.5").is_err());
    }

    #[test]
    fn silence_begins_when_the_hours_are_over() {
        let two = SilentAfter::new(2).unwrap();
        for (last, now, is_silent) in [
            (None, 10_000, false),
            (Some(0), 119, false),
            (Some(0), 120, true),
            (Some(0), 10_000, true),
            // The clock was set back.
            (Some(0), -10_000, false),
        ] {
            let record = SyncRecord { last_request: last.map(minutes), ..SyncRecord::default() };
            assert_eq!(two.is_silent(&record, minutes(now)), is_silent, "{last:?} {now}");
            let known = SyncRecord { silent_at: Some(NOON), ..record };
            assert!(!two.is_silent(&known, minutes(now)), "a silence is found once");
        }
    }

    #[test]
    fn the_next_check_is_due_in_at_most_the_hours() {
        let two = SilentAfter::new(2).unwrap();
        for (since, now, next) in [
            (0, 0, 120),
            (0, 119, 120),
            (0, 120, 240),
            (0, 250, 360),
            // The clock was set back.
            (525_600, 7, 127),
        ] {
            assert_eq!(
                two.next_check(minutes(since), minutes(now)),
                minutes(next),
                "{since} {now}"
            );
        }
    }
}
