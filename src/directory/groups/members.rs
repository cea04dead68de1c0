//! The members of a group that a request touches, and what it does to them.

use super::change::{MEMBERS, WantedMember, WantedMembers, member_values};
use crate::directory::lists::parse_id;
use crate::directory::related_record::Wanted;
use crate::directory::users::view::display_name;
use crate::directory::{Directory, Error};
use crate::model::employee::Employee;
use crate::store::groups::Group;
use crate::store::groups::write::GroupChange;
use crate::store::keys::Kind;
use crate::store::members::pending_change::MOST_DIRECT;
use crate::store::members::{Member, MemberChanges, MemberRow};
use scim::document::Document;
use scim::patch::Reach;
use scim::schema::MAX_DISPLAY_CHARS;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use uuid::Uuid;

impl Directory {
    /// A group, with the members and employees that a change of it needs.
    ///
    /// A change of a few named members reads everything at once. Its rows may then be older than the group. The write has
    /// a condition on each row that it changes. A row that stays as it is was read during the request, and that is enough,
    /// unless a redo log was applied between the two reads: then the change must be decided again with
    /// [`ReadOrder::GroupFirst`]. A change of more members reads the group first.
    pub(in crate::directory) async fn group_to_change(
        &self,
        id: Uuid,
        request: &MemberRequest,
        order: ReadOrder,
    ) -> Result<GroupToChange, Error> {
        let ids = match &request.reach {
            Reach::These(values) => ids_in(values),
            Reach::All => BTreeSet::new(),
        };
        // Few members are read together with the group: as many as its own transaction can write.
        let is_small = (1..=MOST_DIRECT).contains(&ids.len());
        if is_small && order == ReadOrder::AtOnce {
            let added: Vec<Uuid> = match request.may_add {
                true => ids.iter().copied().collect(),
                false => Vec::new(),
            };
            let (group, rows, employees) = tokio::try_join!(
                self.store.get_record::<Group>(id),
                self.store.get_member_rows(id, &ids),
                self.store.get_records::<Employee>(&added),
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
        let group = self.settled_group(id).await?.ok_or(Error::NoGroup(id))?;
        let rows = match &request.reach {
            _ if group.member_count == 0 => Vec::new(),
            Reach::All => self.store.list_member_rows(id).await?,
            Reach::These(_) => self.store.get_member_rows(id, &ids).await?,
        };
        let known = rows.into_iter().map(|row| row.member).collect();
        Ok(GroupToChange { group, known, employees: None, may_be_stale: false })
    }

    /// What makes the `known` members of a group the `wanted` ones. Those that nobody here knows are left out: identity
    /// providers send several at once, and one who was deleted meanwhile must not keep the others out. `employees` are
    /// those of `wanted`, if they are read already.
    pub(in crate::directory) async fn member_changes(
        &self,
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
                    return Err(scim::Error::invalid_value(text).into());
                }
                None => newcomers.push(wanted),
            }
        }
        changes.left = known.into_keys().filter(|id| !stay.contains(id)).collect();
        changes.joined = self.find_members(&newcomers, employees).await?;
        let left_out = newcomers.len() - changes.joined.len() + wanted.nobodies;
        if left_out > 0 {
            let tenant = self.store.tenant_id().as_str();
            tracing::info!(tenant, left_out, "a request names unknown members");
        }
        Ok(changes)
    }

    /// Those of `wanted` who are here: employees or groups.
    async fn find_members(
        &self,
        wanted: &[&WantedMember],
        employees: Option<BTreeMap<Uuid, Employee>>,
    ) -> Result<Vec<Member>, Error> {
        let ids: Vec<Uuid> = wanted.iter().map(|wanted| wanted.id).collect();
        let employees = match employees {
            Some(employees) => employees,
            None => {
                let read: Vec<Employee> = self.store.get_records(&ids).await?;
                read.into_iter().map(|employee| (employee.id, employee)).collect()
            }
        };
        let others: Vec<Uuid> =
            ids.iter().copied().filter(|id| !employees.contains_key(id)).collect();
        let groups: Vec<Group> = match others.is_empty() {
            true => Vec::new(),
            false => self.store.get_records(&others).await?,
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
    /// The members that it can touch.
    pub(in crate::directory) reach: Reach,
    /// Whether it can make somebody a member.
    pub(in crate::directory) may_add: bool,
    /// Whether its answer shows all members.
    pub(in crate::directory) members: Wanted,
}

/// A group as a change starts from it.
#[derive(Debug)]
pub(in crate::directory) struct GroupToChange {
    pub(in crate::directory) group: Group,
    /// The members that the request can touch.
    pub(in crate::directory) known: Vec<Member>,
    /// The employees that the request may add; `None` when they are not read yet.
    pub(in crate::directory) employees: Option<BTreeMap<Uuid, Employee>>,
    /// Whether a member's row may be from before a redo log that the group says is applied.
    pub(in crate::directory) may_be_stale: bool,
}

/// In which order a group and the rows of its members are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum ReadOrder {
    /// At once: the rows may be older than the group.
    AtOnce,
    /// The group first: its revision stands for the rows too.
    GroupFirst,
}

/// Whether these rows are the members of the group, read at its revision.
pub(in crate::directory) fn is_whole(group: &Group, rows: &[MemberRow]) -> bool {
    let is_older = rows.iter().all(|row| row.revision <= group.revision);
    is_older && u64::try_from(rows.len()) == Ok(group.member_count)
}

impl MemberChanges {
    /// The members after a change, from rows that were read while it was written; `None` when others changed them too.
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

    /// Whether the change writes something for everybody whom its request can touch.
    pub(in crate::directory) fn covers(&self, reach: &Reach) -> bool {
        let Reach::These(values) = reach else { return false };
        let written = self.joined.iter().chain(&self.renamed).map(|member| member.id);
        ids_in(values).is_subset(&written.chain(self.left.iter().copied()).collect())
    }
}

/// A group's attributes, with these as its members.
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

/// What an employee is called as a member, no longer than a client could say it.
pub(in crate::directory) fn member_name(employee: &Employee) -> String {
    let name = display_name(employee).unwrap_or_else(|| employee.user_name().to_owned());
    name.chars().take(MAX_DISPLAY_CHARS).collect()
}
