//! The end of a failure: a receiver that is gone, or that fails for long.

use super::schedule::{is_failing_for_long, is_to_be_disabled};
use crate::model::destination::Position;
use time::OffsetDateTime;

/// The consequence of a failure, beside its retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureEnd {
    /// The destination is disabled, for this reason.
    Disable(&'static str),
    /// The tenant's history gets an entry: the destination has failed for a day.
    Report,
}

impl FailureEnd {
    /// Decides on the failure of a destination. `is_gone` says whether the receiver does not exist any more.
    pub(super) fn of(position: &Position, is_gone: bool, now: OffsetDateTime) -> Option<Self> {
        if is_gone {
            let why = "The receiver answered that this URL does not exist any more. Repair the receiver or paste a new URL, and resume";
            return Some(Self::Disable(why));
        }
        let since = position.failing_since?;
        if is_to_be_disabled(since, now) {
            return Some(Self::Disable(
                "No delivery succeeded for five days. Check the receiver, and resume",
            ));
        }
        (is_failing_for_long(since, now) && !position.failing_reported).then_some(Self::Report)
    }
}
