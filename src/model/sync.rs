//! Notes on the identity provider of a tenant.

use super::cause::Cause;
use super::dismissals::Dismissals;
use super::meaning::{Client, Meaning};
use super::noted_request::NotedRequest;
use super::unauthorized::UnauthorizedRequests;
use scim::json_shape::JsonShape;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};

/// How long notes on requests are kept and shown.
pub const KEPT_FOR: Duration = Duration::days(7);
/// The attribute of a history entry with the end of a recording.
pub const RECORD_UNTIL: &str = "recordUntil";
/// The most rows of a recording.
pub const MOST_RECORDED: u64 = 4_000;

/// The notes on an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncRecord {
    /// The revision. It grows by one with each note.
    pub revision: u64,
    /// The time of the last request, up to one minute late.
    pub last_request: Option<OffsetDateTime>,
    /// The last answered request, as late as [`Self::last_request`].
    pub latest: Option<LatestRequest>,
    /// The client that sent the last request.
    pub sender: Option<Client>,
    /// The day (UTC, `2026-11-24`) on which a token was last used, by the start of its digest.
    pub used: BTreeMap<String, String>,
    /// The unknown attributes that the identity provider sent, the latest first.
    pub unknown: Vec<UnknownAttribute>,
    /// The time of a successful request. The last successful request can be later, because a note waits for the next.
    pub succeeded_at: Option<OffsetDateTime>,
    /// The time of the last failed request.
    pub failed_at: Option<OffsetDateTime>,
    /// The time when the silence of the identity provider was noticed; `None` when it is not silent.
    pub silent_at: Option<OffsetDateTime>,
    /// The to-do entries that an administrator dismissed, by cause.
    pub dismissed_causes: Dismissals,
    /// The ignored attributes that an administrator hid, by [`UnknownAttribute::hidden_name`]. An erasure clears them.
    pub hidden_attributes: Dismissals,
    /// The number of the newest page of failed requests.
    pub page: u64,
    /// The writes of pages in a minute.
    pub page_writes: PageWrites,
    /// The failed requests of the last seven days.
    pub failures: FailureCounts,
    /// The requests without a valid token, by reason, the latest first.
    pub unauthorized: Vec<UnauthorizedRequests>,
    /// The end of the recording.
    pub record_until: Option<OffsetDateTime>,
    /// The rows of the recording.
    pub recorded: u64,
    /// The day on which old notes were last removed.
    pub cleaned_on: Option<String>,
}

/// An answered request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LatestRequest {
    /// The time of the request.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The meaning.
    pub meaning: Meaning,
    /// The HTTP status.
    pub status: u16,
    /// The short name of the token.
    pub token: String,
}

/// The writes of pages of failed requests in one minute. They have a limit for each tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageWrites {
    /// The minute (UTC, `2026-11-24T12:30`).
    pub minute: String,
    /// The number of writes.
    pub writes: u32,
}

/// The number of failed requests by day (UTC, `2026-11-24`) and name of the cause.
pub type FailureCounts = BTreeMap<String, BTreeMap<String, u64>>;

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
    /// The JSON type of the value. The value itself is never kept.
    #[serde(flatten)]
    pub shape: JsonShape,
}

impl UnknownAttribute {
    /// Identifies the attribute among the unknown attributes: the resource type and the name, such as
    /// `User urn:example:User:badge`.
    pub fn key(&self) -> String {
        format!("{} {}", self.resource_type, self.name)
    }

    /// The name of the attribute in the list of hidden attributes: a digest, because the name may name a person.
    pub fn hidden_name(&self) -> String {
        let mut digest = hex::encode(Sha256::digest(self.key().as_bytes()));
        digest.truncate(16);
        digest
    }
}

/// The news since the record was last written. The store clears each part when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncNews {
    /// The current time.
    pub at: OffsetDateTime,
    /// Whether the identity provider sent a request.
    pub is_request: bool,
    /// The last answered request.
    pub latest: Option<LatestRequest>,
    /// The time of the last successful request.
    pub succeeded_at: Option<OffsetDateTime>,
    /// The client that sent the last request.
    pub sender: Option<Client>,
    /// The failed requests that no page has yet.
    pub rows: Vec<NotedRequest>,
    /// The failed requests that are not counted yet.
    pub failures: FailureCounts,
    /// The requests without a valid token that are not counted yet.
    pub unauthorized: Vec<UnauthorizedRequests>,
    /// The tokens that were used, by the start of their digests.
    pub used: Vec<String>,
    /// The unknown attributes that the identity provider sent.
    pub unknown: Vec<UnknownAttribute>,
    /// The numbers of requests that are not counted yet.
    pub traffic: Traffic,
    /// The rows of the recording that are not written yet.
    pub recorded: Vec<NotedRequest>,
    /// The most writes of pages in a minute.
    pub most_page_writes: u32,
}

/// The numbers of requests, by the key of ten minutes and the name of the number, such as `m4.createUser`.
pub type Traffic = BTreeMap<(String, String), u64>;

/// The most unknown attributes that a record gives out.
const MOST_UNKNOWN: usize = 50;
/// The most reasons of unauthorized requests that a record keeps.
const MOST_UNAUTHORIZED: usize = 20;

impl SyncNews {
    /// News without content.
    pub fn nothing(at: OffsetDateTime) -> Self {
        Self {
            at,
            is_request: false,
            latest: None,
            succeeded_at: None,
            sender: None,
            rows: Vec::new(),
            failures: FailureCounts::new(),
            unauthorized: Vec::new(),
            used: Vec::new(),
            unknown: Vec::new(),
            traffic: Traffic::new(),
            recorded: Vec::new(),
            most_page_writes: 0,
        }
    }
}

impl SyncRecord {
    /// Whether a use of the token with this short name is known.
    pub fn is_used(&self, short_name: &str) -> bool {
        let is_latest = |latest: &LatestRequest| latest.token == short_name;
        self.used.contains_key(short_name) || self.latest.as_ref().is_some_and(is_latest)
    }

    /// Adds unknown attributes, and removes the attributes beyond the limit of 50 that were sent longest ago.
    pub fn add_unknown(&mut self, newer: &[UnknownAttribute]) {
        let mut newer = newer.to_vec();
        self.unknown.retain(|known| {
            let is_same = |new: &&mut UnknownAttribute| {
                (&new.resource_type, &new.name) == (&known.resource_type, &known.name)
            };
            let Some(new) = newer.iter_mut().find(is_same) else { return true };
            new.shape = new.shape.or(known.shape);
            false
        });
        self.unknown.splice(0..0, newer);
        self.unknown.truncate(MOST_UNKNOWN);
    }

    /// The unknown attributes that no administrator hid.
    pub fn shown_unknown(&self, now: OffsetDateTime) -> impl Iterator<Item = &UnknownAttribute> {
        let is_hidden =
            move |one: &UnknownAttribute| self.hidden_attributes.has(&one.hidden_name(), now);
        self.unknown.iter().filter(move |attribute| !is_hidden(attribute))
    }

    /// Adds failed requests to the counts.
    pub fn add_failures(&mut self, newer: &FailureCounts) {
        for (day, causes) in newer {
            let of_day = self.failures.entry(day.clone()).or_default();
            for (cause, count) in causes {
                let known = of_day.entry(cause.clone()).or_default();
                *known = known.saturating_add(*count);
            }
        }
    }

    /// Adds requests without a valid token. The latest reason comes first.
    pub fn add_unauthorized(&mut self, newer: &[UnauthorizedRequests]) {
        add_unauthorized(&mut self.unauthorized, newer);
    }

    /// The number of failed requests of all days.
    pub fn failed(&self) -> u64 {
        self.failures.values().flat_map(BTreeMap::values).sum()
    }

    /// The number of failed requests since a day (UTC, `2026-11-24`), with that day.
    pub fn failed_since(&self, day: &str) -> u64 {
        let days = self.failures.iter().filter(|(of, _)| of.as_str() >= day);
        days.flat_map(|(_, causes)| causes.values()).sum()
    }

    /// The number of failed requests with a cause, of all days.
    pub fn failed_with(&self, cause: Cause) -> u64 {
        self.failures.values().filter_map(|causes| causes.get(cause.name())).sum()
    }

    /// Removes old counts: of the days until `day_before`, and of reasons without a request since `oldest`.
    pub fn forget_before(&mut self, oldest: OffsetDateTime, day_before: &str) {
        self.failures.retain(|day, _| day.as_str() > day_before);
        self.unauthorized.retain(|requests| requests.last >= oldest);
    }
}

/// Adds requests without a valid token to a list. The latest reason comes first.
pub fn add_unauthorized(list: &mut Vec<UnauthorizedRequests>, newer: &[UnauthorizedRequests]) {
    for new in newer {
        match list.iter_mut().find(|known| known.reason == new.reason) {
            Some(known) => {
                known.count = known.count.saturating_add(new.count);
                known.first = known.first.min(new.first);
                known.last = known.last.max(new.last);
            }
            None => list.push(new.clone()),
        }
    }
    list.sort_by_key(|requests| std::cmp::Reverse(requests.last));
    list.truncate(MOST_UNAUTHORIZED);
}
