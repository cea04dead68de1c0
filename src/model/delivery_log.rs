//! The delivery log of a destination: the tries of its last runs.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The number of runs that a delivery log keeps.
pub const LOGGED_RUNS: u64 = 256;

/// A run in a delivery log: the deliveries that one save recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRun {
    /// The number of the run, from 1.
    pub run: u64,
    /// The deliveries, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// One delivery in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The time of the delivery.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The number of the event; of a digest the number of its newest event.
    pub number: u64,
    /// The type of the event.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The number of the try, from 1.
    pub attempt: u32,
    /// The HTTP status of the answer; `None` without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The time until the answer or the failure.
    pub milliseconds: u64,
    /// The kind of failure without an answer, such as `timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The time of the next try; `None` when there is none.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub next_try: Option<OffsetDateTime>,
    /// The start of the receiver's answer. The store keeps these texts in an attribute of their own, because an erasure
    /// removes them.
    #[serde(skip)]
    pub says: Option<String>,
}
