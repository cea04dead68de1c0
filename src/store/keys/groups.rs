//! Keys of who is in which group, and of what is left to be written of that.

use super::Key;
use crate::store::tenant::TenantId;
use uuid::Uuid;

/// The partition of a group's members.
pub fn members(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#MEMBER#{group}")
}

/// A member of a group.
pub fn member(tenant: &TenantId, group: Uuid, member: Uuid) -> Key {
    Key::new(members(tenant, group), member.to_string())
}

/// The partition of those who are away, and come back as members of a group.
pub fn all_away(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#AWAY#{group}")
}

/// Somebody who is away, and comes back as a member of a group.
pub fn away(tenant: &TenantId, group: Uuid, member: Uuid) -> Key {
    Key::new(all_away(tenant, group), member.to_string())
}

/// The partition of those who came or went, and whose groups have not all followed.
pub fn movers(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#MOVING")
}

/// Somebody who came or went, and whose groups have not all followed.
pub fn mover(tenant: &TenantId, id: Uuid) -> Key {
    Key::new(movers(tenant), id.to_string())
}

/// The partition of what says which groups somebody is in.
pub fn memberships(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#MEMBEROF")
}

/// The groups that an employee or a group is a member of.
pub fn membership(tenant: &TenantId, member: Uuid) -> Key {
    Key::new(memberships(tenant), member.to_string())
}

/// The partition of what is committed of a group and not applied to its members yet.
pub fn journal(tenant: &TenantId, group: Uuid) -> String {
    format!("TENANT#{tenant}#JOURNAL#{group}")
}

/// The partition of groups that have a journal.
pub fn journals(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#JOURNALS")
}

/// Says that a group has a journal.
pub fn journal_entry(tenant: &TenantId, group: Uuid) -> Key {
    Key::new(journals(tenant), group.to_string())
}

/// What the sort keys of all parts of a journal start with.
pub fn journal_prefix(revision: u64) -> String {
    format!("{revision:012}#")
}

/// The revision at the start of the sort key of a journal's part.
pub(in crate::store) fn revision_of_journal(sort_key: &str) -> Option<u64> {
    sort_key.split('#').next()?.parse().ok()
}

/// A part of what a revision of a group did to its members.
pub fn journal_part(tenant: &TenantId, group: Uuid, revision: u64, part: usize) -> Key {
    Key::new(journal(tenant, group), format!("{}{part:03}", journal_prefix(revision)))
}

/// The partition of deleted groups whose members are not removed yet.
pub fn graves(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#GRAVE")
}

/// A deleted group whose members are not removed yet.
pub fn grave(tenant: &TenantId, group: Uuid) -> Key {
    Key::new(graves(tenant), group.to_string())
}
