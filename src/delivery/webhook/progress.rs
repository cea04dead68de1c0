//! Saves the progress of a run, and decides when the destination works next.

use super::{MOST_CHANGES, NEXT_LOOK, Stop, WebhookRun};
use crate::delivery::failure_end::FailureEnd;
use crate::directory::destinations::work::{LEASE, Progress};
use crate::directory::{Error, clock};
use crate::model::delivery_log::DeliveryRun;
use crate::model::due_item::DueItem;
use time::{Duration, OffsetDateTime};

impl WebhookRun<'_> {
    /// Saves the progress. `lease` is the length of the renewed lease; `None` gives the lease up. Returns `false` when
    /// another worker changed the position.
    pub(super) async fn save(&mut self, lease: Option<Duration>) -> Result<bool, Error> {
        let now = self.clock.now();
        self.saved_at = clock();
        let changes = self.queue.take_changes(MOST_CHANGES);
        let attempts = std::mem::take(&mut self.attempts);
        let run = (!attempts.is_empty()).then(|| {
            self.next.run = self.next.run.saturating_add(1);
            DeliveryRun { run: self.next.run, attempts }
        });
        self.next.position = self.queue.safe_position();
        self.next.lease = lease.map(|lease| now + lease);
        let due = if lease.is_some() { None } else { self.due(now) };
        let before = self.held.due;
        self.next.due = if lease.is_some() { before } else { due.as_ref().map(|due| due.at) };
        let is_replaced = lease.is_none() && before != self.next.due;
        let done_due = before.filter(|_| is_replaced).map(|at| self.due_item(at, false));
        let progress = Progress {
            run: run.as_ref(),
            waiting: &changes.put,
            done: &changes.deleted,
            due: due.as_ref().filter(|_| is_replaced),
            done_due: done_due.as_ref(),
        };
        match self.tenant.work().save(&self.held, self.next.clone(), &progress).await? {
            Some(saved) => {
                self.next = saved.clone();
                self.held = saved;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// The next work of this destination.
    pub(super) fn due(&self, now: OffsetDateTime) -> Option<DueItem> {
        if let Some(probe) = self.next.next_at {
            return Some(self.due_item(probe, false));
        }
        match (self.is_behind(), self.queue.next_try()) {
            // A run without progress must not start itself for ever.
            (true, _) if self.delivered > 0 => Some(self.due_item(now, true)),
            (true, _) => Some(self.due_item(now + NEXT_LOOK, false)),
            (false, Some(at)) => Some(self.due_item(at.max(now), false)),
            (false, None) => None,
        }
    }

    /// Whether the feed has events that this run did not settle: the time was over, or items are not visible yet.
    pub(super) fn is_behind(&self) -> bool {
        self.queue.has_pending() || !self.feed_is_read || self.read_to < self.newest
    }

    pub(super) fn due_item(&self, at: OffsetDateTime, trigger: bool) -> DueItem {
        let tenant = self.tenant.tenant.id.clone();
        DueItem::new(at, tenant, self.destination.id, trigger)
    }

    /// Saves the end of the run, and disables or reports the destination.
    pub(super) async fn finish(&mut self) -> Result<(), Error> {
        if self.stop == Some(Stop::Lost) && !self.attempts.is_empty() {
            tracing::debug!("another worker continues a destination");
        }
        let now = self.clock.now();
        while self.queue.changes() > MOST_CHANGES {
            if !self.save(Some(LEASE)).await? {
                return Ok(());
            }
        }
        let is_gone = self.stop == Some(Stop::Gone);
        if self.is_probing && self.next.next_at.is_some_and(|at| at <= now) {
            // The probe made no call: its event is not visible yet, or the time was over.
            self.next.next_at = Some(now + NEXT_LOOK);
        }
        // Only a call can end a failure.
        let has_called = !self.report.deliveries.is_empty();
        let end = has_called.then(|| FailureEnd::of(&self.next, is_gone, now)).flatten();
        self.next.failing_reported |= end == Some(FailureEnd::Report);
        if self.save(None).await? {
            self.report.disabled += self.tenant.end_failure(self.destination, end).await?;
        }
        self.report.waiting = Some(u64::try_from(self.queue.waiting()).unwrap_or(u64::MAX));
        Ok(())
    }
}
