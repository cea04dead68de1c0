//! Unfinished work: committed changes with pending writes.

use super::actor::ActorRecord;
use std::ops::RangeInclusive;
use strum::IntoStaticStr;
use time::OffsetDateTime;
use uuid::Uuid;

/// A kind of unfinished work. The kinds are in the order of their names, so consecutive kinds are one range of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Work {
    /// The redo log of a group is not applied.
    Change,
    /// A deleted group still has rows of members, or is a member of groups.
    Deletion,
    /// A hidden employee is still in groups.
    Departure,
    /// An erased employee still has a history, or is in groups.
    Erasure,
    /// The memberships of an erased employee or a deleted group stay closed for a while, and are then removed.
    Expiry,
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The kind of work.
    pub work: Work,
    /// The employee or group.
    pub id: Uuid,
    /// The actor, for the history of groups.
    pub actor: ActorRecord,
    /// The time of the change.
    pub since: OffsetDateTime,
}

impl Work {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Change, Self::Deletion, Self::Departure, Self::Erasure, Self::Expiry];

    /// The kinds of work that remove members from groups.
    pub const LEAVES: RangeInclusive<Self> = Self::Deletion..=Self::Erasure;

    /// The kind's name, in keys and reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
