//! The kinds of records that SCIM shows.

/// The kinds of records that SCIM shows. Each kind has its own partitions, for its records and for the items that lead
/// to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Employees: User resources.
    Employee,
    /// Groups: Group resources.
    Group,
}

impl Kind {
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
