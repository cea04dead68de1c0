//! Pure decisions about a change of an employee: the employee after it, and the history entry.

use crate::directory::occasion::Occasion;
use crate::model::actor::ActorKind;
use crate::model::employee::{Employee, LocalValues};
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use scim::document::Document;
use scim::schema::{AttributeType, ResourceType};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// A changed employee and its history entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The employee after the change.
    pub after: Employee,
    /// The history entry of the change.
    pub entry: HistoryEntry,
}

/// Creates an employee. Without `active` the employee is active.
pub fn created(
    resource_type: &ResourceType,
    id: Uuid,
    mut attributes: Document,
    occasion: Occasion<'_>,
) -> Change {
    attributes.set_default("active", Value::Bool(true));
    let changes = differences(resource_type, &Document::default(), &attributes);
    let mut after = first(id, attributes, occasion);
    if after.is_archived() {
        after.archived_at = Some(occasion.at);
        after.archived_by = Some(occasion.actor.kind);
    }
    Change { after, entry: entry(EventKind::Created, changes, occasion) }
}

/// Imports an active employee, before the identity provider knows the user.
pub fn imported(
    resource_type: &ResourceType,
    id: Uuid,
    mut attributes: Document,
    local: LocalValues,
    occasion: Occasion<'_>,
) -> Change {
    attributes.set("active", Value::Bool(true));
    let mut changes = differences(resource_type, &Document::default(), &attributes);
    changes.extend(local_differences(&LocalValues::default(), &local));
    let first = first(id, attributes, occasion);
    let after = Employee { imported: true, linked: None, local, ..first };
    Change { after, entry: entry(EventKind::Imported, changes, occasion) }
}

fn first(id: Uuid, attributes: Document, occasion: Occasion<'_>) -> Employee {
    Employee {
        id,
        revision: 1,
        version: 1,
        created: occasion.at,
        last_modified: occasion.at,
        archived_at: None,
        archived_by: None,
        hidden: false,
        imported: false,
        linked: Some(occasion.at),
        returned_at: None,
        attributes,
        local: LocalValues::default(),
    }
}

/// Changes an employee's attributes. Returns `None` when nothing changes.
///
/// Without `active` the status stays: a PUT without `active` must not restore an employee who left. The first change by
/// the identity provider links an imported employee, even when the attributes stay the same.
pub fn changed(
    resource_type: &ResourceType,
    before: &Employee,
    mut attributes: Document,
    occasion: Occasion<'_>,
) -> Option<Change> {
    attributes.set_default("active", Value::Bool(!before.is_archived()));
    let changes = differences(resource_type, &before.attributes, &attributes);
    let linked = linked_after(before, occasion);
    let is_linking = linked != before.linked;
    let after = match (changes.is_empty(), is_linking) {
        (false, _) => next(before, attributes, occasion),
        // The SCIM resource does not change, so its version stays.
        (true, true) => Employee { linked, revision: before.revision + 1, ..before.clone() },
        (true, false) => return None,
    };
    let kind = match (before.is_archived(), after.is_archived()) {
        (false, true) => EventKind::Archived,
        (true, false) => EventKind::Restored,
        _ if is_linking => EventKind::Linked,
        (false, false) | (true, true) => EventKind::Updated,
    };
    Some(Change { entry: entry(kind, changes, occasion), after })
}

/// The attribute that memberships of groups make.
pub const GROUPS: &str = "groups";
/// A history entry names at most this many groups. For more groups it gives their number.
const MOST_GROUPS_NAMED: usize = 100;

/// Archives and hides an employee, because the identity provider deletes the user. The employee leaves `groups`, and
/// the history entry names them.
pub fn hidden(
    resource_type: &ResourceType,
    before: &Employee,
    groups: &[Uuid],
    occasion: Occasion<'_>,
) -> Change {
    let attributes = with_active(before, false);
    let mut changes = differences(resource_type, &before.attributes, &attributes);
    changes.extend(groups_left(groups));
    let mut after = next(before, attributes, occasion);
    after.hidden = true;
    Change { after, entry: entry(EventKind::Deleted, changes, occasion) }
}

fn groups_left(groups: &[Uuid]) -> Option<AttributeChange> {
    let old = match groups.len() {
        0 => return None,
        1..=MOST_GROUPS_NAMED => groups.iter().map(Uuid::to_string).collect(),
        number => Value::from(format!("{number} groups")),
    };
    Some(AttributeChange { attribute: GROUPS.to_owned(), old: Some(old), new: None })
}

/// Makes a hidden employee visible, because the identity provider creates the user again, or an administrator restores
/// the employee. The return ends the employee's earlier sessions and namings as an administrator.
pub fn revived(
    resource_type: &ResourceType,
    before: &Employee,
    mut attributes: Document,
    occasion: Occasion<'_>,
) -> Change {
    attributes.set_default("active", Value::Bool(true));
    let changes = differences(resource_type, &before.attributes, &attributes);
    let mut after = next(before, attributes, occasion);
    after.hidden = false;
    after.returned_at = Some(occasion.at);
    let kind = if after.is_archived() { EventKind::Recreated } else { EventKind::Restored };
    Change { entry: entry(kind, changes, occasion), after }
}

/// Changes an employee's local values. Returns `None` when they stay the same. The SCIM resource does not change.
pub fn localised(before: &Employee, local: LocalValues, occasion: Occasion<'_>) -> Option<Change> {
    let changes = local_differences(&before.local, &local);
    if changes.is_empty() {
        return None;
    }
    let after = Employee { local, revision: before.revision + 1, ..before.clone() };
    Some(Change { after, entry: entry(EventKind::Updated, changes, occasion) })
}

fn local_differences(before: &LocalValues, after: &LocalValues) -> Vec<AttributeChange> {
    let values = [
        ("local.location", &before.location, &after.location),
        ("local.department", &before.department, &after.department),
        ("local.manager", &before.manager, &after.manager),
    ];
    values
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| AttributeChange {
            attribute: name.to_owned(),
            old: old.clone().map(Value::String),
            new: new.clone().map(Value::String),
        })
        .collect()
}

/// Returns an employee's attributes with another `active`.
pub fn with_active(before: &Employee, active: bool) -> Document {
    let mut attributes = before.attributes.clone();
    attributes.set("active", Value::Bool(active));
    attributes
}

/// The time of the link after a change. The first change by the identity provider links an imported employee.
fn linked_after(before: &Employee, occasion: Occasion<'_>) -> Option<OffsetDateTime> {
    let is_idp = occasion.actor.kind == ActorKind::IdentityProvider;
    before.linked.or_else(|| is_idp.then_some(occasion.at))
}

fn next(before: &Employee, attributes: Document, occasion: Occasion<'_>) -> Employee {
    let revision = before.revision + 1;
    let mut after = Employee {
        id: before.id,
        revision,
        version: revision,
        created: before.created,
        last_modified: occasion.at,
        archived_at: None,
        archived_by: None,
        hidden: before.hidden,
        imported: before.imported,
        linked: linked_after(before, occasion),
        returned_at: before.returned_at,
        attributes,
        local: before.local.clone(),
    };
    if after.is_archived() {
        after.archived_at = Some(before.archived_at.unwrap_or(occasion.at));
        after.archived_by = Some(before.archived_by.unwrap_or(occasion.actor.kind));
    }
    after
}

fn entry(kind: EventKind, changes: Vec<AttributeChange>, occasion: Occasion<'_>) -> HistoryEntry {
    HistoryEntry { at: occasion.at, actor: occasion.actor.clone(), kind, changes }
}

/// Lists the differences, attribute by attribute. Each sub-attribute of a single complex attribute is a difference of
/// its own.
pub(in crate::directory) fn differences(
    resource_type: &ResourceType,
    old: &Document,
    new: &Document,
) -> Vec<AttributeChange> {
    let mut changes = Vec::new();
    for attribute in resource_type.attributes() {
        let name = attribute.name.as_str();
        let in_parts = attribute.kind == AttributeType::Complex && !attribute.multi_valued;
        compare(&mut changes, name, ".", in_parts, old.get(name), new.get(name));
    }
    for extension in &resource_type.extensions {
        let name = extension.id.as_str();
        compare(&mut changes, name, ":", true, old.get(name), new.get(name));
    }
    changes
}

fn compare<'d>(
    changes: &mut Vec<AttributeChange>,
    name: &str,
    separator: &str,
    in_parts: bool,
    old: Option<&'d Value>,
    new: Option<&'d Value>,
) {
    if old == new {
        return;
    }
    if !in_parts {
        changes.push(AttributeChange {
            attribute: name.to_owned(),
            old: old.cloned(),
            new: new.cloned(),
        });
        return;
    }
    let (old, new) = (old.and_then(Value::as_object), new.and_then(Value::as_object));
    let keys = |parts: Option<&'d Map<String, Value>>| parts.into_iter().flat_map(Map::keys);
    let gone = keys(old).filter(|key| !new.is_some_and(|new| new.contains_key(*key)));
    for key in keys(new).chain(gone) {
        let (old, new) = (old.and_then(|old| old.get(key)), new.and_then(|new| new.get(key)));
        if old != new {
            compare(changes, &format!("{name}{separator}{key}"), ".", false, old, new);
        }
    }
}
