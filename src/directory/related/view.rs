//! The relations that a response shows.

/// The relations that a response shows beside its records.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Whether the response shows the groups of users.
    pub groups: Wanted,
    /// Whether the response shows the members of groups.
    pub members: Wanted,
    /// The detail of the members.
    pub member_detail: MemberDetail,
}

/// The detail of the members of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberDetail {
    /// All stored values of each member.
    Whole,
    /// Only ids, if the response has more than [`MOST_MEMBERS_DESCRIBED`](super::MOST_MEMBERS_DESCRIBED) members.
    IdsOfMany,
}

/// Whether the response shows a relation, which takes further reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The response shows the relation.
    Yes,
    /// The response leaves the relation out.
    No,
}
