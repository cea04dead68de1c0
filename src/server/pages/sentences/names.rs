//! The ids that entries mention: actors, members of groups, and managers.

use crate::directory::related::relation;
use crate::directory::{AttributeChange, Kind};
use crate::model::history::HistoryEntry;
use crate::model::id::parse_id;
use serde_json::Value;
use uuid::Uuid;

/// The most members that a sentence names. With more members, it names one less, and counts the others.
pub(super) const MOST_NAMED: usize = 3;

/// The change of an entry about single sign-on that names an employee by id.
const EMPLOYEE: &str = "employee";

/// Returns the ids whose names the sentences of these entries show. With `all_members`, they are all ids.
pub(in crate::server::pages) fn ids_in<'e>(
    entries: impl IntoIterator<Item = &'e HistoryEntry>,
    all_members: bool,
) -> Vec<Uuid> {
    let most = if all_members { usize::MAX } else { MOST_NAMED };
    let entries: Vec<&HistoryEntry> = entries.into_iter().collect();
    // Each sentence begins with its actor, so the names of actors come first.
    let mut ids: Vec<Uuid> = entries.iter().filter_map(|entry| entry.actor.employee_id).collect();
    for change in entries.iter().flat_map(|entry| &entry.changes) {
        for value in change.old.iter().chain(&change.new) {
            if is_members(change) {
                ids.extend(member_ids(value).into_iter().flatten().take(most));
            } else if is_manager(&change.attribute) {
                ids.extend(manager_text(value).and_then(parse_id));
            } else if change.attribute == EMPLOYEE {
                ids.extend(value.as_str().and_then(parse_id));
            }
        }
    }
    ids
}

/// Whether a change is about the members of a group.
pub(super) fn is_members(change: &AttributeChange) -> bool {
    change.attribute == relation(Kind::Group)
}

/// Whether an attribute names the manager of an employee.
pub(super) fn is_manager(attribute: &str) -> bool {
    attribute == "local.manager" || attribute.ends_with(":manager")
}

/// Returns the text that names the manager: an id, a userName, an address or any other text.
pub(super) fn manager_text(value: &Value) -> Option<&str> {
    value.get("value").unwrap_or(value).as_str()
}

/// Returns the ids of members; `None` when the entry has only their number.
pub(super) fn member_ids(value: &Value) -> Option<Vec<Uuid>> {
    let ids = value.as_array()?.iter();
    Some(ids.filter_map(|id| id.as_str().and_then(parse_id)).collect())
}
