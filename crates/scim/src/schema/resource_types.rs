//! The resource types of one tenant.

use super::group::group_resource_type;
use super::{ResourceType, Schema, user_resource_type};

/// The types of resources that a tenant has (RFC 7643 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceTypes {
    /// Users.
    pub users: ResourceType,
    /// Groups.
    pub groups: ResourceType,
}

impl ResourceTypes {
    /// Those that every tenant has.
    pub fn standard() -> Self {
        Self { users: user_resource_type(), groups: group_resource_type() }
    }

    /// All of them, in the order of `/ResourceTypes`.
    pub fn all(&self) -> [&ResourceType; 2] {
        [&self.users, &self.groups]
    }

    /// Their schemas, each once.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.all().into_iter().flat_map(|one| std::iter::once(&one.schema).chain(&one.extensions))
    }
}
