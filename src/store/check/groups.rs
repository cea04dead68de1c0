//! Groups: the number of members, redo logs, and the list of unfinished work.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::model::event::Subject;
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use crate::model::unfinished::Work;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::{Condition, Step, number, text};
use crate::store::history::HistoryItems;
use crate::store::items::attributes::format_time;
use crate::store::members::unfinished::UnfinishedItems;
use std::collections::BTreeMap;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each group's number of members is the number of its rows. The repair is a change of the group: the entity tag
    /// must change, because clients may have seen other members.
    pub(super) fn check_member_counts(&self) -> Vec<Finding<'s>> {
        let mut rows: BTreeMap<Uuid, u64> = BTreeMap::new();
        for (group, _) in self.snapshot.rows.keys() {
            *rows.entry(*group).or_default() += 1;
        }
        let mut findings = Vec::new();
        for (id, group) in self.snapshot.groups().filter(|(_, group)| group.redo_log.is_none()) {
            let counted = rows.get(&id).copied().unwrap_or_default();
            if counted == group.member_count {
                continue;
            }
            let kind = ViolationKind::MemberCountWrong;
            let detail = format!("{} instead of {counted}", group.member_count);
            let next = group.revision.saturating_add(1);
            let last = self.snapshot.histories.get(&id).and_then(|revisions| revisions.last());
            if last.is_some_and(|last| *last >= next) {
                // The next revision has an entry already, so the record must be copied from a backup.
                findings.push(Finding::permanent(kind, Some(id), detail));
                continue;
            }
            let entry = HistoryEntry {
                at: self.at,
                actor: self.actor.clone(),
                kind: EventKind::Updated,
                changes: vec![AttributeChange {
                    attribute: "members".to_owned(),
                    old: Some(format!("{} members", group.member_count).into()),
                    new: Some(format!("{counted} members").into()),
                }],
            };
            let mut repair = self.empty();
            let history = HistoryItems(self.part);
            let written = history.put(&mut repair, (Subject::Group(id), next), &entry);
            let (Ok(at), Ok(())) = (format_time(self.at), written) else {
                findings.push(Finding::permanent(kind, Some(id), detail));
                continue;
            };
            let values = Item::from([
                (":count".to_owned(), number(counted)),
                (":next".to_owned(), number(next)),
                (":at".to_owned(), text(at)),
            ]);
            let change =
                "SET memberCount = :count, revision = :next, version = :next, lastModified = :at";
            let as_read =
                Condition::expression("revision = :read AND attribute_not_exists(changeRevision)");
            let as_read = as_read.with(":read", number(group.revision));
            repair.update(Step::Record, &group.key, change, values, as_read);
            findings.push(Finding::repairable(kind, Some(id), detail, repair));
        }
        findings
    }

    /// The list of unfinished work has the groups with a redo log and the erased employees with a history.
    pub(super) fn check_unlisted(&self) -> Vec<Finding<'s>> {
        let with_log = self.snapshot.groups().filter(|(_, group)| group.redo_log.is_some());
        let changes = with_log.map(|(id, _)| (Work::Change, id, "a redo log is not applied"));
        let erased = self.snapshot.pending_erasures().into_iter();
        let erasures = erased.map(|id| (Work::Erasure, id, "the history is not removed"));
        let all = changes.chain(erasures);
        let findings = all.filter(|(work, id, _)| !self.snapshot.is_listed_work(*work, *id));
        let findings = findings.filter_map(|(work, id, detail)| {
            let mut repair = self.guarded([id]);
            self.list(&mut repair, work, id)?;
            Some(Finding::repairable(ViolationKind::WorkUnlisted, Some(id), detail, repair))
        });
        findings.collect()
    }

    /// Each entry in the list of unfinished work has work. Finishing the deletion of an existing group would remove its
    /// members.
    pub(super) fn check_listed(&self) -> Vec<Finding<'s>> {
        let snapshot = &self.snapshot;
        let left = snapshot.unfinished.iter().filter(|((work, id), _)| {
            let has_work = match work {
                Work::Change => snapshot.group(*id).is_some_and(|group| group.redo_log.is_some()),
                Work::Departure => snapshot.hidden.contains_key(id),
                Work::Erasure => snapshot.is_gone(*id) && snapshot.erased.contains(id),
                Work::Deletion | Work::Expiry => snapshot.is_gone(*id),
            };
            !has_work && !snapshot.unreadable.contains(id)
        });
        let findings = left.map(|((work, id), key)| {
            let mut repair = self.guarded([*id]);
            repair.delete(Step::Companion, key, Condition::none());
            let detail = format!("the list has a {}, and there is no such work", work.as_str());
            Finding::repairable(ViolationKind::WorkLeft, Some(*id), detail, repair)
        });
        findings.collect()
    }

    /// A redo log has all its parts, and each part belongs to the redo log of its group. The repair removes a redo log
    /// that lacks parts, because its other parts would be applied to the wrong members.
    pub(super) fn check_redo_logs(&self) -> Vec<Finding<'s>> {
        let mut findings = Vec::new();
        let mut parts: BTreeMap<Uuid, usize> = BTreeMap::new();
        for (id, of, key) in &self.snapshot.redo_parts {
            let log = self.snapshot.group(*id).and_then(|group| group.redo_log);
            if log.is_some_and(|log| log.revision == *of) {
                *parts.entry(*id).or_default() += 1;
            } else if !self.snapshot.unreadable.contains(id) {
                let mut repair = self.guarded([*id]);
                repair.delete(Step::Companion, key, Condition::none());
                let detail = format!("a part of the redo log of revision {of}");
                let kind = ViolationKind::RedoLogLeft;
                findings.push(Finding::repairable(kind, Some(*id), detail, repair));
            }
        }
        for (id, group) in self.snapshot.groups() {
            let Some(log) = group.redo_log else { continue };
            let found = parts.get(&id).copied().unwrap_or_default();
            if found == log.parts {
                continue;
            }
            let mut repair = self.empty();
            let as_read = Condition::expression("revision = :read AND changeRevision = :change")
                .with(":read", number(group.revision))
                .with(":change", number(log.revision));
            let change = "REMOVE changeRevision, changeParts, changeDone";
            repair.update(Step::Record, &group.key, change, Item::new(), as_read);
            UnfinishedItems(self.part).end(&mut repair, Work::Change, id);
            let detail = format!("the redo log has {found} of {} parts", log.parts);
            let kind = ViolationKind::RedoLogCut;
            findings.push(Finding::repairable(kind, Some(id), detail, repair));
        }
        findings
    }

    /// No employee is both visible and hidden. The repair keeps the record with the higher revision.
    pub(super) fn check_places(&self) -> Vec<Finding<'s>> {
        let twice = self.snapshot.visible.iter().filter_map(|(id, visible)| {
            let hidden = self.snapshot.hidden.get(id)?;
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
