//! Keys of members and memberships, of redo logs, and of unfinished work.

use super::key::Key;
use super::tenant::own;
use crate::model::tenant::TenantId;
use uuid::Uuid;

/// The partition of a group's members.
pub fn members(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#MEMBER#{group}")
}

/// The row of a member of a group.
pub fn member(tenant: &TenantId, group: Uuid, member: Uuid) -> Key {
    Key::new(members(tenant, group), member.to_string())
}

/// The partition of all memberships.
pub fn memberships(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#MEMBEROF")
}

/// The memberships of an employee or a group.
pub fn membership(tenant: &TenantId, member: Uuid) -> Key {
    Key::new(memberships(tenant), member.to_string())
}

/// The partition of a group's redo log.
pub fn redo_log(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#CHANGE#{group}")
}

/// The start of the sort keys of all parts of a redo log.
pub fn redo_prefix(revision: u64) -> String {
    format!("{revision:012}#")
}

/// A part of the redo log of a group's revision.
pub fn redo_part(tenant: &TenantId, group: Uuid, revision: u64, part: usize) -> Key {
    Key::new(redo_log(tenant, group), format!("{}{part:03}", redo_prefix(revision)))
}

/// Reads the revision at the start of the sort key of a part of a redo log.
pub(in crate::store) fn revision_of_redo_part(sort_key: &str) -> Option<u64> {
    sort_key.split('#').next()?.parse().ok()
}

/// The start of the sort keys of all unfinished work. These keys sort after the tenant's settings, so that one query
/// reads both.
pub const UNFINISHED: &str = "UNFINISHED#";

/// The start of the sort keys of all unfinished work of one kind.
pub fn unfinished_prefix(work: &str) -> String {
    format!("{UNFINISHED}{work}#")
}

/// Unfinished work of a kind on an employee or a group.
pub fn unfinished(tenant: &TenantId, work: &str, id: Uuid) -> Key {
    Key::new(own(tenant), format!("{}{id}", unfinished_prefix(work)))
}
