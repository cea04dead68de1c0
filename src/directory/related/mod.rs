//! Records with their relations, as a response shows them: users with groups, groups with members.

pub mod relations;
pub mod view;

use crate::directory::error::Error;
use crate::directory::groups::member_list::Members;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::directory::record::{AnyRecord, ScimRecord};
use crate::directory::related::relations::RelatedRecords;
use crate::directory::related::view::MemberDetail;
use crate::directory::related::view::View;
use crate::directory::related::view::Wanted;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::store::FullRead;
use futures_util::future;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use relations::{Related, Relations};
use scim::ScimType;
use scim::resource::{Relation, Resource};
use scim::schema::ResourceTypes;
use uuid::Uuid;

/// Returns the relation attribute of a kind: `groups` of a user, `members` of a group.
pub fn relation(kind: Kind) -> &'static str {
    match kind {
        Kind::Employee => Employee::RELATION,
        Kind::Group => Group::RELATION,
    }
}

/// A record, with the groups or members that its resource shows.
#[derive(Debug, Clone, PartialEq)]
pub struct RelatedRecord {
    record: AnyRecord,
    id: String,
    related: Vec<Related>,
}

impl RelatedRecord {
    fn new(record: AnyRecord, related: Vec<Related>) -> Self {
        Self { id: record.id().to_string(), record, related }
    }

    /// Returns the kind of the record.
    pub fn kind(&self) -> Kind {
        self.record.kind()
    }

    /// Returns the id, and the version for the entity tag.
    pub fn id_and_version(&self) -> (Uuid, u64) {
        (self.record.id(), self.record.version())
    }

    /// Builds the SCIM resource of the record. `base_url` is the tenant's SCIM root.
    pub fn resource<'a>(&'a self, types: &'a ResourceTypes, base_url: &'a str) -> Resource<'a> {
        let values = self.related.iter().map(|related| related.reference(types));
        // A group always has `members`, even if empty, because clients look for it.
        let relation = (self.kind() == Kind::Group || !self.related.is_empty())
            .then(|| Relation { attribute: relation(self.kind()), values: values.collect() });
        let resource = match &self.record {
            AnyRecord::Employee(employee) => employee.resource(&self.id, types, base_url),
            AnyRecord::Group(group) => group.resource(&self.id, types, base_url),
        };
        Resource { relation, ..resource }
    }
}

impl RelatedRecords<'_> {
    /// Returns the records once the members of their groups can be read. Finishes unfinished work first.
    ///
    /// A group that was deleted meanwhile is left out.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does.
    pub async fn settled(
        self,
        records: Vec<AnyRecord>,
        relations: &Relations,
        view: View,
    ) -> Result<Vec<AnyRecord>, Error> {
        if view.members == Wanted::No {
            return Ok(records);
        }
        let groups = records.iter().filter(|record| record.kind() == Kind::Group);
        let groups: Vec<Uuid> = groups.map(AnyRecord::id).collect();
        let has_changed =
            UnfinishedWork(self.0).settle_leavers(&groups, &relations.leavers).await?;
        let mut settled = Vec::with_capacity(records.len());
        for record in records {
            match record {
                AnyRecord::Group(group) if has_changed || group.redo_log.is_some() => {
                    settled.extend(
                        PendingChanges(self.0).settled(group.id).await?.map(AnyRecord::Group),
                    );
                }
                other => settled.push(other),
            }
        }
        Ok(settled)
    }

    /// Takes a turn of the full reads for a response with many members. Returns `None` for fewer members.
    ///
    /// The response to a write takes no turn, because the write is already committed.
    ///
    /// # Errors
    /// Fails with [`Error::TooManyFullReads`], and with [`Error::Protocol`] when the response would be too large.
    pub async fn turn_to_show(
        self,
        records: &[AnyRecord],
        view: View,
    ) -> Result<Option<FullRead>, Error> {
        match count_members(records, view)? > MOST_MEMBERS_WITHOUT_TURN {
            true => Ok(Some(self.0.store.full_reads().begin().await?)),
            false => Ok(None),
        }
    }

    /// Adds groups to users, and members to [settled](Self::settled) groups, in the same order.
    ///
    /// A group that was deleted meanwhile is left out.
    ///
    /// # Errors
    /// Fails with [`Error::Contention`], or as every call of the store does.
    pub async fn with_relations(
        self,
        records: Vec<AnyRecord>,
        relations: &Relations,
        view: View,
    ) -> Result<Vec<RelatedRecord>, Error> {
        let members = count_members(&records, view)?;
        let is_whole =
            members <= MOST_MEMBERS_DESCRIBED || view.member_detail == MemberDetail::Whole;
        let shown = stream::iter(records).map(|record| async move {
            let group = match record {
                AnyRecord::Employee(employee) => {
                    let related = relations.groups_shown(employee.id);
                    return Ok(Some(RelatedRecord::new(employee.into_any(), related)));
                }
                AnyRecord::Group(group) if view.members == Wanted::No => {
                    return Ok(Some(RelatedRecord::new(group.into_any(), Vec::new())));
                }
                AnyRecord::Group(group) => group,
            };
            let shown = match relations.members.get(&group.id) {
                Some(members) if relations.leavers.is_empty() => Ok((group, members.clone())),
                _ => Members(self.0).of_settled(group).await,
            };
            match shown {
                Ok((group, members)) => {
                    let related = match is_whole {
                        true => members.into_iter().map(Related::described).collect(),
                        false => members.iter().map(Related::by_id).collect(),
                    };
                    Ok(Some(RelatedRecord::new(AnyRecord::Group(group), related)))
                }
                Err(Error::NoGroup(_)) => Ok(None),
                Err(other) => Err(other),
            }
        });
        shown.buffered(GROUPS_AT_ONCE).try_filter_map(future::ok).try_collect().await
    }

    /// Whether the entity tag covers everything in the response.
    ///
    /// A user's version does not change with the user's groups. A group's version changes when a leaver is removed.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn version_covers_answer(
        self,
        record: &AnyRecord,
        relations: &Relations,
        view: View,
    ) -> Result<bool, Error> {
        Ok(match record.kind() {
            Kind::Employee => view.groups == Wanted::No || !self.has_groups().await?,
            Kind::Group => view.members == Wanted::No || relations.leavers.is_empty(),
        })
    }
}

/// How many groups' members are read at the same time. A page has up to 200 groups, and each takes one query.
const GROUPS_AT_ONCE: usize = 8;

/// The most members in a response. With more members, even their ids alone would exceed the largest response.
const MOST_MEMBERS_SHOWN: u64 = 110_000;

/// The most members that a response describes beyond their ids, if the client does not name the attributes it wants.
///
/// With names of the usual length, a response could hold twice as many. So an import that asks for everything is
/// refused much later.
pub const MOST_MEMBERS_DESCRIBED: u64 = 10_000;

/// The most members that a response reads without a turn of the full reads.
const MOST_MEMBERS_WITHOUT_TURN: u64 = 1_000;

/// Counts the members that a response shows. Fails with `tooMany` for a response that is too large, before the members
/// are read.
fn count_members(records: &[AnyRecord], view: View) -> Result<u64, Error> {
    let counts = records.iter().map(|record| match record {
        AnyRecord::Group(group) if view.members == Wanted::Yes => group.member_count,
        AnyRecord::Group(_) | AnyRecord::Employee(_) => 0,
    });
    let members: u64 = counts.sum();
    if members > MOST_MEMBERS_SHOWN {
        let text = format!(
            "The answer would have {members} members of groups, and at most {MOST_MEMBERS_SHOWN} can \
             be sent; ask for fewer groups with count, or leave the members out with \
             excludedAttributes=members"
        );
        return Err(scim::Error::new(ScimType::TooMany, text).into());
    }
    Ok(members)
}
