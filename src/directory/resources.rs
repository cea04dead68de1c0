//! Records of every kind as SCIM resources: one set of use cases for callers that name a resource type.

use super::groups::ChangedGroup;
use super::related_record::Wanted;
use super::users::Precondition;
use super::{Directory, Error};
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::model::member::Member;
use crate::store::record::Record;
use scim::document::Document;
use scim::patch::PatchRequest;
use scim::resource::{Identity, Resource};
use scim::schema::ResourceType;
use std::future::Future;
use uuid::Uuid;

/// A record of any kind that SCIM shows.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyRecord {
    /// A User.
    Employee(Employee),
    /// A Group.
    Group(Group),
}

impl AnyRecord {
    /// Returns the kind of the record.
    pub fn kind(&self) -> Kind {
        match self {
            AnyRecord::Employee(_) => Kind::Employee,
            AnyRecord::Group(_) => Kind::Group,
        }
    }

    /// Returns the `id`.
    pub fn id(&self) -> Uuid {
        match self {
            AnyRecord::Employee(employee) => employee.id,
            AnyRecord::Group(group) => group.id,
        }
    }

    /// Returns the version, which makes the entity tag.
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

/// A kind of record, with the functions that lists need.
pub(super) trait Shown: Record + Sync {
    /// The relation attribute: `groups` of a user, `members` of a group.
    const RELATION: &'static str;

    /// Returns the values that the service sets: id, dates and version. `id` is the record's id as text.
    fn identity<'a>(&self, id: &'a str) -> Identity<'a>;

    /// Returns the attributes that the identity provider set, without the relation.
    fn attributes(&self) -> &Document;

    /// Builds the resource without its relation. `id` is the record's id as text.
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

    /// Wraps the record.
    fn into_any(self) -> AnyRecord;

    /// Lists the ids of the records that have `other` in their relation.
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
    const RELATION: &'static str = super::groups::change::MEMBERS;

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
        let found = directory.store.memberships().get(&[other]).await?.remove(&other);
        Ok(found.map(|found| found.seen().collect()).unwrap_or_default())
    }
}

impl Directory {
    /// Returns the resource type of a kind.
    pub fn resource_type(&self, kind: Kind) -> &ResourceType {
        match kind {
            Kind::Employee => &self.types.users,
            Kind::Group => &self.types.groups,
        }
    }

    /// Returns a record.
    ///
    /// # Errors
    /// Fails as [`Directory::get`] and [`Directory::get_group`] do.
    pub async fn get_any_kind(&self, kind: Kind, id: Uuid) -> Result<AnyRecord, Error> {
        Ok(match kind {
            Kind::Employee => self.get(id).await?.into_any(),
            Kind::Group => self.get_group(id).await?.into_any(),
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// Fails as [`Directory::create`] and [`Directory::create_group`] do.
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

    /// Replaces all attributes of a record.
    ///
    /// # Errors
    /// Fails as [`Directory::replace`] and [`Directory::replace_group`] do.
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

    /// Applies a PATCH to a record. `members` says whether the response shows the members of a group.
    ///
    /// # Errors
    /// Fails as [`Directory::patch`] and [`Directory::patch_group`] do.
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

    /// Deletes a record for the identity provider: archives and hides an employee, or deletes a group.
    ///
    /// # Errors
    /// Fails as [`Directory::delete`] and [`Directory::delete_group`] do.
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
}
