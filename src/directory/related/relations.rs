//! The groups of a user: direct, and through groups that are members of other groups (RFC 7643 §4.1.2).

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::member_list::Members;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::directory::lists::found::Found;
use crate::directory::record::AnyRecord;
use crate::directory::related::view::{View, Wanted};
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::model::member::Member;
use crate::model::memberships::Memberships;
use crate::model::unfinished::Unfinished;
use scim::ScimType;
use scim::resource::Reference;
use scim::schema::ResourceTypes;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A response stops following memberships upwards once it has this many groups.
const MOST_GROUPS: usize = 10_000;

/// The memberships of some employees, with all groups to which they lead.
#[derive(Debug, Default)]
pub struct Relations {
    memberships: HashMap<Uuid, Memberships>,
    groups: BTreeMap<Uuid, Group>,
    /// The unfinished work that removes leavers from groups.
    pub(in crate::directory) leavers: Vec<Unfinished>,
    /// The members that are already read, by group.
    pub(in crate::directory) members: HashMap<Uuid, Vec<Member>>,
}

/// A group of an employee or group.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct GroupOf<'r> {
    /// The group.
    pub(in crate::directory) group: &'r Group,
    /// Whether the employee or group is a member of the group itself, and not only through other groups.
    pub(in crate::directory) is_direct: bool,
}

/// The records with their relations.
#[derive(Debug, Clone, Copy)]
pub struct RelatedRecords<'a>(pub(in crate::directory) &'a Context);

impl RelatedRecords<'_> {
    /// Reads the relations that depend on a record's id only, so that this runs beside the read of the record.
    ///
    /// These are the groups of an employee, or the leavers who may still be members of a group.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn of(self, (kind, id): (Kind, Uuid), view: View) -> Result<Relations, Error> {
        match (kind, view) {
            (Kind::Employee, View { groups: Wanted::Yes, .. }) => self.groups_of(&[id]).await,
            (Kind::Group, View { members: Wanted::Yes, .. }) => Ok(Relations {
                leavers: UnfinishedWork(self.0).leavers().await?,
                ..Relations::default()
            }),
            _ => Ok(Relations::default()),
        }
    }

    /// Reads the relations of the records of a list.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn of_list(self, list: &Found, view: View) -> Result<Relations, Error> {
        let employees = list.records.iter().filter(|record| record.kind() == Kind::Employee);
        let ids: Vec<Uuid> = match view.groups {
            Wanted::Yes => employees.map(AnyRecord::id).collect(),
            Wanted::No => Vec::new(),
        };
        let has_groups = list.records.iter().any(|record| record.kind() == Kind::Group);
        let leavers = async {
            match has_groups && view.members == Wanted::Yes {
                true => UnfinishedWork(self.0).leavers().await,
                false => Ok(Vec::new()),
            }
        };
        let (relations, leavers) =
            tokio::try_join!(self.of_rows(&ids, list.is_consecutive), leavers)?;
        Ok(Relations { leavers, ..relations })
    }

    async fn of_rows(self, ids: &[Uuid], is_consecutive: bool) -> Result<Relations, Error> {
        if let [first, .., last] = ids
            && is_consecutive
            && self.has_groups().await?
        {
            // Deleted employees in this range of ids have memberships too.
            let most = ids.len().saturating_mul(2);
            let found = self.0.store.memberships().list_between(*first, *last, most).await?;
            if let Some(memberships) = found {
                return self.relations_from(memberships).await;
            }
        }
        self.groups_of(ids).await
    }

    /// Reads the memberships of `ids`. Reads nothing when the tenant has no groups.
    pub(in crate::directory) async fn groups_of(self, ids: &[Uuid]) -> Result<Relations, Error> {
        if ids.is_empty() || !self.has_groups().await? {
            return Ok(Relations::default());
        }
        self.relations_from(self.0.store.memberships().get(ids).await?).await
    }

    /// Reads all groups to which the memberships lead.
    async fn relations_from(
        self,
        memberships: HashMap<Uuid, Memberships>,
    ) -> Result<Relations, Error> {
        let mut relations = Relations { memberships, ..Relations::default() };
        let mut asked = BTreeSet::new();
        let mut next = parents_of(&relations.memberships, &mut asked);
        // Groups may be members of each other in a circle, so each group is read once.
        while !next.is_empty() && relations.groups.len() < MOST_GROUPS {
            let (groups, memberships) = tokio::try_join!(
                self.0.store.records().get_many::<Group>(&next),
                self.0.store.memberships().get(&next),
            )?;
            next = parents_of(&memberships, &mut asked);
            relations.groups.extend(groups.into_iter().map(|group| (group.id, group)));
            relations.memberships.extend(memberships);
        }
        Ok(relations)
    }

    /// Whether the tenant may have groups. A process that found no groups reads again after a minute.
    pub(in crate::directory) async fn has_groups(self) -> Result<bool, Error> {
        let (tenant, now) = (self.0.store.tenant_id(), self.0.sources.now());
        if let Some(known) = self.0.group_presence.has_groups(tenant, now) {
            return Ok(known);
        }
        let found = self.0.store.records().has_any(Kind::Group).await?;
        self.0.group_presence.remember(tenant, found, now);
        Ok(found)
    }

    /// Lists the ids of all employees and groups in a group, directly or through other groups.
    ///
    /// Fails with `tooMany` beyond [`MOST_GROUPS`], because an incomplete list would look like a complete list.
    pub(in crate::directory) async fn everybody_in(
        self,
        group: Uuid,
    ) -> Result<BTreeSet<Uuid>, Error> {
        let (mut everybody, mut next) = (BTreeSet::new(), vec![group]);
        let mut asked = BTreeSet::from([group]);
        while let Some(id) = next.pop() {
            // Deleted employees may still be members here. A list never shows them.
            let Some(group) = PendingChanges(self.0).settled(id).await? else { continue };
            for Member { id, kind, .. } in Members(self.0).of_settled(group).await?.1 {
                everybody.insert(id);
                if kind == Kind::Group && asked.insert(id) {
                    next.push(id);
                }
            }
            if asked.len() > MOST_GROUPS {
                let text = format!("There are more than {MOST_GROUPS} groups within the group");
                return Err(scim::Error::new(ScimType::TooMany, text).into());
            }
        }
        Ok(everybody)
    }
}

/// Lists the groups to which these memberships lead and that are not in `asked` yet.
fn parents_of(memberships: &HashMap<Uuid, Memberships>, asked: &mut BTreeSet<Uuid>) -> Vec<Uuid> {
    let parents = memberships.values().flat_map(Memberships::seen);
    parents.filter(|group| asked.insert(*group)).collect()
}

impl Relations {
    /// Adds the members of a group after a change, if they are known.
    pub fn with_members(mut self, group: Uuid, members: Option<Vec<Member>>) -> Self {
        self.members.extend(members.map(|members| (group, members)));
        self
    }

    /// Lists the groups of an employee or group, in id order.
    pub(in crate::directory) fn groups_of(&self, id: Uuid) -> Vec<GroupOf<'_>> {
        let groups = |id: &Uuid| self.memberships.get(id).into_iter().flat_map(Memberships::seen);
        let direct: BTreeSet<Uuid> = groups(&id).collect();
        let mut reached = direct.clone();
        let mut next: Vec<Uuid> = direct.iter().copied().collect();
        while let Some(group) = next.pop() {
            for parent in groups(&group) {
                if reached.insert(parent) {
                    next.push(parent);
                }
            }
        }
        // A deleted group is not shown, even while it has rows.
        let found = reached.iter().filter_map(|group| self.groups.get(group));
        found.map(|group| GroupOf { group, is_direct: direct.contains(&group.id) }).collect()
    }

    /// Builds the `groups` attribute of a user.
    pub(in crate::directory) fn groups_shown(&self, id: Uuid) -> Vec<Related> {
        let groups = self.groups_of(id).into_iter().map(|GroupOf { group, is_direct }| Related {
            id: group.id,
            detail: Some((Kind::Group, if is_direct { "direct" } else { "indirect" })),
            display: Some(group.display_name().to_owned()),
        });
        groups.collect()
    }
}

/// A group of a user, or a member of a group, as a resource shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::directory) struct Related {
    id: Uuid,
    /// The kind of the related record and the `type`; `None` where only ids are shown.
    detail: Option<(Kind, &'static str)>,
    display: Option<String>,
}

impl Related {
    /// A member with its kind and display name.
    pub(in crate::directory) fn described(Member { id, kind, display }: Member) -> Self {
        Self { id, detail: Some((kind, kind.as_str())), display }
    }

    /// A member with its id only.
    pub(in crate::directory) fn by_id(member: &Member) -> Self {
        Self { id: member.id, detail: None, display: None }
    }

    /// Returns the reference to the related record.
    pub(in crate::directory) fn reference<'a>(&'a self, types: &'a ResourceTypes) -> Reference<'a> {
        let endpoint = |(kind, _): (Kind, _)| kind.resource_type(types).endpoint.as_str();
        Reference {
            id: &self.id,
            endpoint: self.detail.map(endpoint),
            kind: self.detail.map(|(_, kind)| kind),
            display: self.display.as_deref(),
        }
    }
}
