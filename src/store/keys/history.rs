//! Keys of histories.

use super::key::Key;
use crate::model::event::Subject;
use crate::model::tenant::TenantId;
use uuid::Uuid;

/// The partition with the history of all groups. The history stays when a group is deleted.
pub fn group_histories(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#HISTORY#GROUPS")
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

/// The history of a record, or of the tenant's settings and tokens. The history of an employee has its own partition,
/// and the histories of groups share a partition.
pub fn history(tenant: &TenantId, subject: Subject) -> HistoryKeys {
    let (partition, prefix) = match subject {
        Subject::Employee(id) => (format!("TENANT#{tenant}#HISTORY#{id}"), String::new()),
        Subject::Group(id) => (group_histories(tenant), format!("{id}#")),
        Subject::Tenant => (format!("TENANT#{tenant}#HISTORY#SETTINGS"), String::new()),
    };
    HistoryKeys { partition, prefix }
}

/// Reads the revision at the end of the sort key of an entry.
pub(in crate::store) fn revision(sort_key: &str) -> Option<u64> {
    sort_key.rsplit('#').next()?.parse().ok()
}

/// Reads the group at the start of the sort key of an entry in the history of groups.
pub(in crate::store) fn group_in_history(sort_key: &str) -> Option<Uuid> {
    Uuid::parse_str(sort_key.split_once('#')?.0).ok()
}
