//! The use cases that an identity provider has for every resource type: get, create, replace, patch, delete.
//!
//! Callers are generic over the record: one path serves users and groups.

use super::Directory;
use super::error::Error;
use super::groups::ChangedGroup;
use super::precondition::Precondition;
use super::record::{AnyRecord, ScimRecord};
use super::related::view::Wanted;
use crate::model::actor::ActorRecord;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::member::Member;
use scim::document::Document;
use scim::patch::PatchRequest;
use std::future::Future;
use uuid::Uuid;

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

/// A record that identity providers manage.
pub trait Managed: ScimRecord + 'static {
    /// Returns a record.
    ///
    /// # Errors
    /// Fails as `Users::get` and `Groups::get` do.
    fn get(directory: &Directory, id: Uuid) -> impl Future<Output = Result<Self, Error>> + Send;

    /// Adds a record.
    ///
    /// # Errors
    /// Fails as `Users::create` and `Groups::create` do.
    fn create(
        directory: &Directory,
        attributes: Document,
        actor: &ActorRecord,
    ) -> impl Future<Output = Result<Changed, Error>> + Send;

    /// Replaces all attributes of a record.
    ///
    /// # Errors
    /// Fails as `Users::replace` and `Groups::replace` do.
    fn replace(
        directory: &Directory,
        id: Uuid,
        attributes: &Document,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> impl Future<Output = Result<Changed, Error>> + Send;

    /// Applies a PATCH to a record. `members` says whether the response shows the members of a group.
    ///
    /// # Errors
    /// Fails as `Users::patch` and `Groups::patch` do.
    fn patch(
        directory: &Directory,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        members: Wanted,
        actor: &ActorRecord,
    ) -> impl Future<Output = Result<Changed, Error>> + Send;

    /// Deletes a record for the identity provider: archives and hides an employee, or deletes a group.
    ///
    /// # Errors
    /// Fails as `Users::delete` and `Groups::delete` do.
    fn delete(
        directory: &Directory,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Forwards the use cases that users and groups have alike to the object of their noun.
macro_rules! forward_to {
    ($noun:ident) => {
        async fn get(directory: &Directory, id: Uuid) -> Result<Self, Error> {
            directory.$noun().get(id).await
        }

        async fn create(
            directory: &Directory,
            attributes: Document,
            actor: &ActorRecord,
        ) -> Result<Changed, Error> {
            directory.$noun().create(attributes, actor).await.map(Changed::from)
        }

        async fn replace(
            directory: &Directory,
            id: Uuid,
            attributes: &Document,
            precondition: &Precondition,
            actor: &ActorRecord,
        ) -> Result<Changed, Error> {
            directory.$noun().replace(id, attributes, precondition, actor).await.map(Changed::from)
        }

        async fn delete(
            directory: &Directory,
            id: Uuid,
            precondition: &Precondition,
            actor: &ActorRecord,
        ) -> Result<(), Error> {
            directory.$noun().delete(id, precondition, actor).await
        }
    };
}

impl Managed for Employee {
    forward_to!(users);

    async fn patch(
        directory: &Directory,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        _members: Wanted,
        actor: &ActorRecord,
    ) -> Result<Changed, Error> {
        directory.users().patch(id, request, precondition, actor).await.map(Changed::from)
    }
}

impl Managed for Group {
    forward_to!(groups);

    async fn patch(
        directory: &Directory,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        members: Wanted,
        actor: &ActorRecord,
    ) -> Result<Changed, Error> {
        directory.groups().patch(id, request, precondition, members, actor).await.map(Changed::from)
    }
}
