//! The run of one webhook: sends events in the order of their subjects, and saves the progress.

pub mod queue;
mod progress;
pub(super) mod request;
mod result;

use super::clock::RunClock;
use super::matching::Matched;
use super::run_report::RunReport;
use super::tenant_run::TenantRun;
use crate::directory::destinations::filter::matches_type;
use crate::directory::destinations::work::LEASE;
use crate::directory::destinations::{Attempt, Destination, OpenedSecrets};
use crate::directory::events::NumberedEvent;
use crate::directory::events::types::EventType;
use crate::directory::{Error, clock};
use crate::model::destination::Position;
use crate::model::event::Subject;
use crate::outbound::Target;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use queue::Queue;
use request::Sender;
use std::collections::BTreeSet;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio::time::{Instant, timeout};

/// The most calls to one destination in flight.
const MOST_CALLS: usize = 8;
/// The events of one read of the feed.
const PAGE: usize = 100;
/// A save follows after this many deliveries.
const SAVE_AFTER_DELIVERIES: usize = 20;
/// A save follows after this time.
const SAVE_AFTER: std::time::Duration = std::time::Duration::from_secs(5);
/// The most changes of waiting events in one save.
const MOST_CHANGES: usize = 80;
/// The position is saved for this many events that do not match.
const SAVE_AFTER_SKIPPED: u64 = 500;
/// The time until the next look for events that a run did not settle.
const NEXT_LOOK: Duration = Duration::minutes(1);
/// A run waits for a next try that is at most this far away.
const PATIENCE: Duration = Duration::seconds(10);

/// Why a run sends no further event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The endpoint is dead: three subjects failed in a row, or a probe failed.
    Dead,
    /// The receiver does not exist any more.
    Gone,
    /// Another worker changed the position, or holds the lease.
    Lost,
}

/// The run of one webhook.
pub(super) struct WebhookRun<'r> {
    tenant: &'r TenantRun,
    destination: &'r Destination,
    sender: Arc<Sender>,
    clock: RunClock,
    /// The position as it was last read or saved.
    held: Position,
    /// The position with the changes of this run.
    next: Position,
    queue: Queue,
    /// The number of the last event that was read from the feed.
    read_to: u64,
    feed_is_read: bool,
    /// The number of the newest event at the start of the run.
    newest: u64,
    /// Whether one event decides whether the endpoint is alive again.
    is_probing: bool,
    failed_subjects: BTreeSet<Subject>,
    stop: Option<Stop>,
    attempts: Vec<Attempt>,
    saved_at: Instant,
    delivered: u64,
    report: RunReport,
}

impl<'r> WebhookRun<'r> {
    /// Prepares a run.
    pub(super) fn new(
        tenant: &'r TenantRun,
        destination: &'r Destination,
        target: Target,
        secrets: OpenedSecrets,
        held: Position,
        newest: u64,
    ) -> Self {
        let sender = Arc::new(Sender::new(tenant, destination, target, secrets));
        Self {
            tenant,
            destination,
            sender,
            clock: tenant.clock,
            next: held.clone(),
            queue: Queue::new(held.position, Vec::new()),
            read_to: held.position,
            feed_is_read: false,
            newest,
            is_probing: held.next_at.is_some(),
            failed_subjects: BTreeSet::new(),
            stop: None,
            attempts: Vec::new(),
            saved_at: clock(),
            delivered: 0,
            report: RunReport::default(),
            held,
        }
    }

    /// Runs until every event is sent or waits, or the time is over.
    pub(super) async fn run(mut self) -> Result<RunReport, Error> {
        let now = self.clock.now();
        if self.held.next_at.is_some_and(|at| at > now) || self.held.is_leased(now) {
            return Ok(self.report);
        }
        let waiting = self.tenant.work().waiting(self.destination.id).await?;
        self.queue = Queue::new(self.held.position, waiting);
        if self.held.failing_since.is_some() && !self.is_probing {
            // The failures of earlier runs count too: a quiet tenant has one event in a run.
            self.failed_subjects = self.queue.failed_subjects();
        }
        self.refill(usize::MAX).await?;
        let has_due = self.queue.next_try().is_some_and(|at| self.is_probing || at <= now);
        if !has_due && !self.queue.has_pending() {
            return self.skip_only(now).await;
        }
        // A probe takes no lease: a dead endpoint costs one write for each probe.
        if !self.is_probing && !self.take_lease().await? {
            return Ok(self.report);
        }
        self.send_all().await?;
        self.finish().await?;
        Ok(self.report)
    }

    /// Saves the position after many events that do not match, when the work that was due has gone, or when the run could
    /// not read all events.
    async fn skip_only(mut self, now: OffsetDateTime) -> Result<RunReport, Error> {
        let skipped = self.queue.position().saturating_sub(self.held.position);
        let is_over = self.held.is_due(now);
        // Without events, a probe has nothing to send any more.
        let is_behind = self.is_behind();
        let probe = self.held.next_at.filter(|_| is_behind);
        self.next.next_at = probe.map(|_| now + NEXT_LOOK);
        // A worker that died leaves its lease.
        let is_left = self.held.lease.is_some();
        if skipped >= SAVE_AFTER_SKIPPED || is_over || is_left || is_behind {
            self.save(None).await?;
        }
        Ok(self.report)
    }

    async fn take_lease(&mut self) -> Result<bool, Error> {
        let now = self.clock.now();
        let Some(leased) = self.tenant.work().take_lease(&self.held, now).await? else {
            return Ok(false);
        };
        self.next.lease = leased.lease;
        self.held = leased;
        Ok(true)
    }

    async fn send_all(&mut self) -> Result<(), Error> {
        let mut calls = FuturesUnordered::new();
        loop {
            while self.may_send(calls.len()) {
                let job = self.queue.next_job(self.clock.now(), self.is_probing);
                let Some(job) = job else { break };
                calls.push(Arc::clone(&self.sender).call(job, self.clock));
            }
            // A save renews the lease also while all calls are slow.
            match timeout(SAVE_AFTER, calls.next()).await {
                Err(_) => {}
                Ok(Some(called)) => self.note(called),
                Ok(None) if self.stop.is_some() => return Ok(()),
                Ok(None) if self.refill_or_wait().await? => {}
                Ok(None) => return Ok(()),
            }
            if self.is_save_due() && self.stop.is_none() && !self.save(Some(LEASE)).await? {
                self.stop = Some(Stop::Lost);
            }
            if self.stop.is_none() && !self.queue.has_pending() {
                // The calls in flight stand still meanwhile.
                self.refill(1).await?;
            }
        }
    }

    fn may_send(&self, in_flight: usize) -> bool {
        let most = if self.is_probing { 1 } else { MOST_CALLS };
        in_flight < most
            && self.stop.is_none()
            && self.queue.changes() < MOST_CHANGES
            && self.clock.has_time()
    }

    /// Reads at most so many pages of the feed, until one has an event to send.
    async fn refill(&mut self, most_pages: usize) -> Result<(), Error> {
        if self.queue.waiting() >= queue::MOST_WAITING {
            return Ok(());
        }
        for _ in 0..most_pages {
            if self.queue.has_pending() || self.feed_is_read || !self.clock.has_time() {
                break;
            }
            let page = self.tenant.events().list_numbered(self.read_to, PAGE).await?;
            let mut of_type = Vec::new();
            self.feed_is_read = page.len() < PAGE;
            for event in page {
                self.read_to = event.number;
                match matches_type(self.destination, EventType::of(&event.event)) {
                    true => of_type.push(event),
                    false => self.queue.skip(event.number),
                }
            }
            self.add_matching(of_type).await?;
        }
        Ok(())
    }

    /// Adds the events that match. Only some types need the history entry for that.
    async fn add_matching(&mut self, events: Vec<NumberedEvent>) -> Result<(), Error> {
        let Matched { wanted, unwanted, cut_at } =
            self.tenant.matching(self.destination, events).await?;
        wanted.into_iter().for_each(|event| self.queue.add(event));
        unwanted.into_iter().for_each(|number| self.queue.skip(number));
        if let Some(number) = cut_at {
            // The next run continues with the event that waits for its items.
            self.read_to = number.saturating_sub(1);
            self.feed_is_read = true;
        }
        Ok(())
    }

    /// Waits for a next try that is near. Returns whether the run goes on.
    async fn refill_or_wait(&mut self) -> Result<bool, Error> {
        if self.queue.changes() >= MOST_CHANGES {
            return self.save(Some(LEASE)).await;
        }
        self.refill(usize::MAX).await?;
        if self.queue.has_pending() && self.clock.has_time() {
            return Ok(self.queue.waiting() < queue::MOST_WAITING);
        }
        let now = self.clock.now();
        let near = self.queue.next_try().map(|at| at - now).filter(|wait| *wait <= PATIENCE);
        match near {
            Some(wait) if self.clock.has_time_for(wait) => {
                self.clock.wait(wait).await;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn is_save_due(&self) -> bool {
        // A probe takes no lease, but the deliveries after its success need one.
        (self.held.lease.is_none() && !self.is_probing)
            || self.attempts.len() >= SAVE_AFTER_DELIVERIES
            || self.queue.changes() >= MOST_CHANGES
            || self.saved_at.elapsed() >= SAVE_AFTER
    }
}
