//! The members of a group that a request can touch, and the changes to them.

use super::change::{MEMBERS, WantedMember, WantedMembers, member_values};
use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::related::view::Wanted;
use crate::limits::LIMITS;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use crate::model::member::{Member, MemberChanges};
use crate::store::groups::change::GroupChange;
use crate::store::items::member::MemberRow;
use crate::store::members::redo_log::MOST_DIRECT;
use scim::document::Document;
use scim::patch::AffectedValues;
use scim::problem::Problem;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use uuid::Uuid;

/// The members that requests can touch.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct MemberRequests<'a>(pub(in crate::directory) &'a Context);

impl MemberRequests<'_> {
    /// Reads a group, with the members and employees that a change needs.
    ///
    /// A change of a few named members reads everything at once, so the rows may be older than the group. The write has
    /// a condition on each row that it changes. A row that stays the same was read during the request, which is enough.
    ///
    /// The exception is a redo log that was applied between the two reads. The change must then be decided again with
    /// [`ReadOrder::GroupFirst`]. A change of more members reads the group first.
    pub(in crate::directory) async fn read_to_change(
        self,
        id: Uuid,
        request: &MemberRequest,
        order: ReadOrder,
    ) -> Result<GroupToChange, Error> {
        let ids = match &request.affected {
            AffectedValues::Only(values) => ids_in(values),
            AffectedValues::Any => BTreeSet::new(),
        };
        // At most as many members as the group's own transaction can write are read together with the group.
        let is_small = (1..=MOST_DIRECT).contains(&ids.len());
        if is_small && order == ReadOrder::AtOnce {
            let added: Vec<Uuid> = match request.may_add {
                true => ids.iter().copied().collect(),
                false => Vec::new(),
            };
            let (group, rows, employees) = tokio::try_join!(
                self.0.store.records().get::<Group>(id),
                self.0.store.members().get_rows(id, &ids),
                self.0.store.records().get_many::<Employee>(&added),
            )?;
            let group = group.ok_or(Error::NoGroup(id))?;
            if group.redo_log.is_none() {
                let is_applied = |row: &MemberRow| Some(row.revision) >= group.applied;
                // A member without a row may have joined between the reads.
                let may_be_stale = rows.len() < ids.len() || !rows.iter().all(is_applied);
                let known = rows.into_iter().map(|row| row.member).collect();
                let employees = employees.into_iter().map(|one| (one.id, one)).collect();
                let employees = Some(employees);
                return Ok(GroupToChange { group, known, employees, may_be_stale });
            }
        }
        let group = PendingChanges(self.0).settled(id).await?.ok_or(Error::NoGroup(id))?;
        let rows = match &request.affected {
            _ if group.member_count == 0 => Vec::new(),
            AffectedValues::Any => self.0.store.members().list_rows(id).await?,
            AffectedValues::Only(_) => self.0.store.members().get_rows(id, &ids).await?,
        };
        let known = rows.into_iter().map(|row| row.member).collect();
        Ok(GroupToChange { group, known, employees: None, may_be_stale: false })
    }

    /// Computes the changes from the `known` members of a group to the `wanted` members.
    ///
    /// Unknown members are ignored. Identity providers send several members at once, and a member that was deleted
    /// meanwhile must not fail the others.
    ///
    /// `employees` are the employees among `wanted`, if they are already read.
    pub(in crate::directory) async fn member_changes(
        self,
        group: Uuid,
        known: &[Member],
        wanted: &WantedMembers,
        employees: Option<BTreeMap<Uuid, Employee>>,
    ) -> Result<MemberChanges, Error> {
        let known: BTreeMap<Uuid, &Member> =
            known.iter().map(|member| (member.id, member)).collect();
        let mut changes = MemberChanges::default();
        let mut newcomers = Vec::new();
        let mut stay = HashSet::new();
        for wanted in &wanted.members {
            match known.get(&wanted.id) {
                Some(member) => {
                    stay.insert(wanted.id);
                    if wanted.display.is_some() && wanted.display != member.display {
                        let display = wanted.display.clone();
                        changes.renamed.push(Member { display, ..Member::clone(member) });
                    }
                }
                None if wanted.id == group => {
                    let text = "a group cannot be a member of itself";
                    let error = scim::Error::invalid_value(text);
                    return Err(error.because(Problem::MemberOfItself).into());
                }
                None => newcomers.push(wanted),
            }
        }
        changes.left = known.into_keys().filter(|id| !stay.contains(id)).collect();
        changes.joined = self.find_members(&newcomers, employees).await?;
        let left_out = newcomers.len() - changes.joined.len() + wanted.nobodies;
        if left_out > 0 {
            let tenant = self.0.store.tenant_id().as_str();
            tracing::info!(tenant, left_out, "a request names unknown members");
        }
        Ok(changes)
    }

    /// Finds the employees and groups in `wanted`. Ignores ids that name neither.
    async fn find_members(
        self,
        wanted: &[&WantedMember],
        employees: Option<BTreeMap<Uuid, Employee>>,
    ) -> Result<Vec<Member>, Error> {
        let ids: Vec<Uuid> = wanted.iter().map(|wanted| wanted.id).collect();
        let employees = match employees {
            Some(employees) => employees,
            None => {
                let read: Vec<Employee> = self.0.store.records().get_many(&ids).await?;
                read.into_iter().map(|employee| (employee.id, employee)).collect()
            }
        };
        let others: Vec<Uuid> =
            ids.iter().copied().filter(|id| !employees.contains_key(id)).collect();
        let groups: Vec<Group> = match others.is_empty() {
            true => Vec::new(),
            false => self.0.store.records().get_many(&others).await?,
        };
        let groups: BTreeMap<Uuid, Group> =
            groups.into_iter().map(|group| (group.id, group)).collect();
        let found = wanted.iter().filter_map(|wanted| {
            let (kind, name) = match (employees.get(&wanted.id), groups.get(&wanted.id)) {
                (Some(employee), _) => (Kind::Employee, member_name(employee)),
                (None, Some(group)) => (Kind::Group, group.display_name().to_owned()),
                (None, None) => return None,
            };
            let display = Some(wanted.display.clone().unwrap_or(name));
            Some(Member { id: wanted.id, kind, display })
        });
        Ok(found.collect())
    }
}

/// The access of a request to the members of a group.
#[derive(Debug)]
pub(in crate::directory) struct MemberRequest {
    /// The members that the request can touch.
    pub(in crate::directory) affected: AffectedValues,
    /// Whether the request can add a member.
    pub(in crate::directory) may_add: bool,
    /// Whether the response shows all members.
    pub(in crate::directory) members: Wanted,
}

/// A group before a change, with the records that the change needs.
#[derive(Debug)]
pub(in crate::directory) struct GroupToChange {
    pub(in crate::directory) group: Group,
    /// The members that the request can touch.
    pub(in crate::directory) known: Vec<Member>,
    /// The employees that the request may add; `None` before they are read.
    pub(in crate::directory) employees: Option<BTreeMap<Uuid, Employee>>,
    /// Whether a row may be older than the redo log that the group marks as applied.
    pub(in crate::directory) may_be_stale: bool,
}

/// The order in which a group and its member rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum ReadOrder {
    /// Both at once: the rows may be older than the group.
    AtOnce,
    /// The group first: the group's revision holds for the rows too.
    GroupFirst,
}

/// Whether these rows are all members of the group at its revision.
pub(in crate::directory) fn is_whole(group: &Group, rows: &[MemberRow]) -> bool {
    let is_older = rows.iter().all(|row| row.revision <= group.revision);
    is_older && u64::try_from(rows.len()) == Ok(group.member_count)
}

impl MemberChanges {
    /// Applies a change to rows that were read during its write. Returns `None` when another change wrote to the rows
    /// too.
    pub(in crate::directory) fn over(
        self,
        rows: Vec<MemberRow>,
        change: &GroupChange,
    ) -> Option<Vec<Member>> {
        let GroupChange { before, after, .. } = change;
        let is_ours =
            |row: &MemberRow| row.revision <= before.revision || row.revision == after.revision;
        if !rows.iter().all(is_ours) {
            return None;
        }
        let mut members: BTreeMap<Uuid, Member> =
            rows.into_iter().map(|row| (row.member.id, row.member)).collect();
        for id in &self.left {
            members.remove(id);
        }
        let written = self.joined.into_iter().chain(self.renamed);
        members.extend(written.map(|member| (member.id, member)));
        let is_whole = u64::try_from(members.len()) == Ok(after.member_count);
        is_whole.then(|| members.into_values().collect())
    }

    /// Whether the change writes every member that its request can touch.
    pub(in crate::directory) fn covers(&self, affected: &AffectedValues) -> bool {
        let AffectedValues::Only(values) = affected else { return false };
        let written = self.joined.iter().chain(&self.renamed).map(|member| member.id);
        ids_in(values).is_subset(&written.chain(self.left.iter().copied()).collect())
    }
}

/// Returns a group's attributes with these members.
pub(in crate::directory) fn with_members(group: &Group, members: &[Member]) -> Document {
    let mut attributes = group.attributes.clone();
    if !members.is_empty() {
        attributes.set(MEMBERS, member_values(members));
    }
    attributes
}

fn ids_in(values: &BTreeSet<String>) -> BTreeSet<Uuid> {
    values.iter().filter_map(|value| parse_id(value)).collect()
}

/// Returns the display name of an employee as a member, cut to the length that a client may send.
pub(in crate::directory) fn member_name(employee: &Employee) -> String {
    let name = employee.name();
    name.chars().take(LIMITS.identifier_chars).collect()
}
