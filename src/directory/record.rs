//! Records of every kind that SCIM shows, and the resources made of them.

use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::store::record::Record;
use scim::document::Document;
use scim::resource::{Identity, Resource};
use scim::schema::ResourceTypes;
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

/// A kind of record, with the functions that lists need.
pub trait ScimRecord: Record + Sync {
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
        types: &'a ResourceTypes,
        base_url: &'a str,
    ) -> Resource<'a> {
        Resource {
            resource_type: Self::KIND.resource_type(types),
            identity: self.identity(id),
            document: self.attributes(),
            relation: None,
            base_url,
        }
    }

    /// Wraps the record.
    fn into_any(self) -> AnyRecord;
}

impl ScimRecord for Employee {
    const RELATION: &'static str = super::users::change::GROUPS;

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
}

impl ScimRecord for Group {
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
}
