//! Keys of histories, and of changes by time.

use super::{Key, Kind};
use crate::store::tenants::TenantId;
use scim::date_time;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The partition with the history of all groups: it outlives them.
pub fn group_histories(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#HISTORY#GROUPS")
}

/// The changes of a day (UTC), as partition of [`CHANGE_INDEX`](super::CHANGE_INDEX).
pub fn changes_on(tenant: &TenantId, day: Date) -> String {
    format!("TENANT#{tenant}#CHANGES#{day}")
}

/// A change's place in its day: in the order of time.
pub fn change_at(at: OffsetDateTime, kind: &str) -> String {
    format!("{}#{kind}", date_time::format(at))
}

/// The kind in a [`change_at`].
pub(in crate::store) fn kind_of_change(change_at: &str) -> Option<&str> {
    change_at.split_once('#').map(|(_, kind)| kind)
}

/// Where the entries of one history are. Revisions grow by one with each change, so entries sort in the order in which
/// changes were made, whatever the clocks of those who made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The partition.
    pub partition: String,
    /// What the sort keys of all its entries start with.
    pub prefix: String,
}

impl History {
    /// The entry of a revision.
    pub fn entry(&self, revision: u64) -> Key {
        Key::new(self.partition.clone(), format!("{}{revision:012}", self.prefix))
    }
}

/// The history of a record: an employee's has a partition of its own, groups share one.
pub fn history(tenant: &TenantId, kind: Kind, id: Uuid) -> History {
    match kind {
        Kind::Employee => {
            History { partition: format!("TENANT#{tenant}#HISTORY#{id}"), prefix: String::new() }
        }
        Kind::Group => History { partition: group_histories(tenant), prefix: format!("{id}#") },
    }
}

/// The history of the tenant's settings and tokens.
pub fn tenant_history(tenant: &TenantId) -> History {
    History { partition: format!("TENANT#{tenant}#HISTORY#SETTINGS"), prefix: String::new() }
}

/// The revision at the end of the sort key of a history's entry.
pub(in crate::store) fn revision(sort_key: &str) -> Option<u64> {
    sort_key.rsplit('#').next()?.parse().ok()
}

/// The group at the start of the sort key of an entry in the history of groups.
pub(in crate::store) fn group_in_history(sort_key: &str) -> Option<Uuid> {
    Uuid::parse_str(sort_key.split_once('#')?.0).ok()
}
