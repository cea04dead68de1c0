//! The limit of a process for writes of failed requests.

use time::OffsetDateTime;

/// The most writes of pages of failed requests in a minute, for each tenant. The servers of a tenant share them.
pub(super) const MOST_PAGE_WRITES: u32 = 6;

/// The writes of failed requests of a tenant by this process, in the current minute.
///
/// Few failures are therefore written at once, and many failures do not load the store.
#[derive(Debug, Default)]
pub(super) struct FailureWrites {
    minute: i64,
    writes: u32,
}

impl FailureWrites {
    /// Whether this minute allows another write.
    pub(super) fn is_left(&self, now: OffsetDateTime) -> bool {
        self.minute != minute_of(now) || self.writes < MOST_PAGE_WRITES
    }

    /// Counts a write.
    pub(super) fn count(&mut self, now: OffsetDateTime) {
        let before = if self.minute == minute_of(now) { self.writes } else { 0 };
        *self = Self { minute: minute_of(now), writes: before.saturating_add(1) };
    }

    /// Ends the writes of a minute, after a write that failed or was not allowed. The present minute may be a later one,
    /// because a write takes time; then its writes go on.
    pub(super) fn end(&mut self, at: OffsetDateTime) {
        if minute_of(at) < self.minute {
            return;
        }
        *self = Self { minute: minute_of(at), writes: MOST_PAGE_WRITES };
    }
}

fn minute_of(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    #[test]
    fn a_failed_write_ends_its_own_minute_only() {
        let minute = |minutes| OffsetDateTime::UNIX_EPOCH + Duration::minutes(minutes);
        let mut writes = FailureWrites::default();
        writes.count(minute(1));
        writes.end(minute(1));
        assert!(!writes.is_left(minute(1)) && writes.is_left(minute(2)));
        for _ in 1..MOST_PAGE_WRITES {
            writes.count(minute(2));
        }
        writes.end(minute(1));
        assert!(writes.is_left(minute(2)), "the failed write is not of this minute");
        writes.count(minute(2));
        assert!(!writes.is_left(minute(2)), "the writes of this minute still count");
    }
}
