//! Memberships of an employee or a group.

use std::collections::BTreeSet;
use uuid::Uuid;

/// The groups that an employee or a group is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memberships {
    /// The groups.
    pub groups: BTreeSet<Uuid>,
    /// Whether the employee or group has left. Closed memberships accept no new group, and their remaining groups are
    /// removed.
    pub is_closed: bool,
}

/// The most groups of a member. One item holds the groups: 5,000 groups take 190 KB of its 400 KB.
pub const MOST_GROUPS: usize = 5_000;

impl Memberships {
    /// Whether the limit of groups is reached.
    pub fn is_full(&self) -> bool {
        self.groups.len() >= MOST_GROUPS
    }

    /// The groups that clients see: none when the memberships are closed.
    pub fn seen(&self) -> impl Iterator<Item = Uuid> {
        self.groups.iter().copied().filter(|_| !self.is_closed)
    }
}
