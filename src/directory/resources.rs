//! Records of every kind as SCIM resources: one set of use cases for whoever asks by resource type.

use super::employees::Precondition;
use super::groups::ChangedGroup;
use super::relations::{Related, Relations};
use super::{Directory, Error};
use crate::scim::document::Document;
use crate::scim::patch::PatchRequest;
use crate::scim::resource::{Identity, Relation, Resource};
use crate::scim::schema::ResourceType;
use crate::scim::{self, ScimType};
use crate::store::employee::Employee;
use crate::store::group::Group;
use crate::store::keys::Kind;
use crate::store::member::Member;
use crate::store::record::Record;
use futures_util::future;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::future::Future;
use uuid::Uuid;

/// A record that SCIM shows, of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyRecord {
    /// A User.
    Employee(Employee),
    /// A Group.
    Group(Group),
}

/// What is wanted of resources.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Whether the groups of users are wanted too.
    pub groups: Wanted,
    /// Whether the members of groups are wanted too.
    pub members: Wanted,
    /// How members are shown.
    pub member_detail: MemberDetail,
}

/// How the members of groups are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberDetail {
    /// With all that is known of them.
    Whole,
    /// By their ids alone where an answer has more than [`MOST_MEMBERS_DESCRIBED`].
    IdsOfMany,
}

/// Whether something that has to be read is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// The attribute of a kind's resources that says who belongs to whom.
pub fn relation(kind: Kind) -> &'static str {
    match kind {
        Kind::Employee => Employee::RELATION,
        Kind::Group => Group::RELATION,
    }
}

impl AnyRecord {
    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            AnyRecord::Employee(_) => Kind::Employee,
            AnyRecord::Group(_) => Kind::Group,
        }
    }

    /// The `id`.
    pub fn id(&self) -> Uuid {
        match self {
            AnyRecord::Employee(employee) => employee.id,
            AnyRecord::Group(group) => group.id,
        }
    }

    /// What makes the entity tag.
    pub fn version(&self) -> u64 {
        match self {
            AnyRecord::Employee(employee) => employee.version,
            AnyRecord::Group(group) => group.version,
        }
    }
}

/// A record after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The record.
    pub record: AnyRecord,
    /// The members of a group, if they are known.
    pub members: Option<Vec<Member>>,
}

impl From<Employee> for Changed {
    fn from(employee: Employee) -> Self {
        Self { record: AnyRecord::Employee(employee), members: None }
    }
}

impl From<ChangedGroup> for Changed {
    fn from(ChangedGroup { group, members }: ChangedGroup) -> Self {
        Self { record: AnyRecord::Group(group), members }
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

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        self.record.kind()
    }

    /// The id, and the version that makes the entity tag.
    pub fn id_and_version(&self) -> (Uuid, u64) {
        (self.record.id(), self.record.version())
    }

    /// The record as a SCIM resource; `base_url` is the tenant's SCIM root.
    pub fn resource<'a>(&'a self, directory: &'a Directory, base_url: &'a str) -> Resource<'a> {
        let values = self.related.iter().map(|related| related.reference(directory));
        let relation = (!self.related.is_empty())
            .then(|| Relation { attribute: relation(self.kind()), values: values.collect() });
        let resource = match &self.record {
            AnyRecord::Employee(employee) => employee.resource(&self.id, directory, base_url),
            AnyRecord::Group(group) => group.resource(&self.id, directory, base_url),
        };
        Resource { relation, ..resource }
    }
}

/// A kind of record with what the directory's lists need of it.
pub(super) trait Shown: Record + Sync {
    /// The attribute that says who belongs to whom.
    const RELATION: &'static str;

    /// What the service knows of it beside the attributes; `id` is its id as text.
    fn identity<'a>(&self, id: &'a str) -> Identity<'a>;

    /// What the identity provider set, but for what says who belongs to whom.
    fn attributes(&self) -> &Document;

    /// The resource, without its relation; `id` is its id as text.
    fn resource<'a>(
        &'a self,
        id: &'a str,
        directory: &'a Directory,
        base_url: &'a str,
    ) -> Resource<'a> {
        Resource {
            resource_type: directory.resource_type(Self::KIND),
            identity: self.identity(id),
            document: self.attributes(),
            relation: None,
            base_url,
        }
    }

    /// The record, as one of any kind.
    fn into_any(self) -> AnyRecord;

    /// The ids of the records that have `other` in their relation.
    fn related_to(
        directory: &Directory,
        other: Uuid,
    ) -> impl Future<Output = Result<Vec<Uuid>, Error>> + Send;
}

impl Shown for Employee {
    const RELATION: &'static str = "groups";

    fn identity<'a>(&self, id: &'a str) -> Identity<'a> {
        let Self { created, last_modified, version, .. } = *self;
        Identity { id, created, last_modified, version }
    }

    fn attributes(&self) -> &Document {
        &self.attributes
    }

    fn into_any(self) -> AnyRecord {
        AnyRecord::Employee(self)
    }

    async fn related_to(directory: &Directory, other: Uuid) -> Result<Vec<Uuid>, Error> {
        Ok(directory.everybody_in(other).await?.into_iter().collect())
    }
}

impl Shown for Group {
    const RELATION: &'static str = super::group_change::MEMBERS;

    fn identity<'a>(&self, id: &'a str) -> Identity<'a> {
        let Self { created, last_modified, version, .. } = *self;
        Identity { id, created, last_modified, version }
    }

    fn attributes(&self) -> &Document {
        &self.attributes
    }

    fn into_any(self) -> AnyRecord {
        AnyRecord::Group(self)
    }

    async fn related_to(directory: &Directory, other: Uuid) -> Result<Vec<Uuid>, Error> {
        let found = directory.store.get_memberships(&[other]).await?.remove(&other);
        Ok(found.map(|found| found.seen().into_iter().collect()).unwrap_or_default())
    }
}

impl Directory {
    /// The definition of the resources of a kind.
    pub fn resource_type(&self, kind: Kind) -> &ResourceType {
        match kind {
            Kind::Employee => &self.types.users,
            Kind::Group => &self.types.groups,
        }
    }

    /// A record.
    ///
    /// # Errors
    /// As [`Directory::get`] and [`Directory::get_group`].
    pub async fn get_any_kind(&self, kind: Kind, id: Uuid) -> Result<AnyRecord, Error> {
        Ok(match kind {
            Kind::Employee => self.get(id).await?.into_any(),
            Kind::Group => self.get_group(id).await?.into_any(),
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// As [`Directory::create`] and [`Directory::create_group`].
    pub async fn create_any_kind(
        &self,
        kind: Kind,
        attributes: Document,
        by: &str,
    ) -> Result<Changed, Error> {
        Ok(match kind {
            Kind::Employee => self.create(attributes, by).await?.into(),
            Kind::Group => self.create_group(attributes, by).await?.into(),
        })
    }

    /// Puts other attributes in the place of all of a record's.
    ///
    /// # Errors
    /// As [`Directory::replace`] and [`Directory::replace_group`].
    pub async fn replace_any_kind(
        &self,
        (kind, id): (Kind, Uuid),
        attributes: &Document,
        precondition: &Precondition,
        by: &str,
    ) -> Result<Changed, Error> {
        Ok(match kind {
            Kind::Employee => self.replace(id, attributes, precondition, by).await?.into(),
            Kind::Group => self.replace_group(id, attributes, precondition, by).await?.into(),
        })
    }

    /// Applies a PATCH to a record. `members` says whether the answer shows those of a group.
    ///
    /// # Errors
    /// As [`Directory::patch`] and [`Directory::patch_group`].
    pub async fn patch_any_kind(
        &self,
        (kind, id): (Kind, Uuid),
        request: &PatchRequest,
        precondition: &Precondition,
        members: Wanted,
        by: &str,
    ) -> Result<Changed, Error> {
        Ok(match kind {
            Kind::Employee => self.patch(id, request, precondition, by).await?.into(),
            Kind::Group => self.patch_group(id, request, precondition, members, by).await?.into(),
        })
    }

    /// Takes a record from the identity provider's sight: an employee is archived, a group removed.
    ///
    /// # Errors
    /// As [`Directory::delete`] and [`Directory::delete_group`].
    pub async fn delete_any_kind(
        &self,
        (kind, id): (Kind, Uuid),
        precondition: &Precondition,
        by: &str,
    ) -> Result<(), Error> {
        match kind {
            Kind::Employee => self.delete(id, precondition, by).await,
            Kind::Group => self.delete_group(id, precondition, by).await,
        }
    }

    /// Adds groups to users and members to groups, in the same order. A group that was deleted meanwhile is left out.
    ///
    /// # Errors
    /// [`Error::Contention`], [`Error::TooManyFullReads`] for more than 1,000 members, and as for every call of the store.
    pub async fn with_relations(
        &self,
        records: Vec<AnyRecord>,
        relations: &Relations,
        view: View,
    ) -> Result<Vec<RelatedRecord>, Error> {
        let members = count_members(&records, view)?;
        let is_whole =
            members <= MOST_MEMBERS_DESCRIBED || view.member_detail == MemberDetail::Whole;
        // Many members are as much as a full read.
        let _turn = match members > MOST_MEMBERS_BESIDE {
            true => Some(self.store.begin_full_read().await?),
            false => None,
        };
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
                Some(members) if relations.is_settled => Ok((group, members.clone())),
                _ => self.members_shown(group, relations.is_settled).await,
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

    /// Whether the entity tag covers everything in the answer. The version of a user does not change with the groups
    /// that it is in. That of a group follows the departures and returns of its members.
    ///
    /// # Errors
    /// As for every call of the store.
    pub async fn version_covers_answer(
        &self,
        record: &AnyRecord,
        relations: &Relations,
        view: View,
    ) -> Result<bool, Error> {
        Ok(match record.kind() {
            Kind::Employee => view.groups == Wanted::No || !self.has_groups().await?,
            Kind::Group => view.members == Wanted::No || relations.is_settled,
        })
    }
}

/// How many groups' members are read at the same time: a page has up to 200 groups, and each takes two calls.
const GROUPS_AT_ONCE: usize = 8;

/// How many members one answer can hold: with nothing but their ids it would have more than can be sent.
const MOST_MEMBERS_SHOWN: u64 = 110_000;

/// How many members an answer says more of than their ids, when a client does not name what it wants: with names of the
/// usual length twice as many could be sent. So an import that asks for everything is refused much later.
pub const MOST_MEMBERS_DESCRIBED: u64 = 10_000;

/// How many members answers read without a turn of the full reads.
const MOST_MEMBERS_BESIDE: u64 = 1_000;

/// How many members an answer shows. Refuses one that could not be sent, before they are read.
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
