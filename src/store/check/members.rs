//! Members and memberships: both sides agree, the group counts its rows, and the records decide about presence. Groups and
//! members with pending work are not compared: their items may be on either side of it.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::store::Item;
use crate::store::departure::{Move, Mover};
use crate::store::dynamodb::transact::{Condition, Step, Transaction, text};
use crate::store::keys::{self, Kind};
use crate::store::member::Member;
use crate::store::membership::{ABSENT, FORMER_OF, MEMBER_OF, Memberships, Presence, set};
use std::collections::BTreeSet;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each row is a member's, and the member's memberships have the group.
    pub(super) fn check_rows(&self) -> Vec<Finding<'s>> {
        let rows = self.facts.rows.keys().filter_map(|(group, member)| {
            let (group, member) = (*group, *member);
            if self.facts.is_open(group, member) {
                return None;
            }
            let is_known = self.facts.group(group).is_some();
            let has_group = self.memberships(member).groups.contains(&group);
            let mut repair = self.guarded([group, member]);
            let kind = match (is_known, has_group, self.facts.visible.contains_key(&member)) {
                (false, _, _) => ViolationKind::RowLeft,
                // Whether the member is present is for the memberships to say.
                (true, true, _) => return None,
                (true, false, true) => ViolationKind::RowWithoutMembership,
                (true, false, false) => ViolationKind::MemberUnknown,
            };
            if kind == ViolationKind::RowWithoutMembership {
                let present = Condition::expression(&format!("attribute_not_exists({ABSENT})"));
                self.change_membership(&mut repair, ("ADD", MEMBER_OF), (group, member), present);
            } else {
                let key = keys::member(&self.store.tenant, group, member);
                repair.delete(Step::Companion, &key, Condition::none());
            }
            Some(Finding::repairable(kind, Some(group), format!("member {member}"), repair))
        });
        rows.collect()
    }

    /// Memberships agree with the record about presence, and with the groups about members.
    pub(super) fn check_memberships(&self) -> Vec<Finding<'s>> {
        let mut findings = Vec::new();
        let ids: BTreeSet<Uuid> =
            self.facts.memberships.keys().chain(self.facts.hidden.keys()).copied().collect();
        for id in ids.into_iter().filter(|id| !self.facts.unreadable.contains(id)) {
            let found = self.memberships(id);
            match self.check_presence(id, &found) {
                Some(finding) => findings.push(finding),
                None => findings.extend(self.check_groups_of(id, &found)),
            }
        }
        findings
    }

    fn check_presence(&self, id: Uuid, found: &Memberships) -> Option<Finding<'s>> {
        let presence = match () {
            () if self.facts.visible.contains_key(&id) => Presence::Here,
            () if self.facts.hidden.contains_key(&id) => Presence::Away,
            () => Presence::Gone,
        };
        let after = Memberships { presence, ..found.clone() };
        let (kind, detail) = if *found != after {
            (ViolationKind::PresenceWrong, format!("{:?} instead of {presence:?}", found.presence))
        } else if !found.is_settled() && !self.facts.movers.contains(&id) {
            let groups = found.groups.union(&found.former).count();
            (ViolationKind::MoveUnlisted, format!("{groups} groups have not followed"))
        } else {
            return None;
        };
        let kind_of_record =
            self.facts.visible.get(&id).map_or(Kind::Employee, |record| record.kind);
        let member = Member { id, kind: kind_of_record, display: None };
        let mover = Mover { member, by: self.by.clone(), since: self.at, presence };
        let listed = Move { mover, before: found.clone(), after, groups: Vec::new() };
        let mut repair = self.guarded([id]);
        self.store.write_move(&mut repair, &listed).ok()?;
        Some(Finding::repairable(kind, Some(id), detail, repair))
    }

    fn check_groups_of(&self, id: Uuid, found: &Memberships) -> Vec<Finding<'s>> {
        let mut findings = Vec::new();
        let lacking =
            found.groups.iter().filter(|group| !self.facts.rows.contains_key(&(**group, id)));
        for group in lacking.copied().filter(|group| !self.facts.is_open(*group, id)) {
            let mut repair = self.guarded([group]);
            let key = keys::member(&self.store.tenant, group, id);
            repair.delete(Step::Companion, &key, Condition::absent());
            let present = Condition::present();
            self.change_membership(&mut repair, ("DELETE", MEMBER_OF), (group, id), present);
            let kind = ViolationKind::MembershipWithoutRow;
            findings.push(Finding::repairable(kind, Some(id), format!("group {group}"), repair));
        }
        for group in found.former.iter().copied().filter(|group| !self.facts.is_open(*group, id)) {
            let mut repair = self.guarded([group]);
            let change = match self.facts.group(group) {
                Some(_) if self.facts.away.contains(&(group, id)) => continue,
                Some(_) => {
                    let away = keys::away(&self.store.tenant, group, id).to_item();
                    repair.put(Step::Companion, away, Condition::none());
                    ("ADD", FORMER_OF)
                }
                None => ("DELETE", FORMER_OF),
            };
            let returns = Condition::expression(&format!("contains({FORMER_OF}, :returns)"));
            let returns = returns.with(":returns", text(group.to_string()));
            self.change_membership(&mut repair, change, (group, id), returns);
            let kind = ViolationKind::AwayMissing;
            findings.push(Finding::repairable(kind, Some(id), format!("group {group}"), repair));
        }
        findings
    }

    /// Each item of an absent employee has a group that the employee returns to.
    pub(super) fn check_away(&self) -> Vec<Finding<'s>> {
        let left = self.facts.away.iter().filter(|(group, member)| {
            !self.facts.is_open(*group, *member)
                && !self.memberships(*member).former.contains(group)
        });
        let findings = left.map(|(group, member)| {
            let mut repair = self.empty();
            let key = keys::away(&self.store.tenant, *group, *member);
            repair.delete(Step::Companion, &key, Condition::none());
            Finding::repairable(
                ViolationKind::AwayLeft,
                Some(*group),
                format!("member {member}"),
                repair,
            )
        });
        findings.collect()
    }

    /// Adds a group to a set of somebody's memberships, or takes it out.
    fn change_membership(
        &self,
        repair: &mut Transaction<'_>,
        (verb, attribute): (&str, &str),
        (group, member): (Uuid, Uuid),
        as_read: Condition,
    ) {
        let key = keys::membership(&self.store.tenant, member);
        let values = Item::from([(":group".to_owned(), set(&BTreeSet::from([group])))]);
        repair.update(Step::Member, &key, &format!("{verb} {attribute} :group"), values, as_read);
    }

    fn memberships(&self, id: Uuid) -> Memberships {
        self.facts.memberships.get(&id).cloned().unwrap_or_default()
    }
}
