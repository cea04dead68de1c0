//! Counts for the limits of a minute.

use super::sources::minute_of;
use time::OffsetDateTime;

/// A count of the current minute.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MinuteCount {
    minute: i64,
    count: u32,
}

impl MinuteCount {
    /// Whether the count of this minute is below a limit.
    pub(super) fn is_below(self, most: u32, now: OffsetDateTime) -> bool {
        self.of(minute_of(now)) < most
    }

    /// Adds one to the count of this minute.
    pub(super) fn add(&mut self, now: OffsetDateTime) {
        let minute = minute_of(now);
        *self = Self { minute, count: self.of(minute).saturating_add(1) };
    }

    /// Sets the count of a minute to its limit. The count of a later minute stays.
    pub(super) fn fill(&mut self, most: u32, at: OffsetDateTime) {
        let minute = minute_of(at);
        if minute >= self.minute {
            *self = Self { minute, count: most };
        }
    }

    fn of(self, minute: i64) -> u32 {
        if self.minute == minute { self.count } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    fn minute(minutes: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    #[test]
    fn each_minute_has_a_count_of_its_own() {
        let mut count = MinuteCount::default();
        for _ in 0..2 {
            assert!(count.is_below(2, minute(1)));
            count.add(minute(1));
        }
        assert!(!count.is_below(2, minute(1)) && count.is_below(2, minute(2)));
        count.add(minute(2));
        assert!(count.is_below(2, minute(2)));
    }

    #[test]
    fn a_full_minute_does_not_change_a_later_one() {
        let mut count = MinuteCount::default();
        count.add(minute(1));
        count.fill(3, minute(1));
        assert!(!count.is_below(3, minute(1)) && count.is_below(3, minute(2)));
        count.add(minute(2));
        count.add(minute(2));
        count.fill(3, minute(1));
        assert!(count.is_below(3, minute(2)));
        count.add(minute(2));
        assert!(!count.is_below(3, minute(2)), "the first two still count");
    }
}
