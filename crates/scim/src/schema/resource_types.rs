//! The resource types of a service.

use super::group::group_resource_type;
use super::resource_type::{ResourceType, Schema};
use super::user::user_resource_type;
use crate::Limits;

/// The resource types of a service (RFC 7643 §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceTypes {
    /// Users.
    pub users: ResourceType,
    /// Groups.
    pub groups: ResourceType,
}

impl ResourceTypes {
    /// The built-in resource types with the default limits, without custom attributes.
    pub fn standard() -> Self {
        Self::with_limits(Limits::default())
    }

    /// The built-in resource types with the limits of a service, without custom attributes.
    pub fn with_limits(limits: Limits) -> Self {
        Self { users: user_resource_type(limits), groups: group_resource_type(limits) }
    }

    /// All resource types, in the order of `/ResourceTypes`.
    pub fn all(&self) -> [&ResourceType; 2] {
        [&self.users, &self.groups]
    }

    /// The schemas of all resource types, each once.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.all().into_iter().flat_map(|one| std::iter::once(&one.schema).chain(&one.extensions))
    }
}
