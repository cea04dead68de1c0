//! Destinations: each has a position, and every other item belongs to a destination.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::store::dynamodb::transact::{Condition, Step};
use crate::store::keys;
use crate::store::partitions::Partition;
use std::collections::BTreeSet;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each destination has a position. A removed destination leaves no items.
    ///
    /// The position of a removed destination leads to its other items, so the repair removes it last.
    pub(super) fn check_destinations(&self) -> Vec<Finding<'s>> {
        let snapshot = &self.snapshot;
        let without = snapshot.destinations.iter();
        let without = without.filter(|id| !snapshot.positions.contains_key(id));
        let mut findings: Vec<Finding<'s>> = without
            .map(|id| {
                let kind = ViolationKind::PositionMissing;
                Finding::permanent(kind, Some(*id), "the destination has no position")
            })
            .collect();
        let is_removed = |id: &Uuid| !snapshot.destinations.contains(id);
        let left = snapshot.of_destinations.iter().filter(|(id, _, _)| is_removed(id));
        findings.extend(left.clone().map(|(id, partition, key)| self.left(*id, *partition, key)));
        let with_items: BTreeSet<Uuid> = left.map(|(id, _, _)| *id).collect();
        let positions = snapshot.positions.iter();
        let positions = positions.filter(|(id, _)| is_removed(id) && !with_items.contains(id));
        findings.extend(positions.map(|(id, key)| self.left(*id, Partition::Positions, key)));
        findings
    }

    /// Makes the finding of an item without a destination.
    fn left(&self, id: Uuid, partition: Partition, key: &keys::Key) -> Finding<'s> {
        let mut repair = self.empty();
        let destination = keys::destination(&self.part.tenant, id);
        repair.delete(Step::Record, &destination, Condition::absent());
        repair.delete(Step::Companion, key, Condition::none());
        let detail = format!("{} has no destination", partition.item_name());
        Finding::repairable(ViolationKind::DestinationLeft, Some(id), detail, repair)
    }
}
