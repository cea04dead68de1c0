//! Departures: a deleted or erased record leaves all groups. The transaction that commits the deletion or erasure also
//! removes the first memberships.

use super::change;
use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::occasion::Occasion;
use crate::model::group::Group;
use crate::model::member::MemberChanges;
use crate::model::memberships::Memberships;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::groups::change::GroupChange;
use crate::store::members::departure::Departure;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A transaction removes a leaver from at most this many groups. Each group takes 4 items, beside the 48 items of an
/// employee with 40 addresses. A transaction takes at most 100 items.
const MOST_AT_ONCE: usize = 13;

/// The result of one step of a departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepResult {
    /// The leaver is still a member of groups.
    GroupsLeft,
    /// No step is left.
    Finished,
}

/// The departures of records from their groups.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct Departures<'a>(pub(in crate::directory) &'a Context);

impl Departures<'_> {
    /// Plans the first step of a departure, for the transaction that commits it.
    ///
    /// `has_other_work` says whether the work has another part than the groups.
    pub(in crate::directory) async fn plan(
        self,
        (work, id): (Work, Uuid),
        before: Memberships,
        has_other_work: bool,
        occasion: Occasion<'_>,
    ) -> Result<Departure, Error> {
        let is_unfinished = has_other_work || before.groups.len() > MOST_AT_ONCE;
        let rest = match (is_unfinished, work) {
            (true, _) => Some(work),
            (false, Work::Deletion) => Some(Work::Expiry),
            (false, _) => None,
        };
        // The erasure takes over the departure of a hidden employee.
        let overtaken = before.is_closed;
        let actor = occasion.actor.clone();
        let begins = rest.map(|work| Unfinished { work, id, actor, since: occasion.at });
        let step = self.step(id, before, occasion).await?;
        Ok(Departure { begins, ends: overtaken.then_some(Work::Departure), ..step })
    }

    /// Removes a leaver from all groups, step by step.
    pub(in crate::directory) async fn leave_groups(self, entry: &Unfinished) -> Result<(), Error> {
        loop {
            match retry!({ self.leave_some_groups(entry).await })? {
                StepResult::Finished => return Ok(()),
                StepResult::GroupsLeft => {}
            }
        }
    }

    /// Removes a leaver from as many groups as one transaction takes.
    async fn leave_some_groups(self, entry: &Unfinished) -> Result<Attempt<StepResult>, Error> {
        let before = self.memberships(entry.id).await?;
        // Another change may have removed the last membership. This step then only ends the work.
        let is_at_work = entry.work == Work::Departure || !before.groups.is_empty();
        if !before.is_closed || !is_at_work {
            return Ok(Attempt::Done(StepResult::Finished));
        }
        let occasion = Occasion { at: self.0.sources.now(), actor: &entry.actor };
        let mut step = self.step(entry.id, before, occasion).await?;
        let is_last = step.after().groups.is_empty();
        // Other kinds of work have another part, so this step does not end them.
        step.ends = Some(Work::Departure).filter(|work| is_last && *work == entry.work);
        let written = self.0.store.departures().write_step(&step).await?;
        Ok(written
            .attempt()
            .map(|()| if is_last { StepResult::Finished } else { StepResult::GroupsLeft }))
    }

    async fn step(
        self,
        id: Uuid,
        before: Memberships,
        occasion: Occasion<'_>,
    ) -> Result<Departure, Error> {
        let left: BTreeSet<Uuid> = before.groups.iter().copied().take(MOST_AT_ONCE).collect();
        let groups = self.group_changes(id, &left, occasion).await?;
        Ok(Departure { id, before, left, groups, begins: None, ends: None })
    }

    /// Reads the memberships of an employee or group.
    pub(in crate::directory) async fn memberships(self, id: Uuid) -> Result<Memberships, Error> {
        Ok(self.0.store.memberships().get(&[id]).await?.remove(&id).unwrap_or_default())
    }

    /// Plans the changes that remove a member from groups. A group that was deleted needs no change.
    async fn group_changes(
        self,
        member: Uuid,
        groups: &BTreeSet<Uuid>,
        occasion: Occasion<'_>,
    ) -> Result<Vec<GroupChange>, Error> {
        let ids: Vec<Uuid> = groups.iter().copied().collect();
        let mut groups = Vec::with_capacity(ids.len());
        for group in self.0.store.records().get_many::<Group>(&ids).await? {
            match group.redo_log {
                None => groups.push(group),
                Some(_) => groups.extend(PendingChanges(self.0).settled(group.id).await?),
            }
        }
        let members = MemberChanges { left: vec![member], ..MemberChanges::default() };
        let types = &self.0.types.groups;
        let changes = groups.iter().filter_map(|group| {
            let attributes = group.attributes.clone();
            change::changed(types, group, attributes, &members, occasion)
        });
        Ok(changes.collect())
    }
}
