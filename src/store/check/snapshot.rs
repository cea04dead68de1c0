//! The snapshot of a tenant's items: the values that the check compares. It contains no documents.

use crate::model::claim::Claim;
use crate::model::event::{ChangeRef, Subject};
use crate::model::group::RedoLog;
use crate::model::kind::Kind;
use crate::model::memberships::Memberships;
use crate::model::unfinished::Work;
use crate::store::items::member::MemberRow;
use crate::store::keys::Key;
use crate::store::partitions::Partition;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The values of one visible or hidden record.
#[derive(Debug)]
pub(super) struct RecordSummary {
    pub(super) kind: Kind,
    pub(super) key: Key,
    pub(super) revision: u64,
    /// The key of the claim on the record's name.
    pub(super) claim: Key,
    /// The pointers that lead to the record.
    pub(super) pointers: BTreeSet<Key>,
    /// The key of the address index, as the item has it.
    pub(super) email_key: Option<String>,
    /// The key of the address index, as the document needs it.
    pub(super) right_email_key: Option<String>,
    /// The attributes that the index of standings has, as the item has them.
    pub(super) standing: StandingAttributes,
    /// The attributes that the index of standings has, as the record needs them.
    pub(super) right_standing: StandingAttributes,
    pub(super) member_count: u64,
    pub(super) redo_log: Option<RedoLog>,
}

/// The attributes that the index of standings has, by name. A group has none.
pub(super) type StandingAttributes = BTreeMap<&'static str, String>;

/// The values of a tenant's items.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    /// The number of items that were read.
    pub(super) items: usize,
    pub(super) visible: BTreeMap<Uuid, RecordSummary>,
    pub(super) hidden: BTreeMap<Uuid, RecordSummary>,
    /// The records with an item that cannot be read. The check judges no other item about these records.
    pub(super) unreadable: BTreeSet<Uuid>,
    pub(super) claims: BTreeMap<Key, Claim>,
    pub(super) pointers: BTreeSet<Key>,
    /// The counters by count item and attribute; `None` for an attribute that is no number.
    pub(super) counters: BTreeMap<(Key, String), Option<i128>>,
    /// The counters that the visible records need, also records that cannot be read.
    pub(super) counted: BTreeMap<(Key, String), i128>,
    /// The rows of members by group and member.
    pub(super) rows: BTreeMap<(Uuid, Uuid), MemberRow>,
    pub(super) memberships: BTreeMap<Uuid, Memberships>,
    /// The list of unfinished work.
    pub(super) unfinished: BTreeMap<(Work, Uuid), Key>,
    /// The parts of redo logs: group, revision and key.
    pub(super) redo_parts: Vec<(Uuid, u64, Key)>,
    /// The revisions in each history of a record.
    pub(super) histories: BTreeMap<Uuid, BTreeSet<u64>>,
    /// The changes of all histories.
    pub(super) changes: Vec<ChangeRef>,
    /// The number of events of each change, in the outbox and the feed.
    pub(super) events: BTreeMap<(Subject, u64), usize>,
    /// The numbers of the feed.
    pub(super) feed: BTreeSet<u64>,
    /// The groups with an entry about their deletion.
    pub(super) deleted_groups: BTreeSet<Uuid>,
    /// The employees in the erasures of the tenant's history.
    pub(super) erased: BTreeSet<Uuid>,
    /// The revision of the tenant; `None` when its item is absent or cannot be read.
    pub(super) tenant_revision: Option<u64>,
    pub(super) tenant_history: BTreeSet<u64>,
    /// The destinations, also those that cannot be read.
    pub(super) destinations: BTreeSet<Uuid>,
    /// The destinations with a position, also an unreadable one.
    pub(super) positions: BTreeMap<Uuid, Key>,
    /// The waiting events and the runs of delivery logs, by destination.
    pub(super) of_destinations: Vec<(Uuid, Partition, Key)>,
    /// The hashes of the subjects of linked accounts, by employee.
    pub(super) accounts: BTreeMap<Uuid, String>,
    /// The holders of subjects, by the hash of the subject.
    pub(super) subjects: BTreeMap<String, Uuid>,
    /// Whether the list of tenants has the tenant.
    pub(super) is_listed: bool,
}

impl Snapshot {
    /// All records, visible and hidden.
    pub(super) fn records(&self) -> impl Iterator<Item = (Uuid, &RecordSummary)> {
        self.visible.iter().chain(&self.hidden).map(|(id, record)| (*id, record))
    }

    /// The groups.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Uuid, &RecordSummary)> {
        let groups = self.visible.iter().filter(|(_, record)| record.kind == Kind::Group);
        groups.map(|(id, record)| (*id, record))
    }

    /// A group.
    pub(super) fn group(&self, id: Uuid) -> Option<&RecordSummary> {
        self.visible.get(&id).filter(|record| record.kind == Kind::Group)
    }

    /// Whether the list of unfinished work has an entry.
    pub(super) fn is_listed_work(&self, work: Work, id: Uuid) -> bool {
        self.unfinished.contains_key(&(work, id))
    }

    /// Whether an employee or a group has no record, visible or hidden.
    pub(super) fn is_gone(&self, id: Uuid) -> bool {
        !self.visible.contains_key(&id)
            && !self.hidden.contains_key(&id)
            && !self.unreadable.contains(&id)
    }

    /// Whether the check cannot judge the memberships of a record: the record's item cannot be read, or it is lost and
    /// an operator may copy it back.
    pub(super) fn is_unjudged(&self, id: Uuid) -> bool {
        let is_lost = || self.is_gone(id) && self.histories.contains_key(&id);
        let has_end = || self.deleted_groups.contains(&id) || self.erased.contains(&id);
        self.unreadable.contains(&id) || (is_lost() && !has_end())
    }

    /// The erased employees with a history that is not removed yet.
    pub(super) fn pending_erasures(&self) -> BTreeSet<Uuid> {
        let left = self.erased.iter().filter(|id| self.histories.contains_key(id));
        left.filter(|id| self.is_gone(**id)).copied().collect()
    }

    /// The groups whose partitions may have items, also groups that do not exist.
    pub(super) fn named_groups(&self) -> BTreeSet<Uuid> {
        let groups = self.groups().map(|(id, _)| id);
        let of_members = self.memberships.values().flat_map(|one| &one.groups);
        let lists = self.unfinished.keys().map(|(_, id)| id).chain(&self.unreadable);
        // The history of a group stays when the group is deleted.
        groups.chain(of_members.chain(lists).chain(self.histories.keys()).copied()).collect()
    }

    /// The destinations whose partitions may have items, also removed destinations.
    pub(super) fn named_destinations(&self) -> BTreeSet<Uuid> {
        self.destinations.iter().chain(self.positions.keys()).copied().collect()
    }

    /// The employees who may have a history, also employees without a record. The caller has read the histories of
    /// groups before.
    pub(super) fn named_employees(&self) -> BTreeSet<Uuid> {
        let in_claims = |claim: &Claim| claim.holder.into_iter().chain(claim.former.clone());
        let mut ids: BTreeSet<Uuid> = self.claims.values().flat_map(in_claims).collect();
        ids.extend(self.pointers.iter().filter_map(|key| id_at_end(&key.sort)));
        ids.extend(self.rows.keys().map(|(_, member)| member));
        ids.extend(self.records().map(|(id, _)| id));
        ids.extend(self.memberships.keys().chain(&self.erased).chain(&self.unreadable));
        ids.retain(|id| self.group(*id).is_none() && !self.histories.contains_key(id));
        ids
    }
}

/// Reads the id at the end of a sort key.
pub(super) fn id_at_end(sort_key: &str) -> Option<Uuid> {
    let id = sort_key.rsplit_once('#').map_or(sort_key, |(_, id)| id);
    Uuid::parse_str(id).ok()
}
