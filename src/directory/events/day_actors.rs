//! Counts the changes of the newest day by actor, from the newest events of the feed.

use super::activity::actor_of;
use super::{Events, SLACK};
use crate::directory::error::Error;
use crate::model::actor::ActorKind;
use crate::model::day_counts::DayCounts;
use std::collections::BTreeMap;
use time::Date;

/// The events of each read: enough for a quiet day, and then one page of about half a megabyte.
const READS: [usize; 2] = [100, 5_000];

/// The changes of one day by the kind of their actor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayActors {
    /// The number of changes of each kind of actor.
    pub counts: BTreeMap<ActorKind, u64>,
    /// Whether the day has more changes than one count reads.
    pub is_partial: bool,
}

impl Events<'_> {
    /// Counts the changes of a day in UTC. No later day has events, or only few.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count_day_actors(self, day: Date) -> Result<DayActors, Error> {
        let start = day.midnight().assume_utc().saturating_sub(SLACK);
        let mut counts = BTreeMap::new();
        let mut before = None;
        for limit in READS {
            let events = self.0.store.feed().list_recent(before, limit).await?;
            let mut is_older = false;
            for event in &events {
                is_older |= event.event.at() < start;
                if let Some(actor) = actor_of(&event.event)
                    && DayCounts::day_of(&event.event) == day
                {
                    *counts.entry(actor).or_default() += 1;
                }
            }
            before = events.last().map(|event| event.number).filter(|number| *number > 1);
            if is_older || before.is_none() {
                return Ok(DayActors { counts, is_partial: false });
            }
        }
        Ok(DayActors { counts, is_partial: true })
    }
}
