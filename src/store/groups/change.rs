//! A change of a group, and its writes: the record on its expected revision, and a history entry.

use super::GroupItems;
use crate::model::event::Subject;
use crate::model::group::Group;
use crate::model::history::HistoryEntry;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::history::HistoryItems;
use crate::store::items::group::to_item;

/// A group before and after a change, with its history entry.
#[derive(Debug, Clone)]
pub struct GroupChange {
    /// The group as it was read.
    pub before: Group,
    /// The group after the change.
    pub after: Group,
    /// The history entry of the change.
    pub history: HistoryEntry,
}

impl GroupItems<'_> {
    pub(in crate::store) fn write_change(
        self,
        transaction: &mut Transaction<'_>,
        step: Step,
        GroupChange { before, after, history }: &GroupChange,
    ) -> Result<(), Error> {
        let item = to_item(&self.0.tenant, after)?;
        transaction.put(step, item, Condition::revision(before.revision));
        self.write_history(transaction, after, history)
    }

    pub(in crate::store) fn write_history(
        self,
        transaction: &mut Transaction<'_>,
        group: &Group,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let change = (Subject::Group(group.id), group.revision);
        HistoryItems(self.0).put(transaction, change, history)
    }
}
