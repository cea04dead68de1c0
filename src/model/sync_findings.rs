//! Decides which news about the identity provider's requests are findings. A finding becomes an event.

use super::event::SyncFinding;
use super::sync::{SyncNews, SyncRecord};
use time::{Duration, OffsetDateTime};

/// A failed request is a finding after this time without failed requests.
pub const WITHOUT_REFUSALS: Duration = Duration::hours(1);

/// The decision about the failed requests in the news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalCheck {
    /// Whether one of them is the first failed request after an hour without failed requests.
    pub is_first: bool,
    /// The time of the last failed request, for the next decision.
    pub last: OffsetDateTime,
}

impl SyncNews {
    /// The time of the newest failed request in the news.
    pub fn newest_refusal(&self) -> Option<OffsetDateTime> {
        self.refusals.iter().map(|refusal| refusal.at).max()
    }

    /// Decides about the failed requests in the news. `last` is the time of the last failed request before. `None`
    /// without failed requests.
    ///
    /// A last time in the future comes from a clock that was set back. It counts as recent, and the next decision uses
    /// the present time instead.
    pub fn check_refusals(&self, last: Option<OffsetDateTime>) -> Option<RefusalCheck> {
        let mut times: Vec<_> = self.refusals.iter().map(|refusal| refusal.at).collect();
        times.sort_unstable();
        let (mut last, mut is_first) = (last, false);
        for at in times {
            is_first |= is_first_refusal(last, at);
            last = last.max(Some(at));
        }
        let last = last.filter(|_| !self.refusals.is_empty())?.min(self.at);
        Some(RefusalCheck { is_first, last })
    }

    /// The finding about the failed requests in the news; `None` without failed requests.
    pub fn refused(&self) -> Option<SyncFinding> {
        let newest = self.refusals.iter().max_by_key(|refusal| refusal.at)?;
        let count = u64::try_from(self.refusals.len()).unwrap_or(u64::MAX);
        let (status, operation) = (newest.status, newest.operation.clone());
        Some(SyncFinding::Refused { count, status, operation })
    }

    /// Whether the news ends a silence.
    pub fn ends_silence(&self, record: &SyncRecord) -> bool {
        self.is_request && record.silent_at.is_some()
    }
}

/// Whether a failed request is the first after an hour without failed requests.
pub fn is_first_refusal(last: Option<OffsetDateTime>, at: OffsetDateTime) -> bool {
    last.is_none_or(|last| at - last >= WITHOUT_REFUSALS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sync::Refusal;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    fn minutes(minutes: i64) -> OffsetDateTime {
        NOON + Duration::minutes(minutes)
    }

    /// News at a minute after noon, with failed requests at other minutes, the newest first.
    fn news(at: i64, refused: &[i64]) -> SyncNews {
        let refusals = refused.iter().map(|at| Refusal {
            at: minutes(*at),
            operation: format!("PATCH /Users/{{id}} {at}"),
            status: 400,
            detail: "ada@example.com".to_owned(),
        });
        let refusals = refusals.collect();
        let (used, unknown) = (Vec::new(), Vec::new());
        SyncNews { at: minutes(at), is_request: true, refusals, used, unknown }
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
            let check = news(at, refused).check_refusals(last.map(minutes));
            let expected = RefusalCheck { is_first, last: minutes(next) };
            assert_eq!(check, Some(expected), "{refused:?} at {at} after {last:?}");
        }
        assert_eq!(news(0, &[]).check_refusals(Some(NOON)), None);
    }

    #[test]
    fn the_finding_names_the_newest_failed_request_and_no_text_of_it() {
        let expected = SyncFinding::Refused {
            count: 2,
            status: 400,
            operation: "PATCH /Users/{id} 3".to_owned(),
        };
        assert_eq!(news(3, &[3, 1]).refused(), Some(expected.clone()));
        assert_eq!(news(3, &[1, 3]).refused(), Some(expected));
        assert_eq!(news(3, &[]).refused(), None);
    }
}
