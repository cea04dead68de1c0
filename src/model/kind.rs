//! The kinds of records that SCIM shows.

use scim::schema::{ResourceType, ResourceTypes};
use serde::{Deserialize, Serialize};

/// The kinds of records that SCIM shows. Each kind has its own partitions, for its records and for the items that lead
/// to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Employees: User resources.
    #[serde(rename = "User")]
    Employee,
    /// Groups: Group resources.
    Group,
}

impl Kind {
    /// Returns the resource type of the kind.
    pub fn resource_type(self, types: &ResourceTypes) -> &ResourceType {
        match self {
            Kind::Employee => &types.users,
            Kind::Group => &types.groups,
        }
    }

    /// All kinds, in the order in which they are listed together.
    pub const ALL: &[Self] = &[Self::Employee, Self::Group];

    /// The name of the resource type (RFC 7643 §6), and the `type` of a member (§4.2).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "User",
            Self::Group => "Group",
        }
    }
}
