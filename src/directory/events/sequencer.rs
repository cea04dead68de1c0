//! The sequencer: numbers the events of the outbox, and moves them into the feed.
//!
//! Any process may run it at any time. Four rules keep the feed complete and in order, although DynamoDB makes the
//! items of a transaction visible one by one:
//!
//! - An event moves only if its outbox item still exists, so it gets one number.
//! - A number is given only if no event has it.
//! - An event waits for the event of the revision before, so the events of a record are in order.
//! - A reader stops before a missing number ([`FeedItems::list_after`](crate::store::events::feed::FeedItems::list_after)).
//!
//! No rule depends on a clock. Times only give an order to events of different records.

use super::Events;
use crate::directory::error::Error;
use crate::model::event::{EventRef, Subject};
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use crate::store::dynamodb::usage::clock;
use crate::store::events::WaitingEvent;
use crate::store::events::days::batch_len;
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

/// The result of a run of the sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sequenced {
    /// The number of events that this run moved.
    pub moved: usize,
    /// Whether the outbox was empty at the end.
    pub is_done: bool,
    /// The time of the oldest event that the run met.
    pub oldest: Option<OffsetDateTime>,
}

impl Events<'_> {
    /// Moves the events of the outbox into the feed, until the outbox is empty or the time is over.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`] when other sequencers are faster for too long, or as every call of the store
    /// does.
    pub async fn sequence(self, within: Duration) -> Result<Sequenced, Error> {
        let end = clock() + within;
        let mut total = Sequenced::default();
        loop {
            let round = retry!({ self.sequence_round(end).await })?;
            total = Sequenced {
                moved: total.moved + round.moved,
                is_done: round.is_done,
                oldest: total.oldest.or(round.oldest),
            };
            if total.is_done || clock() >= end {
                return Ok(total);
            }
        }
    }

    /// Reads the outbox once, and moves all events that it shows.
    async fn sequence_round(self, end: Instant) -> Result<Attempt<Sequenced>, Error> {
        let store = &self.0.store;
        let waiting = in_order(store.outbox().list().await?);
        if waiting.is_empty() {
            return Ok(Attempt::Done(Sequenced { is_done: true, ..Sequenced::default() }));
        }
        let oldest = waiting.iter().map(|event| event.event.at()).min();
        let mut moved = 0;
        let mut newest = None;
        let mut rest = waiting.as_slice();
        while let Some((batch, later)) = rest.split_at_checked(batch_len(rest)) {
            if batch.is_empty() {
                break;
            }
            rest = later;
            if store.outbox().has_earlier(batch).await? {
                return Ok(Attempt::Again(NextAttempt::AfterPause));
            }
            let before = match newest {
                Some(newest) => newest,
                None => store.feed().newest().await?,
            };
            let Some(numbered) = store.outbox().number(batch.to_vec(), before).await? else {
                return Ok(Attempt::Again(NextAttempt::AfterPause));
            };
            moved += numbered.len();
            newest = numbered.last().map(|event| event.number);
            if clock() >= end {
                break;
            }
        }
        Ok(Attempt::Done(Sequenced { moved, is_done: false, oldest }))
    }
}

/// Sorts events by time, but never against the revisions of a record, and an erasure behind the employee's last change.
fn in_order(waiting: Vec<WaitingEvent>) -> Vec<WaitingEvent> {
    // Outbox items come in the order of their keys: the revisions of a record in order, and the tenant's items last.
    let mut latest: BTreeMap<Subject, OffsetDateTime> = BTreeMap::new();
    let mut timed: Vec<(OffsetDateTime, WaitingEvent)> = Vec::with_capacity(waiting.len());
    for event in waiting {
        let mut at = event.event.at();
        if let EventRef::Change(change) = &event.event {
            if let Some(employee) = change.erased {
                at = latest.get(&Subject::Employee(employee)).map_or(at, |last| at.max(*last));
            }
            let last = latest.entry(change.subject).or_insert(at);
            at = at.max(*last);
            *last = at;
        }
        timed.push((at, event));
    }
    // The sort is stable: events of one time stay in the order of their keys.
    timed.sort_by_key(|(at, _)| *at);
    timed.into_iter().map(|(_, event)| event).collect()
}
