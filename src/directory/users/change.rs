//! Pure decisions about a change of an employee: the employee after it, and the history entry.

use crate::directory::occasion::Occasion;
use crate::model::employee::{Employee, LocalValues};
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use scim::document::Document;
use scim::schema::{AttributeType, ResourceType};
use serde_json::{Map, Value};
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
    let mut after = Employee {
        id,
        revision: 1,
        version: 1,
        created: occasion.at,
        last_modified: occasion.at,
        archived_at: None,
        hidden: false,
        attributes,
        local: LocalValues::default(),
    };
    after.archived_at = after.is_archived().then_some(occasion.at);
    Change { after, entry: entry(EventKind::Created, changes, occasion) }
}

/// Changes an employee's attributes. Returns `None` when they stay the same.
///
/// Without `active` the status stays: a PUT without `active` must not restore an employee who left.
pub fn changed(
    resource_type: &ResourceType,
    before: &Employee,
    mut attributes: Document,
    occasion: Occasion<'_>,
) -> Option<Change> {
    attributes.set_default("active", Value::Bool(!before.is_archived()));
    let changes = differences(resource_type, &before.attributes, &attributes);
    if changes.is_empty() {
        return None;
    }
    let after = next(before, attributes, occasion);
    let kind = match (before.is_archived(), after.is_archived()) {
        (false, true) => EventKind::Archived,
        (true, false) => EventKind::Restored,
        (false, false) | (true, true) => EventKind::Updated,
    };
    Some(Change { entry: entry(kind, changes, occasion), after })
}

/// Archives and hides an employee, because the identity provider deletes the user.
pub fn hidden(resource_type: &ResourceType, before: &Employee, occasion: Occasion<'_>) -> Change {
    let attributes = with_active(before, false);
    let changes = differences(resource_type, &before.attributes, &attributes);
    let mut after = next(before, attributes, occasion);
    after.hidden = true;
    Change { after, entry: entry(EventKind::Deleted, changes, occasion) }
}

/// Makes a hidden employee visible, because the identity provider creates the user again.
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
    let kind = if after.is_archived() { EventKind::Recreated } else { EventKind::Restored };
    Change { entry: entry(kind, changes, occasion), after }
}

/// Changes an employee's local values. Returns `None` when they stay the same. The SCIM resource does not change.
pub fn localised(before: &Employee, local: LocalValues, occasion: Occasion<'_>) -> Option<Change> {
    let values = [
        ("local.location", &before.local.location, &local.location),
        ("local.department", &before.local.department, &local.department),
        ("local.manager", &before.local.manager, &local.manager),
    ];
    let changes: Vec<AttributeChange> = values
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| AttributeChange {
            attribute: name.to_owned(),
            old: old.clone().map(Value::String),
            new: new.clone().map(Value::String),
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let after = Employee { local, revision: before.revision + 1, ..before.clone() };
    Some(Change { after, entry: entry(EventKind::Updated, changes, occasion) })
}

/// Returns an employee's attributes with another `active`.
pub fn with_active(before: &Employee, active: bool) -> Document {
    let mut attributes = before.attributes.clone();
    attributes.set("active", Value::Bool(active));
    attributes
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
        hidden: before.hidden,
        attributes,
        local: before.local.clone(),
    };
    after.archived_at = after.is_archived().then(|| before.archived_at.unwrap_or(occasion.at));
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
