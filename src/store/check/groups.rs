//! Groups: the number of members, and the lists of journals and deleted groups.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::store::Item;
use crate::store::dynamodb::transact::{Condition, Step, number, text};
use crate::store::history::{AttributeChange, EventKind, HistoryEntry};
use crate::store::item::format_time;
use crate::store::keys::{self, Kind};
use std::collections::BTreeMap;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each group counts its rows. The repair is a change of the group: its entity tag must not stay, because the members
    /// that clients saw may be others.
    pub(super) fn check_member_counts(&self) -> Vec<Finding<'s>> {
        let mut rows: BTreeMap<Uuid, u64> = BTreeMap::new();
        for (group, _) in self.facts.rows.keys() {
            *rows.entry(*group).or_default() += 1;
        }
        let mut findings = Vec::new();
        for (id, group) in self.facts.groups().filter(|(_, group)| group.journal.is_none()) {
            let counted = rows.get(&id).copied().unwrap_or_default();
            if counted == group.member_count {
                continue;
            }
            let kind = ViolationKind::MemberCountWrong;
            let detail = format!("{} instead of {counted}", group.member_count);
            let next = group.revision.saturating_add(1);
            let entry = HistoryEntry {
                at: self.at,
                by: self.by.clone(),
                kind: EventKind::Updated,
                changes: vec![AttributeChange {
                    attribute: "members".to_owned(),
                    old: Some(format!("{} members", group.member_count).into()),
                    new: Some(format!("{counted} members").into()),
                }],
            };
            let history = keys::history(&self.store.tenant, Kind::Group, id).entry(next);
            let (Ok(at), Ok(entry)) = (format_time(self.at), entry.to_plain_item(&history)) else {
                findings.push(Finding::permanent(kind, Some(id), detail));
                continue;
            };
            let mut repair = self.empty();
            let values = Item::from([
                (":count".to_owned(), number(counted)),
                (":next".to_owned(), number(next)),
                (":at".to_owned(), text(at)),
            ]);
            let change =
                "SET memberCount = :count, revision = :next, version = :next, lastModified = :at";
            let as_read =
                Condition::expression("revision = :read AND attribute_not_exists(journalRevision)");
            let as_read = as_read.with(":read", number(group.revision));
            repair.update(Step::Record, &group.key, change, values, as_read);
            repair.put(Step::Companion, entry, Condition::absent());
            findings.push(Finding::repairable(kind, Some(id), detail, repair));
        }
        findings
    }

    /// The list of journals has the groups with a journal, and each part belongs to one.
    pub(super) fn check_journals(&self) -> Vec<Finding<'s>> {
        let mut findings = Vec::new();
        for (id, group) in self.facts.groups() {
            if group.journal.is_some() && !self.facts.journals.contains(&id) {
                let mut repair = self.guarded([id]);
                let line = keys::journal_entry(&self.store.tenant, id).to_item();
                repair.put(Step::Companion, line, Condition::none());
                let detail = "a journal is not applied, and not listed";
                let kind = ViolationKind::JournalUnlisted;
                findings.push(Finding::repairable(kind, Some(id), detail, repair));
            }
        }
        let revision = |id: &Uuid| Some(self.facts.group(*id)?.journal?.revision);
        let is_known = |id: &&Uuid| !self.facts.unreadable.contains(id);
        let lines = self.facts.journals.iter().filter(is_known);
        for id in lines.filter(|id| revision(id).is_none()) {
            let mut repair = self.guarded([*id]);
            let key = keys::journal_entry(&self.store.tenant, *id);
            repair.delete(Step::Companion, &key, Condition::none());
            let detail = "the list of journals has the group, and it has no journal";
            findings.push(Finding::repairable(
                ViolationKind::JournalLeft,
                Some(*id),
                detail,
                repair,
            ));
        }
        for (id, of, key) in &self.facts.journal_parts {
            if revision(id) != Some(*of) && is_known(&id) {
                let mut repair = self.guarded([*id]);
                repair.delete(Step::Companion, key, Condition::none());
                let detail = format!("a part of the journal of revision {of}");
                findings.push(Finding::repairable(
                    ViolationKind::JournalLeft,
                    Some(*id),
                    detail,
                    repair,
                ));
            }
        }
        findings
    }

    /// No group that exists is listed as deleted: finishing that deletion would remove its members.
    pub(super) fn check_graves(&self) -> Vec<Finding<'s>> {
        let left = self.facts.graves.iter().filter(|id| self.facts.group(**id).is_some());
        let findings = left.map(|id| {
            let mut repair = self.guarded([*id]);
            let key = keys::grave(&self.store.tenant, *id);
            repair.delete(Step::Companion, &key, Condition::none());
            let detail = "the group exists, and is listed as deleted";
            Finding::repairable(ViolationKind::GraveLeft, Some(*id), detail, repair)
        });
        findings.collect()
    }

    /// No employee is visible and hidden. The one with the higher revision stays.
    pub(super) fn check_places(&self) -> Vec<Finding<'s>> {
        let twice = self.facts.visible.iter().filter_map(|(id, visible)| {
            let hidden = self.facts.hidden.get(id)?;
            let mut repair = self.empty();
            let older = if visible.revision > hidden.revision { hidden } else { visible };
            let as_read = Condition::revision(older.revision);
            repair.delete(Step::Record, &older.key, as_read);
            let detail =
                format!("visible at revision {}, hidden at {}", visible.revision, hidden.revision);
            Some(Finding::repairable(ViolationKind::RecordTwice, Some(*id), detail, repair))
        });
        twice.collect()
    }
}
