//! Notes on the identity provider of a tenant.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// The notes on an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncRecord {
    /// The time of the last request, up to one minute late.
    pub last_request: Option<OffsetDateTime>,
    /// The failed requests, newest first.
    pub refusals: Vec<Refusal>,
    /// The day (UTC, `2026-11-24`) on which a token was last used, by the start of its digest.
    pub used: BTreeMap<String, String>,
    /// The unknown attributes that the identity provider sent, the latest first.
    pub unknown: Vec<UnknownAttribute>,
    /// The time of the last failed request. An erasure keeps it, and clears [`Self::refusals`].
    pub refused_at: Option<OffsetDateTime>,
    /// The time when the silence of the identity provider was noticed; `None` when it is not silent.
    pub silent_at: Option<OffsetDateTime>,
}

/// An attribute that an identity provider sent, and that no table had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownAttribute {
    /// The name of the resource type.
    pub resource_type: String,
    /// The attribute, in attribute notation (RFC 7644 §3.10).
    pub name: String,
    /// The day (UTC) on which the identity provider last sent the attribute.
    pub day: String,
}

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The time of the request.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The method and the route, such as `PATCH /Users/{id}`.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// The explanation for the identity provider's administrator.
    pub detail: String,
}

/// The news since the record was last written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncNews {
    /// The current time.
    pub at: OffsetDateTime,
    /// Whether the identity provider sent a request.
    pub is_request: bool,
    /// The failed requests, newest first.
    pub refusals: Vec<Refusal>,
    /// The tokens that were used, by the start of their digests.
    pub used: Vec<String>,
    /// The unknown attributes that the identity provider sent.
    pub unknown: Vec<UnknownAttribute>,
}

/// The most failed requests that a record gives out.
const MOST_REFUSALS: usize = 20;
/// The most unknown attributes that a record gives out.
const MOST_UNKNOWN: usize = 50;

impl SyncRecord {
    /// Adds newer failed requests, newest first, and removes the oldest beyond the limit of 20.
    pub fn add_refusals(&mut self, newer: &[Refusal]) {
        self.refusals.retain(|known| !newer.contains(known));
        self.refusals.splice(0..0, newer.iter().cloned());
        self.refusals.truncate(MOST_REFUSALS);
    }

    /// Adds unknown attributes, and removes the attributes beyond the limit of 50 that were sent longest ago.
    pub fn add_unknown(&mut self, newer: &[UnknownAttribute]) {
        let is_newer = |known: &UnknownAttribute| {
            newer
                .iter()
                .any(|new| (&new.resource_type, &new.name) == (&known.resource_type, &known.name))
        };
        self.unknown.retain(|known| !is_newer(known));
        self.unknown.splice(0..0, newer.iter().cloned());
        self.unknown.truncate(MOST_UNKNOWN);
    }
}
