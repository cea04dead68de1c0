//! The notes on a tenant's sync that this process has not written yet.

use crate::directory::sources::is_recent;
use crate::model::kind::Kind;
use crate::model::sync::{Refusal, SyncNews, UnknownAttribute};
use crate::model::sync_findings::is_first_refusal;
use crate::store::sync::day_of;
use std::collections::{BTreeMap, BTreeSet};
use time::{Duration, OffsetDateTime};

/// How often a process writes that the identity provider sends requests. Failed requests and unknown attributes are
/// written as often.
///
/// A client that sends invalid requests without end must not load the store.
const EVERY: Duration = Duration::minutes(1);
/// The most failed requests that wait to be written.
const MOST_WAITING: usize = 20;
/// How many unknown attributes of a tenant this process keeps apart.
const MOST_UNKNOWN: usize = 50;

/// The notes on a request after its response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// The failure: operation, status and text.
    pub refused: Option<(String, u16, String)>,
    /// The unknown attributes that the request names, by kind of record.
    pub unknown: BTreeSet<(Kind, String)>,
}

/// The notes on a tenant that this process has not written yet.
#[derive(Debug, Default)]
pub(super) struct PendingNotes {
    requests_written_at: Option<OffsetDateTime>,
    news_written_at: Option<OffsetDateTime>,
    refusals: Vec<Refusal>,
    /// The time of the last failed request. The first one after an hour without failed requests is written at once.
    refused_at: Option<OffsetDateTime>,
    used: BTreeSet<String>,
    /// The day of the last note for each token. The first use on a day is noted at once.
    used_on: BTreeMap<String, String>,
    /// The time of the last [`Self::forget`]. A failed request from before that time must not be put back.
    forgotten_at: Option<OffsetDateTime>,
    /// Unknown attributes, with the day of the last request, and whether the note is still pending.
    unknown: BTreeMap<(Kind, String), (String, bool)>,
}

impl PendingNotes {
    /// Whether failed requests or unknown attributes wait to be written.
    pub(super) fn has_news(&self) -> bool {
        !self.refusals.is_empty() || self.unknown.values().any(|(_, waits)| *waits)
    }

    /// The failed requests that wait to be written.
    pub(super) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Adds a request with a token. Returns all pending notes when a write is due.
    pub(super) fn add_request(&mut self, token: &str, now: OffsetDateTime) -> Option<SyncNews> {
        self.used.insert(token.to_owned());
        let is_due = self.is_first_use(token, now) || is_due(self.requests_written_at, now);
        is_due.then(|| self.take_news(now))
    }

    /// Adds the failure of a request and its unknown attributes. Returns all pending notes when a write is due.
    pub(super) fn add_response(&mut self, seen: Observed, now: OffsetDateTime) -> Option<SyncNews> {
        let mut is_urgent = false;
        if let Some((operation, status, detail)) = seen.refused {
            is_urgent = is_first_refusal(self.refused_at, now);
            self.refused_at = Some(now);
            self.refusals.insert(0, Refusal { at: now, operation, status, detail });
            self.refusals.truncate(MOST_WAITING);
        }
        self.add_unknown(seen.unknown, &day_of(now));
        let is_due = self.has_news() && (is_urgent || is_due(self.news_written_at, now));
        is_due.then(|| self.take_news(now))
    }

    /// Drops the failed requests and unknown attributes, for an erasure.
    pub(super) fn forget(&mut self, now: OffsetDateTime) {
        self.refusals.clear();
        self.unknown.clear();
        self.forgotten_at = Some(now);
    }

    /// Puts notes back after a failed write, for the next write.
    pub(super) fn put_back(&mut self, news: SyncNews) {
        let forgotten_at = self.forgotten_at;
        let is_newer = |refusal: &Refusal| forgotten_at.is_none_or(|at| refusal.at > at);
        self.refusals.extend(news.refusals.into_iter().filter(is_newer));
        self.refusals.truncate(MOST_WAITING);
        self.used.extend(news.used);
        for (key, (_, waits)) in &mut self.unknown {
            *waits |= news
                .unknown
                .iter()
                .any(|lost| (lost.resource_type.as_str(), &lost.name) == (key.0.as_str(), &key.1));
        }
    }

    /// Takes out all pending notes.
    fn take_news(&mut self, now: OffsetDateTime) -> SyncNews {
        self.requests_written_at = Some(now);
        if self.has_news() {
            self.news_written_at = Some(now);
        }
        let unknown = self.unknown();
        self.unknown.values_mut().for_each(|(_, waits)| *waits = false);
        SyncNews {
            at: now,
            is_request: true,
            refusals: std::mem::take(&mut self.refusals),
            used: std::mem::take(&mut self.used).into_iter().collect(),
            unknown,
        }
    }

    /// Whether this is the first use of a token on a day, as far as this process knows.
    pub(super) fn is_first_use(&mut self, token: &str, now: OffsetDateTime) -> bool {
        let day = day_of(now);
        self.used_on.retain(|_, used_on| *used_on == day);
        self.used_on.insert(token.to_owned(), day).is_none()
    }

    /// Notes unknown attributes, each at most once a day.
    fn add_unknown(&mut self, names: BTreeSet<(Kind, String)>, day: &str) {
        for name in names {
            let is_known = self.unknown.get(&name).is_some_and(|(known, _)| known == day);
            if !is_known && (self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(&name))
            {
                self.unknown.insert(name, (day.to_owned(), true));
            }
        }
    }

    /// The unknown attributes that wait to be written.
    pub(super) fn unknown(&self) -> Vec<UnknownAttribute> {
        let waiting = self.unknown.iter().filter(|(_, (_, waits))| *waits);
        let attributes = waiting.map(|((kind, name), (day, _))| UnknownAttribute {
            resource_type: kind.as_str().to_owned(),
            name: name.clone(),
            day: day.clone(),
        });
        attributes.collect()
    }
}

/// Whether the next write is due.
fn is_due(written_at: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    written_at.is_none_or(|at| !is_recent(at, EVERY, now))
}
