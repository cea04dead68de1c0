//! Members of groups, and changes of them.

use super::kind::Kind;
use uuid::Uuid;

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The employee or group.
    pub id: Uuid,
    /// The kind of the member.
    pub kind: Kind,
    /// A name for people, as the identity provider sent it, or as it was when the member joined.
    pub display: Option<String>,
}

/// A change of the members of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberChanges {
    /// New members.
    pub joined: Vec<Member>,
    /// Members with another name.
    pub renamed: Vec<Member>,
    /// Members that left.
    pub left: Vec<Uuid>,
}

impl MemberChanges {
    /// The number of changed members.
    pub fn len(&self) -> usize {
        self.joined.len() + self.renamed.len() + self.left.len()
    }

    /// Whether no member changes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
