//! Members and memberships: both sides agree after every transaction. The records decide which memberships are closed.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::model::memberships::Memberships;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::memberships::CLOSED;
use crate::store::keys;
use crate::store::members::memberships::MembershipItems;
use crate::store::members::unfinished::UnfinishedItems;
use std::collections::BTreeSet;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each row is in a group, and the member's memberships have the group.
    pub(super) fn check_rows(&self) -> Vec<Finding<'s>> {
        let rows = self.snapshot.rows.keys().filter_map(|(group, member)| {
            let (group, member) = (*group, *member);
            if self.snapshot.is_unjudged(group) || self.snapshot.is_unjudged(member) {
                return None;
            }
            let has_group = self.memberships(member).groups.contains(&group);
            let is_member = self.snapshot.visible.contains_key(&member);
            let kind = match self.snapshot.group(group) {
                None if self.snapshot.is_listed_work(Work::Deletion, group) => return None,
                None => ViolationKind::RowLeft,
                // The check of memberships covers a member that has left.
                Some(_) if has_group => return None,
                Some(_) if is_member => ViolationKind::RowWithoutMembership,
                Some(_) => ViolationKind::MemberUnknown,
            };
            let mut repair = self.guarded([group, member]);
            if kind == ViolationKind::RowWithoutMembership {
                let open = Condition::expression(&format!("attribute_not_exists({CLOSED})"));
                let add = ("ADD", group, member);
                MembershipItems(self.part).update(&mut repair, Step::Member, add, open);
            } else {
                let key = keys::member(&self.part.tenant, group, member);
                repair.delete(Step::Companion, &key, Condition::none());
            }
            Some(Finding::repairable(kind, Some(group), format!("member {member}"), repair))
        });
        rows.collect()
    }

    /// Memberships are closed when the record is not visible. The list of unfinished work has closed memberships while
    /// they have groups, and while no record will open them.
    pub(super) fn check_memberships(&self) -> Vec<Finding<'s>> {
        let mut findings = Vec::new();
        let ids: BTreeSet<Uuid> =
            self.snapshot.memberships.keys().chain(self.snapshot.hidden.keys()).copied().collect();
        for id in ids.into_iter().filter(|id| !self.snapshot.is_unjudged(*id)) {
            let found = self.memberships(id);
            match self.check_closed(id, &found) {
                Some(finding) => findings.push(finding),
                None => findings.extend(self.check_groups_of(id, &found)),
            }
        }
        findings
    }

    fn check_closed(&self, id: Uuid, found: &Memberships) -> Option<Finding<'s>> {
        let is_closed = !self.snapshot.visible.contains_key(&id);
        let work = self.work_of_leaver(id, found).filter(|_| is_closed);
        let listed = match work {
            // An erased employee or a deleted group has an entry until the memberships expire.
            Some(Work::Expiry) => &[Work::Expiry, Work::Deletion, Work::Erasure][..],
            Some(Work::Departure) => &[Work::Departure],
            Some(_) => &[Work::Deletion, Work::Erasure],
            None => &[],
        };
        let is_listed = listed.iter().any(|work| self.snapshot.is_listed_work(*work, id));
        let (kind, detail) = if found.is_closed != is_closed {
            let text = |closed| if closed { "closed" } else { "open" };
            let detail = format!("{} instead of {}", text(found.is_closed), text(is_closed));
            (ViolationKind::ClosedWrong, detail)
        } else if work.is_some() && !is_listed {
            (ViolationKind::WorkUnlisted, format!("memberships with {} groups", found.groups.len()))
        } else {
            return None;
        };
        let mut repair = self.guarded([id]);
        let after = Memberships { is_closed, ..found.clone() };
        MembershipItems(self.part).replace(&mut repair, id, found, &after);
        if let Some(work) = work.filter(|_| !is_listed) {
            self.list(&mut repair, work, id)?;
        }
        Some(Finding::repairable(kind, Some(id), detail, repair))
    }

    /// The work on closed memberships.
    fn work_of_leaver(&self, id: Uuid, found: &Memberships) -> Option<Work> {
        let is_hidden = self.snapshot.hidden.contains_key(&id);
        match (is_hidden, found.groups.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Work::Departure),
            (false, true) => Some(Work::Expiry),
            (false, false) if self.snapshot.erased.contains(&id) => Some(Work::Erasure),
            (false, false) => Some(Work::Deletion),
        }
    }

    /// Adds an entry to the list of unfinished work.
    pub(super) fn list(&self, repair: &mut Transaction<'_>, work: Work, id: Uuid) -> Option<()> {
        let entry = Unfinished { work, id, actor: self.actor.clone(), since: self.at };
        UnfinishedItems(self.part).begin(repair, &entry).ok()
    }

    fn check_groups_of(&self, id: Uuid, found: &Memberships) -> Vec<Finding<'s>> {
        let lacking = found.groups.iter().filter(|group| {
            !self.snapshot.rows.contains_key(&(**group, id)) && !self.snapshot.is_unjudged(**group)
        });
        let findings = lacking.map(|group| {
            let mut repair = self.guarded([*group]);
            let key = keys::member(&self.part.tenant, *group, id);
            repair.delete(Step::Companion, &key, Condition::absent());
            let take_out = ("DELETE", *group, id);
            let present = Condition::present();
            MembershipItems(self.part).update(&mut repair, Step::Member, take_out, present);
            let kind = ViolationKind::MembershipWithoutRow;
            Finding::repairable(kind, Some(id), format!("group {group}"), repair)
        });
        findings.collect()
    }

    fn memberships(&self, id: Uuid) -> Memberships {
        self.snapshot.memberships.get(&id).cloned().unwrap_or_default()
    }
}
