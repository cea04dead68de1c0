//! The queue of one destination: which event is sent next, and how far the deliveries are.
//!
//! Events of one subject ([`EventRef::subject`]) are sent one after another. An event whose delivery failed waits for its next try, and later
//! events of its subject wait behind it. Events of other subjects go on.

use crate::delivery::verdict::{Reply, Verdict, judge};
use crate::directory::events::NumberedEvent;
use crate::model::destination::{DestinationKind, RetryItem};
use crate::model::event::{EventRef, Subject};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use time::OffsetDateTime;

/// The most events of a destination that wait. The position then stands still.
pub const MOST_WAITING: usize = 1_000;

/// An event on its way to the receiver. Its details are read just before the call, so a queue holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The number of the event.
    pub number: u64,
    /// The event, as the feed has it.
    pub reference: EventRef,
    /// The number of failed tries.
    pub tries: u32,
}

/// The changes of waiting events since the last save.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WaitingChanges {
    /// The events that wait from now on, or wait longer.
    pub put: Vec<RetryItem>,
    /// The numbers of the events that wait no more.
    pub deleted: Vec<u64>,
}

/// The queue of one destination.
#[derive(Debug)]
pub struct Queue {
    /// All events up to this number are settled.
    position: u64,
    /// The events after the position that are settled already.
    settled: BTreeSet<u64>,
    /// The matching events that were read from the feed and not sent yet, in order.
    pending: VecDeque<Job>,
    in_flight: BTreeMap<u64, Subject>,
    waiting: BTreeMap<u64, RetryItem>,
    /// The numbers of waiting events that the table has.
    stored: BTreeSet<u64>,
    /// The numbers of waiting events that changed after the last save.
    changed: BTreeSet<u64>,
}

/// Whether the receiver refused the event itself. The endpoint is in order then.
fn is_refused(item: &RetryItem) -> bool {
    let status = item.status.as_deref().and_then(|status| status.parse().ok());
    let reply = status.map_or(Reply::None, |code| Reply::Status { code, body: &[] });
    judge(DestinationKind::Webhook, reply) == Verdict::EventFault
}

impl Queue {
    /// Makes the queue of a destination whose events up to `position` are settled, with its waiting events.
    pub fn new(position: u64, waiting: Vec<RetryItem>) -> Self {
        let waiting: BTreeMap<u64, RetryItem> =
            waiting.into_iter().map(|item| (item.number, item)).collect();
        Self {
            position,
            settled: BTreeSet::new(),
            pending: VecDeque::new(),
            in_flight: BTreeMap::new(),
            stored: waiting.keys().copied().collect(),
            waiting,
            changed: BTreeSet::new(),
        }
    }

    /// The number up to which all events are settled.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The number up to which all events are settled in the table too, after the changes that were taken are saved. An
    /// event that waits in memory only is after it.
    pub fn safe_position(&self) -> u64 {
        let unsaved = self.changed.iter().filter(|number| self.waiting.contains_key(number));
        let unsaved = unsaved.filter(|number| !self.stored.contains(number)).min();
        unsaved.map_or(self.position, |number| self.position.min(number.saturating_sub(1)))
    }

    /// The number of waiting events.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether events that were read from the feed are still to be sent.
    pub fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The number of changes of waiting events since the last save.
    pub fn changes(&self) -> usize {
        self.changed.len()
    }

    /// The time of the first try of a waiting event.
    pub fn next_try(&self) -> Option<OffsetDateTime> {
        self.first_waiting().map(|item| item.next_at).min()
    }

    /// Adds a matching event from the feed. The position may be before an event that waits, or that a retry delivered:
    /// such an event is settled.
    pub fn add(&mut self, event: NumberedEvent) {
        if self.waiting.contains_key(&event.number) || self.settled.contains(&event.number) {
            self.settle(event.number);
            return;
        }
        let NumberedEvent { number, event: reference } = event;
        self.pending.push_back(Job { number, reference, tries: 0 });
    }

    /// Settles an event from the feed that does not match.
    pub fn skip(&mut self, number: u64) {
        self.settle(number);
    }

    /// Takes the next event to send; `None` when every event waits.
    ///
    /// A waiting event comes first when its time has come, and at any time for a probe. A later event of a subject that
    /// waits becomes a waiting event too, unless too many events wait.
    pub fn next_job(&mut self, now: OffsetDateTime, is_probe: bool) -> Option<Job> {
        let busy: BTreeSet<Subject> = self.in_flight.values().copied().collect();
        let is_due = |item: &&RetryItem| {
            (is_probe || item.next_at <= now) && !busy.contains(&item.reference.subject())
        };
        let due = self.first_waiting().find(is_due).map(|item| Job {
            number: item.number,
            reference: item.reference.clone(),
            tries: item.tries,
        });
        if let Some(job) = due {
            return Some(self.start(job));
        }
        let behind: BTreeSet<Subject> =
            self.waiting.values().map(|item| item.reference.subject()).collect();
        let mut passed: BTreeSet<Subject> = busy;
        let mut index = 0;
        while let Some(job) = self.pending.get(index) {
            let subject = job.reference.subject();
            if behind.contains(&subject) && !self.in_flight.values().any(|one| *one == subject) {
                if self.waiting.len() >= MOST_WAITING {
                    return None;
                }
                let job = self.pending.remove(index)?;
                self.wait_behind(job, now);
                continue;
            }
            if passed.insert(subject) {
                let job = self.pending.remove(index)?;
                return Some(self.start(job));
            }
            index += 1;
        }
        None
    }

    /// Notes that an event is delivered or given up. The next event of its subject may be tried at once.
    pub fn finished(&mut self, number: u64) {
        self.in_flight.remove(&number);
        if self.waiting.remove(&number).is_some() {
            self.changed.insert(number);
        }
        self.settle(number);
    }

    /// The subjects whose events failed and wait, because the endpoint was not in order.
    pub fn failed_subjects(&self) -> BTreeSet<Subject> {
        let failed = self.first_waiting().filter(|item| item.tries > 0 && !is_refused(item));
        failed.map(|item| item.reference.subject()).collect()
    }

    /// Notes that the receiver is in order again: the events that waited for it are due. An event that the receiver
    /// refused keeps its time.
    pub fn receiver_is_back(&mut self, now: OffsetDateTime) {
        for (number, item) in &mut self.waiting {
            if item.next_at > now && !is_refused(item) {
                item.next_at = now;
                self.changed.insert(*number);
            }
        }
    }

    /// Notes that the delivery of an event failed, and that its next try is at a time.
    pub fn failed(&mut self, job: Job, next_at: OffsetDateTime, status: String) {
        self.in_flight.remove(&job.number);
        self.put_waiting(RetryItem {
            number: job.number,
            reference: job.reference,
            tries: job.tries.saturating_add(1),
            next_at,
            status: Some(status),
        });
    }

    /// Puts an event back that was not sent.
    pub fn put_back(&mut self, job: Job) {
        self.in_flight.remove(&job.number);
        if !self.waiting.contains_key(&job.number) {
            self.pending.push_front(job);
        }
    }

    /// Takes the changes of waiting events for a save, at most `most`.
    pub fn take_changes(&mut self, most: usize) -> WaitingChanges {
        let numbers: Vec<u64> = self.changed.iter().copied().take(most).collect();
        let mut changes = WaitingChanges::default();
        for number in numbers {
            self.changed.remove(&number);
            match self.waiting.get(&number) {
                Some(item) => {
                    self.stored.insert(number);
                    changes.put.push(item.clone());
                }
                None if self.stored.remove(&number) => changes.deleted.push(number),
                None => {}
            }
        }
        changes
    }

    /// The first waiting event of each subject.
    fn first_waiting(&self) -> impl Iterator<Item = &RetryItem> {
        let mut seen = BTreeSet::new();
        self.waiting.values().filter(move |item| seen.insert(item.reference.subject()))
    }

    fn start(&mut self, job: Job) -> Job {
        self.in_flight.insert(job.number, job.reference.subject());
        job
    }

    /// Makes an event wait behind the waiting events of its subject. Its own tries begin when they are finished.
    fn wait_behind(&mut self, job: Job, now: OffsetDateTime) {
        let Job { number, reference, tries } = job;
        self.put_waiting(RetryItem { number, reference, tries, next_at: now, status: None });
    }

    fn put_waiting(&mut self, item: RetryItem) {
        let number = item.number;
        self.waiting.insert(number, item);
        self.changed.insert(number);
        self.settle(number);
    }

    fn settle(&mut self, number: u64) {
        if number <= self.position {
            return;
        }
        self.settled.insert(number);
        while self.settled.remove(&self.position.saturating_add(1)) {
            self.position += 1;
        }
    }
}

#[cfg(test)]
mod tests;
