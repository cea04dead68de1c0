//! Keys of histories, and of changes by time.

use super::key::Key;
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
use scim::date_time;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The partition with the history of all groups. The history stays when a group is deleted.
pub fn group_histories(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#HISTORY#GROUPS")
}

/// The partition of [`CHANGE_INDEX`](crate::store::keys::CHANGE_INDEX) with the changes of a day (UTC).
pub fn changes_on(tenant: &TenantId, day: Date) -> String {
    format!("TENANT#{tenant}#CHANGES#{day}")
}

/// The sort key of a change in [`CHANGE_INDEX`](crate::store::keys::CHANGE_INDEX). Changes sort in the order of time.
pub fn change_at(at: OffsetDateTime, kind: &str) -> String {
    format!("{}#{kind}", date_time::format(at))
}

/// Reads the kind of a change from its [`change_at`].
pub(in crate::store) fn kind_of_change(change_at: &str) -> Option<&str> {
    change_at.split_once('#').map(|(_, kind)| kind)
}

/// The place of the entries of one history. Revisions grow by one with each change. So entries sort in the order of the
/// changes, independent of clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryKeys {
    /// The partition of the entries.
    pub partition: String,
    /// The start of the sort keys of all entries.
    pub prefix: String,
}

impl HistoryKeys {
    /// The key of the entry of a revision.
    pub fn entry(&self, revision: u64) -> Key {
        Key::new(self.partition.clone(), format!("{}{revision:012}", self.prefix))
    }
}

/// The history of a record. The history of an employee has its own partition, and the histories of groups share a
/// partition.
pub fn history(tenant: &TenantId, kind: Kind, id: Uuid) -> HistoryKeys {
    match kind {
        Kind::Employee => HistoryKeys {
            partition: format!("TENANT#{tenant}#HISTORY#{id}"),
            prefix: String::new(),
        },
        Kind::Group => HistoryKeys { partition: group_histories(tenant), prefix: format!("{id}#") },
    }
}

/// The history of the tenant's settings and tokens.
pub fn tenant_history(tenant: &TenantId) -> HistoryKeys {
    HistoryKeys { partition: format!("TENANT#{tenant}#HISTORY#SETTINGS"), prefix: String::new() }
}

/// Reads the revision at the end of the sort key of an entry.
pub(in crate::store) fn revision(sort_key: &str) -> Option<u64> {
    sort_key.rsplit('#').next()?.parse().ok()
}

/// Reads the group at the start of the sort key of an entry in the history of groups.
pub(in crate::store) fn group_in_history(sort_key: &str) -> Option<Uuid> {
    Uuid::parse_str(sort_key.split_once('#')?.0).ok()
}
