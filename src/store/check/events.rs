//! Events: each entry of a history has one event, in the outbox or in the feed, and the feed has no gap.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::model::event::ChangeRef;
use crate::store::events::outbox::OutboxItems;

impl<'s> Checker<'s> {
    /// Each entry of a history has one event. The repair adds the event to the outbox.
    pub(super) fn check_events(&self) -> Vec<Finding<'s>> {
        let snapshot = &self.snapshot;
        let has_event =
            |change: &ChangeRef| snapshot.events.contains_key(&(change.subject, change.revision));
        let missing = snapshot.changes.iter().filter(|change| !has_event(change));
        let missing = missing.map(|change| {
            let mut repair = self.empty();
            OutboxItems(self.part).add(&mut repair, change.clone(), None);
            let detail = format!("revision {} has no event", change.revision);
            let id = change.subject.id();
            Finding::repairable(ViolationKind::EventMissing, id, detail, repair)
        });
        let twice = snapshot.events.iter().filter(|(_, count)| **count > 1);
        let twice = twice.map(|((subject, revision), count)| {
            let detail = format!("revision {revision} has {count} events");
            Finding::permanent(ViolationKind::EventTwice, subject.id(), detail)
        });
        missing.chain(twice).collect()
    }

    /// The feed has all numbers from 1 to the newest.
    pub(super) fn check_feed(&self) -> Vec<Finding<'s>> {
        let numbers = &self.snapshot.feed;
        let newest = numbers.last().copied().unwrap_or_default();
        let missing = (1..=newest).filter(|number| !numbers.contains(number));
        let named: Vec<String> = missing.take(10).map(|number| number.to_string()).collect();
        if named.is_empty() {
            return Vec::new();
        }
        let detail = format!("the feed lacks number {}", named.join(", "));
        vec![Finding::permanent(ViolationKind::FeedGap, None, detail)]
    }
}
