//! The state of a destination in words.

use super::super::words::grouped;
use super::problem::sentence;
use crate::directory::destinations::{DestinationState, Status};
use crate::server::pages::frame::When;

/// The state of a destination, as the pages show it.
pub(super) struct StateWords {
    pub(super) word: &'static str,
    pub(super) is_good: bool,
    pub(super) is_bad: bool,
    /// The number of waiting events, if they matter in this state.
    pub(super) waiting: Option<String>,
    pub(super) failing_since: Option<When>,
    pub(super) next_try: Option<When>,
    /// The reason of a disabled destination.
    pub(super) because: Option<String>,
}

impl StateWords {
    /// Describes a state.
    pub(super) fn of(state: &DestinationState) -> Self {
        let plain = Self {
            word: state.status.as_str(),
            is_good: false,
            is_bad: false,
            waiting: None,
            failing_since: None,
            next_try: None,
            because: None,
        };
        match state.status {
            Status::Delivers => Self { is_good: true, ..plain },
            Status::Behind => Self { waiting: Some(grouped(state.waiting)), ..plain },
            Status::Paused => plain,
            Status::Failing => Self {
                is_bad: true,
                waiting: Some(grouped(state.waiting)),
                failing_since: state.failing_since.map(When::new),
                next_try: state.next_try.map(When::new),
                ..plain
            },
            Status::Disabled => Self {
                is_bad: true,
                because: state.disabled_because.as_deref().map(sentence),
                ..plain
            },
        }
    }
}
