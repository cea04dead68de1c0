//! The notes on a tenant's sync that this process has not written yet.

use super::answered::Answered;
use super::pending_unknown::PendingUnknown;
use crate::directory::minute_count::MinuteCount;
use crate::directory::sources::is_recent;
use crate::model::cause::Cause;
use crate::model::meaning::Client;
use crate::model::noted_request::{NotedRequest, add_row};
use crate::model::sync::{
    FailureCounts, LatestRequest, SyncNews, Traffic, UnknownAttribute, add_unauthorized,
};
use crate::model::unauthorized::{UnauthorizedReason, UnauthorizedRequests};
use crate::store::keys::ten_minutes;
use crate::store::sync::day_of;
use std::collections::{BTreeMap, BTreeSet};
use time::{Duration, OffsetDateTime};

/// How often a process writes that the identity provider sends requests, with the numbers of requests and the unknown
/// attributes.
const EVERY: Duration = Duration::minutes(1);
/// How often a process writes notes while an administrator may watch.
const LIVE_EVERY: Duration = Duration::seconds(2);
/// How long an administrator may watch the first requests of a token.
const YOUNG_FOR: Duration = Duration::hours(1);
/// The most writes of pages of failed requests in a minute, for each tenant. The servers of a tenant share them.
const MOST_PAGE_WRITES: u32 = 6;
/// The most writes of pages in a minute, while an administrator may watch.
const MOST_LIVE_PAGE_WRITES: u32 = 30;
/// The most different failed requests that wait to be written.
const MOST_WAITING: usize = 100;

/// The notes on a tenant that this process has not written yet.
#[derive(Debug, Default)]
pub(super) struct PendingNotes {
    requests_written_at: Option<OffsetDateTime>,
    /// The writes of failed requests by this process. Few failures are therefore written at once, and many failures do
    /// not load the store.
    failure_writes: MinuteCount,
    pub(super) unauthorized_written_at: Option<OffsetDateTime>,
    /// The reason of the last written request without a valid token.
    pub(super) last_unauthorized: Option<UnauthorizedReason>,
    unknown_written_at: Option<OffsetDateTime>,
    /// Whether a request waits to be noted.
    has_request: bool,
    /// Whether the first request of a token waits to be noted.
    has_first_request: bool,
    pub(super) latest: Option<LatestRequest>,
    pub(super) succeeded_at: Option<OffsetDateTime>,
    sender: Option<Client>,
    pub(super) rows: Vec<NotedRequest>,
    pub(super) failures: FailureCounts,
    pub(super) unauthorized: Vec<UnauthorizedRequests>,
    pub(super) traffic: Traffic,
    pub(super) recorded: Vec<NotedRequest>,
    /// The time of the last failed request.
    pub(super) failed_at: Option<OffsetDateTime>,
    used: BTreeSet<String>,
    /// The day of the last note for each token. The first use on a day is noted at once.
    used_on: BTreeMap<String, String>,
    /// The time until which the last token is young.
    young_until: Option<OffsetDateTime>,
    /// The end of the recording, as this process knows it.
    record_until: Option<OffsetDateTime>,
    /// The number of changes of the recording by this process. A note that was read before a change does not undo it.
    recording_changes: u64,
    /// The time of the last erasure. Recorded requests before it do not come back.
    forgotten_at: Option<OffsetDateTime>,
    /// Whether this process did not finish a removal of old notes.
    must_clean: bool,
    unknown: PendingUnknown,
}

impl PendingNotes {
    /// Whether failed requests or unknown attributes wait to be written.
    pub(super) fn has_news(&self) -> bool {
        !self.rows.is_empty()
            || !self.unauthorized.is_empty()
            || !self.recorded.is_empty()
            || self.unknown.has_waiting()
    }

    /// Whether an administrator may watch the requests now.
    fn is_live(&self, now: OffsetDateTime) -> bool {
        self.young_until.is_some_and(|until| now < until) || self.is_recording(now)
    }

    /// Changes the recording.
    pub(super) fn set_recording(&mut self, until: Option<OffsetDateTime>) {
        self.record_until = until;
        self.recording_changes = self.recording_changes.saturating_add(1);
    }

    /// The number of changes of the recording by this process.
    pub(super) fn recording_changes(&self) -> u64 {
        self.recording_changes
    }

    /// Takes over the recording of a record that was read after `changes` changes.
    pub(super) fn learn_recording(&mut self, until: Option<OffsetDateTime>, changes: u64) {
        if self.recording_changes == changes {
            self.record_until = until;
        }
    }

    /// Whether each request is recorded now.
    pub(super) fn is_recording(&self, now: OffsetDateTime) -> bool {
        self.record_until.is_some_and(|until| now < until)
    }

    /// Adds a request with a token. Returns all pending notes when a write is due. While an administrator may watch,
    /// the write comes after the response, because it has the status.
    pub(super) fn add_request(
        &mut self,
        token: &str,
        created: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Option<SyncNews> {
        self.used.insert(token.to_owned());
        self.has_request = true;
        self.young_until = self.young_until.max(Some(created + YOUNG_FOR));
        let is_first = self.is_first_use(token, now);
        if self.is_live(now) {
            self.has_first_request |= is_first;
            return None;
        }
        (is_first || is_due(self.requests_written_at, EVERY, now)).then(|| self.take_news(now))
    }

    /// Adds an answered request. Returns all pending notes when a write is due.
    pub(super) fn add_response(
        &mut self,
        answered: Answered,
        now: OffsetDateTime,
    ) -> Option<SyncNews> {
        let Answered { request, is_noted, operations, sender, unknown } = answered;
        let at_now = |row: NotedRequest| NotedRequest { first: now, last: now, ..row };
        let request = at_now(request);
        self.sender = Some(sender);
        self.latest = Some(LatestRequest {
            at: now,
            meaning: request.meaning,
            status: request.status,
            token: request.token.clone(),
        });
        if self.is_recording(now) && self.recorded.len() < MOST_WAITING {
            self.recorded.push(request.clone());
        }
        if request.status < 400 {
            self.succeeded_at = Some(now);
        }
        if request.cause.is_none() {
            self.count(now, request.meaning.as_str());
        }
        let whole = (is_noted && request.cause.is_some()).then_some(request);
        let failed: Vec<_> = operations.into_iter().map(at_now).chain(whole).collect();
        // A failure of the service is often a failure of the store, so no write waits for it.
        let has_failure = failed.iter().any(|row| row.status < 500);
        for row in failed {
            self.add_failure(row, now);
        }
        self.unknown.add(unknown, &day_of(now));
        let is_due = match self.is_live(now) {
            true => self.has_first_request || is_due(self.requests_written_at, LIVE_EVERY, now),
            false => self.unknown.has_waiting() && is_due(self.unknown_written_at, EVERY, now),
        };
        let is_due = is_due || has_failure && self.failure_writes.is_below(MOST_PAGE_WRITES, now);
        is_due.then(|| self.take_news(now))
    }

    /// Drops the unknown attributes and the recorded requests, for an erasure. Other notes have ids only.
    pub(super) fn forget(&mut self, now: OffsetDateTime) {
        self.unknown.clear();
        self.recorded.clear();
        self.forgotten_at = Some(now);
    }

    /// Keeps in mind that old notes are not removed yet.
    pub(super) fn clean_later(&mut self) {
        self.must_clean = true;
    }

    /// Takes over the removal of old notes that was left.
    pub(super) fn take_cleaning(&mut self) -> bool {
        std::mem::take(&mut self.must_clean)
    }

    /// Puts notes back that are not written, for the next write.
    pub(super) fn put_back(&mut self, news: SyncNews) {
        self.has_request |= news.is_request;
        self.latest = self.latest.take().or(news.latest);
        self.sender = self.sender.or(news.sender);
        self.succeeded_at = self.succeeded_at.max(news.succeeded_at);
        if !news.rows.is_empty() {
            // The write failed, or the store did not allow it. This minute has no more writes.
            self.failure_writes.fill(MOST_PAGE_WRITES, news.at);
        }
        for row in news.rows {
            add_row(&mut self.rows, row, MOST_WAITING);
        }
        for (day, causes) in news.failures {
            for (cause, count) in causes {
                add(self.failures.entry(day.clone()).or_default().entry(cause).or_default(), count);
            }
        }
        add_unauthorized(&mut self.unauthorized, &news.unauthorized);
        for (key, count) in news.traffic {
            add(self.traffic.entry(key).or_default(), count);
        }
        let is_kept = |row: &NotedRequest| self.forgotten_at.is_none_or(|at| row.last > at);
        let older = news.recorded.into_iter().filter(is_kept).collect();
        let newer = std::mem::replace(&mut self.recorded, older);
        self.recorded.extend(newer);
        self.recorded.truncate(MOST_WAITING);
        self.used.extend(news.used);
        self.unknown.put_back(&news.unknown);
    }

    /// Takes out all pending notes.
    fn take_news(&mut self, now: OffsetDateTime) -> SyncNews {
        self.requests_written_at = Some(now);
        if !self.rows.is_empty() {
            self.failure_writes.add(now);
        }
        if !self.unauthorized.is_empty() {
            self.unauthorized_written_at = Some(now);
        }
        if self.unknown.has_waiting() {
            self.unknown_written_at = Some(now);
        }
        self.has_first_request = false;
        let unknown = self.unknown.take();
        SyncNews {
            at: now,
            is_request: std::mem::take(&mut self.has_request),
            latest: self.latest.take(),
            succeeded_at: self.succeeded_at.take(),
            sender: self.sender.take(),
            rows: std::mem::take(&mut self.rows),
            failures: std::mem::take(&mut self.failures),
            unauthorized: std::mem::take(&mut self.unauthorized),
            used: std::mem::take(&mut self.used).into_iter().collect(),
            unknown,
            traffic: std::mem::take(&mut self.traffic),
            recorded: std::mem::take(&mut self.recorded),
            most_page_writes: match self.is_live(now) {
                true => MOST_LIVE_PAGE_WRITES,
                false => MOST_PAGE_WRITES,
            },
        }
    }

    /// Whether this is the first use of a token on a day, as far as this process knows.
    pub(super) fn is_first_use(&mut self, token: &str, now: OffsetDateTime) -> bool {
        let day = day_of(now);
        self.used_on.retain(|_, used_on| *used_on == day);
        self.used_on.insert(token.to_owned(), day).is_none()
    }

    fn add_failure(&mut self, row: NotedRequest, now: OffsetDateTime) {
        self.failed_at = Some(now);
        self.count(now, "failed");
        let cause = row.cause.map_or("other", Cause::name);
        add(self.failures.entry(day_of(now)).or_default().entry(cause.to_owned()).or_default(), 1);
        add_row(&mut self.rows, row, MOST_WAITING);
    }

    fn count(&mut self, now: OffsetDateTime, name: &str) {
        let name = format!("m{}.{name}", now.minute() % 10);
        add(self.traffic.entry((ten_minutes(now), name)).or_default(), 1);
    }

    /// The unknown attributes that wait to be written.
    pub(super) fn unknown(&self) -> Vec<UnknownAttribute> {
        self.unknown.waiting()
    }
}

fn add(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

/// Whether the next write is due.
pub(super) fn is_due(
    written_at: Option<OffsetDateTime>,
    every: Duration,
    now: OffsetDateTime,
) -> bool {
    written_at.is_none_or(|at| !is_recent(at, every, now))
}
