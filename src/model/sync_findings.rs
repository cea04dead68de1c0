//! Decides which news about the identity provider's requests are findings. A finding becomes an event.

use super::event::SyncFinding;
use super::sync::{SyncNews, SyncRecord};
use time::{Duration, OffsetDateTime};

/// A failed request is a finding after this time without failed requests.
pub const WITHOUT_FAILURES: Duration = Duration::hours(1);

/// The decision about the failed requests in the news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureCheck {
    /// Whether one of them is the first failed request after an hour without failed requests.
    pub is_first: bool,
    /// The time of the last failed request, for the next decision.
    pub last: OffsetDateTime,
}

impl SyncNews {
    /// Decides about the failed requests in the news. `last` is the time of the last failed request before. `None`
    /// without failed requests.
    ///
    /// A last time in the future comes from a clock that was set back. It counts as recent, and the next decision uses
    /// the present time instead.
    pub fn check_failures(&self, last: Option<OffsetDateTime>) -> Option<FailureCheck> {
        let mut times: Vec<_> = self.rows.iter().flat_map(|row| [row.first, row.last]).collect();
        times.sort_unstable();
        let (mut last, mut is_first) = (last, false);
        for at in times {
            is_first |= is_first_failure(last, at);
            last = last.max(Some(at));
        }
        let last = last.filter(|_| !self.rows.is_empty())?.min(self.at);
        Some(FailureCheck { is_first, last })
    }

    /// The finding about the failed requests in the news; `None` without failed requests.
    pub fn failed(&self) -> Option<SyncFinding> {
        let newest = self.rows.iter().max_by_key(|row| row.last)?;
        let count = self.rows.iter().map(|row| row.count).sum();
        let (status, operation) = (newest.status, newest.operation.clone());
        Some(SyncFinding::Refused { count, status, operation })
    }

    /// Whether the news ends a silence.
    pub fn ends_silence(&self, record: &SyncRecord) -> bool {
        self.is_request && record.silent_at.is_some()
    }
}

/// Whether a failed request is the first after an hour without failed requests.
pub fn is_first_failure(last: Option<OffsetDateTime>, at: OffsetDateTime) -> bool {
    last.is_none_or(|last| at - last >= WITHOUT_FAILURES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;
    use crate::model::meaning::Meaning;
    use crate::model::noted_request::NotedRequest;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    fn minutes(minutes: i64) -> OffsetDateTime {
        NOON + Duration::minutes(minutes)
    }

    /// News at a minute after noon, with failed requests at other minutes, the newest first.
    fn news(at: i64, failed: &[i64]) -> SyncNews {
        let rows = failed.iter().map(|at| NotedRequest {
            meaning: Meaning::UpdateUser,
            operation: format!("PATCH /Users/{{id}} {at}"),
            record: None,
            status: 400,
            scim_type: None,
            cause: Some(Cause::InvalidValue),
            attributes: Vec::new(),
            results: Vec::new(),
            token: "token".to_owned(),
            request_id: "request".to_owned(),
            millis: 1,
            first: minutes(*at),
            last: minutes(*at),
            count: 1,
        });
        SyncNews { is_request: true, rows: rows.collect(), ..SyncNews::nothing(minutes(at)) }
    }

    #[test]
    fn the_first_failed_request_after_an_hour_is_a_finding() {
        for (last, at, refused, is_first, next) in [
            (None, 0, &[0][..], true, 0),
            (Some(0), 59, &[59], false, 59),
            (Some(0), 60, &[60], true, 60),
            // Several failed requests are written together.
            (Some(0), 61, &[61, 60, 59], false, 61),
            (Some(0), 130, &[130, 59], true, 130),
            (Some(0), 130, &[59], false, 59),
            // Another process wrote a later failed request first.
            (Some(70), 71, &[1], false, 70),
            (Some(70), 71, &[71, 1], false, 71),
            // The clock was set back.
            (Some(90), 0, &[0], false, 0),
            (Some(60 * 24 * 365), 0, &[0], false, 0),
            (Some(0), -30, &[-30], false, -30),
        ] {
            let check = news(at, refused).check_failures(last.map(minutes));
            let expected = FailureCheck { is_first, last: minutes(next) };
            assert_eq!(check, Some(expected), "{refused:?} at {at} after {last:?}");
        }
        assert_eq!(news(0, &[]).check_failures(Some(NOON)), None);
    }

    #[test]
    fn the_finding_names_the_newest_failed_request_and_no_text_of_it() {
        let expected = SyncFinding::Refused {
            count: 2,
            status: 400,
            operation: "PATCH /Users/{id} 3".to_owned(),
        };
        assert_eq!(news(3, &[3, 1]).failed(), Some(expected.clone()));
        assert_eq!(news(3, &[1, 3]).failed(), Some(expected));
        assert_eq!(news(3, &[]).failed(), None);
    }
}
