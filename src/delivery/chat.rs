//! The run of one Slack or Teams channel: one message for all changes of a window.

use super::call::{CallResult, send};
use super::clock::RunClock;
use super::digest::{Digest, DigestLine};
use super::failure_end::FailureEnd;
use super::message::MessageContext;
use super::run_report::RunReport;
use super::schedule::{self, Jitter, Pace};
use super::tenant_run::TenantRun;
use super::verdict::Verdict;
use super::window::{HourOfDay, Window, earliest_message};
use super::{slack, teams};
use crate::directory::Error;
use crate::directory::destinations::filter::matches_type;
use crate::directory::destinations::work::Progress;
use crate::directory::events::NumberedEvent;
use crate::directory::events::names::SubjectNames;
use crate::directory::events::types::EventType;
use crate::model::delivery_log::{Attempt, DeliveryRun};
use crate::model::destination::{Destination, DestinationKind, Every, Position};
use crate::model::due_item::DueItem;
use crate::model::event::Subject;
use crate::outbound::{Limits, Target};
use std::collections::{BTreeMap, BTreeSet};
use time::{Duration, OffsetDateTime};

/// The events of one read of the feed.
const PAGE: usize = 500;
/// The position is saved for this many events that do not match.
const SAVE_AFTER_SKIPPED: u64 = 500;
/// The time until the next look for events that a run did not read.
const REST_AFTER: Duration = Duration::seconds(10);
/// The most events of one message. Another message has the rest.
const MOST_EVENTS: usize = 20_000;
/// The subjects of each type whose names a message may show.
const NAMED_SUBJECTS: usize = 12;

/// The run of one channel.
pub(super) struct ChatRun<'r> {
    tenant: &'r TenantRun,
    destination: &'r Destination,
    form: crate::model::destination::Digest,
    target: Target,
    clock: RunClock,
    /// The number of the newest event at the start of the run.
    newest: u64,
    held: Position,
    report: RunReport,
}

/// The events of a window.
struct Collected {
    /// The events that match the filter, in order.
    wanted: Vec<NumberedEvent>,
    /// The number of the last event that was read.
    read_to: u64,
}

/// When a channel works next.
#[derive(Debug, Default, Clone, Copy)]
struct Next {
    /// The time of the message, or of its next try.
    work: Option<OffsetDateTime>,
    /// The time of the next look for events, without a message to send.
    look: Option<OffsetDateTime>,
}

impl Next {
    fn work(at: OffsetDateTime) -> Self {
        Self { work: Some(at), look: None }
    }

    fn look(at: Option<OffsetDateTime>) -> Self {
        Self { work: None, look: at }
    }
}

impl<'r> ChatRun<'r> {
    /// Prepares a run.
    pub(super) fn new(
        tenant: &'r TenantRun,
        destination: &'r Destination,
        form: crate::model::destination::Digest,
        target: Target,
        held: Position,
        newest: u64,
    ) -> Self {
        let (clock, report) = (tenant.clock, RunReport::default());
        Self { tenant, destination, form, target, clock, newest, held, report }
    }

    /// Sends the message of a window that has ended, or notes the end of a new window.
    pub(super) async fn run(mut self) -> Result<RunReport, Error> {
        let now = self.clock.now();
        if self.held.due.is_some_and(|due| due > now) || self.held.is_leased(now) {
            return Ok(self.report);
        }
        let collected = self.collect().await?;
        let Some(first) = collected.wanted.first() else {
            self.skip(&collected).await?;
            return Ok(self.report);
        };
        if self.held.due.is_none() {
            let due = earliest_message(self.window().end(first.event.at()), self.held.last_ok);
            if due > now {
                self.wait_until(due).await?;
                return Ok(self.report);
            }
        }
        if !self.clock.has_time() {
            // No message begins after the end of a run.
            self.wait_until(self.clock.now() + REST_AFTER).await?;
            return Ok(self.report);
        }
        let Some(leased) = self.tenant.work().take_lease(&self.held, self.clock.now()).await?
        else {
            return Ok(self.report);
        };
        self.held = leased;
        let digest = self.digest(&collected.wanted).await?;
        let result = self.send(&digest).await;
        self.note(&collected, &result).await?;
        Ok(self.report)
    }

    /// Reads the events after the position that match the filter.
    async fn collect(&self) -> Result<Collected, Error> {
        let events = self.tenant.events();
        let mut collected = Collected { wanted: Vec::new(), read_to: self.held.position };
        loop {
            let page = events.list_numbered(collected.read_to, PAGE).await?;
            let is_last = page.len() < PAGE;
            collected.read_to = page.last().map_or(collected.read_to, |event| event.number);
            let of_type: Vec<NumberedEvent> = page
                .into_iter()
                .filter(|event| matches_type(self.destination, EventType::of(&event.event)))
                .collect();
            let matched = self.tenant.matching(self.destination, of_type).await?;
            collected.wanted.extend(matched.wanted);
            if let Some(number) = matched.cut_at {
                collected.read_to = number.saturating_sub(1);
            }
            let is_full = collected.wanted.len() >= MOST_EVENTS;
            if is_last || is_full || matched.cut_at.is_some() || !self.clock.has_time() {
                return Ok(collected);
            }
        }
    }

    /// Saves the position after many events that do not match, or the end of a window without events.
    async fn skip(&mut self, collected: &Collected) -> Result<(), Error> {
        let skipped = collected.read_to.saturating_sub(self.held.position);
        let rest = self.rest_at(collected);
        // A worker that died leaves its lease.
        let is_left = self.held.due.is_some() || self.held.lease.is_some();
        if skipped < SAVE_AFTER_SKIPPED && !is_left && rest.is_none() {
            return Ok(());
        }
        let next = Position { position: collected.read_to, ..self.held.clone() };
        self.save(next, None, Next::look(rest)).await.map(drop)
    }

    /// The time of the next look when the feed has events that this run did not read: the time was over, or items are not
    /// visible yet.
    fn rest_at(&self, collected: &Collected) -> Option<OffsetDateTime> {
        (collected.read_to < self.newest).then(|| self.clock.now() + REST_AFTER)
    }

    /// Notes the end of a window.
    async fn wait_until(&mut self, due: OffsetDateTime) -> Result<(), Error> {
        self.save(self.held.clone(), None, Next::work(due)).await.map(drop)
    }

    fn window(&self) -> Window {
        match self.form.every {
            Every::Minute => Window::Minute,
            Every::Quarter => Window::Quarter,
            Every::Hour => Window::Hour,
            Every::Day => HourOfDay::new(self.form.hour).map_or(Window::Hour, Window::Day),
        }
    }

    /// Collects the counts of all events, and the names of some subjects.
    async fn digest(&self, events: &[NumberedEvent]) -> Result<Digest, Error> {
        let mut digest = Digest::new(self.form.names);
        let mut named: BTreeMap<EventType, BTreeSet<Subject>> = BTreeMap::new();
        for event in events {
            let subjects = named.entry(EventType::of(&event.event)).or_default();
            if subjects.len() < NAMED_SUBJECTS {
                subjects.insert(event.event.subject());
            }
        }
        let all: BTreeSet<Subject> = named.values().flatten().copied().collect();
        let names = match self.form.names {
            true => self.tenant.events().names_of(&self.tenant.tenant, all).await?,
            false => BTreeMap::new(),
        };
        for event in events {
            let kind = EventType::of(&event.event);
            let subject = event.event.subject();
            let found = names.get(&subject).cloned();
            let SubjectNames { name, department, location } = found.unwrap_or_default();
            let subject = subject.id();
            digest.add(&DigestLine { kind, subject, name, department, location });
        }
        Ok(digest)
    }

    async fn send(&self, digest: &Digest) -> CallResult {
        let url = self.tenant.activity_url();
        let context = MessageContext { tenant: self.tenant.tenant_name(), activity_url: &url };
        let kind = self.destination.kind();
        let body = match kind {
            DestinationKind::Teams => teams::digest_message(digest, context),
            _ => slack::digest_message(digest, context),
        };
        let (limits, now) = (Limits::DELIVERY, self.clock.now());
        send(&self.tenant.client, kind, &self.target, body, Vec::new(), limits, now).await
    }

    /// Saves the result of a message.
    async fn note(&mut self, collected: &Collected, result: &CallResult) -> Result<(), Error> {
        let now = self.clock.now();
        let kind = self.destination.kind().as_str();
        self.report.count(kind, result.outcome());
        let tries = self.held.tries.saturating_add(1);
        let mut next = Position {
            run: self.held.run.saturating_add(1),
            last_says: Some(result.in_short()),
            ..self.held.clone()
        };
        let (mut work, mut next_try) = (Next::default(), None);
        match result.verdict {
            Verdict::Accepted => {
                if let (0, Some(last)) = (self.held.tries, collected.wanted.last()) {
                    self.report.note_lag(now - last.event.at());
                }
                let rest = self.rest_at(collected);
                // A full message leaves events of its own window. Other events have another window.
                work = match collected.wanted.len() >= MOST_EVENTS {
                    true => Next { work: rest, look: None },
                    false => Next::look(rest),
                };
                let position = collected.read_to;
                next = Position { position, last_ok: Some(now), ..next.without_failure() };
            }
            Verdict::Gone => next.failing_since = next.failing_since.or(Some(now)),
            Verdict::EventFault | Verdict::EndpointFault => {
                let pace =
                    Pace { asked: result.asked, jitter: Jitter::from_random(fastrand::u32(..)) };
                let at = now + schedule::before_digest_retry(tries, pace);
                next.failing_since = next.failing_since.or(Some(now));
                next.tries = tries;
                (work, next_try) = (Next::work(at), Some(at));
            }
        }
        let attempt = result.attempt(now, collected.read_to, "digest", tries);
        let attempt = Attempt { next_try, ..attempt };
        let run = DeliveryRun { run: next.run, attempts: vec![attempt] };
        let end = FailureEnd::of(&next, result.verdict == Verdict::Gone, now);
        next.failing_reported |= end == Some(FailureEnd::Report);
        if self.save(next, Some(&run), work).await? {
            self.report.disabled += self.tenant.end_failure(self.destination, end).await?;
        }
        Ok(())
    }

    /// Saves the position, and gives the lease up. Returns `false` when another worker changed the position.
    async fn save(
        &mut self,
        next: Position,
        run: Option<&DeliveryRun>,
        work: Next,
    ) -> Result<bool, Error> {
        let item = |at| {
            let tenant = self.tenant.tenant.id.clone();
            DueItem::new(at, tenant, self.destination.id, false)
        };
        let due = work.work.map(|at| item(at).at);
        let next = Position { due, lease: None, ..next };
        let (due, before) = (work.work.or(work.look).map(item), self.held.due.map(item));
        let progress =
            Progress { run, due: due.as_ref(), done_due: before.as_ref(), ..Progress::default() };
        let saved = self.tenant.work().save(&self.held, next, &progress).await?;
        let is_saved = saved.is_some();
        self.held = saved.unwrap_or_else(|| self.held.clone());
        Ok(is_saved)
    }
}
