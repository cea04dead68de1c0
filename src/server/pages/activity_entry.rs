//! Turns events and history entries into rows of the activity: the changed record by its name, and the change in words.

use super::frame::When;
use super::history::{ChangeRow, sentence};
use crate::directory::events::resolve::{Details, Event};
use crate::directory::users::view::display_name;
use crate::directory::{Employee, EventKind, Group};
use crate::model::event::{ChangeRef, EventRef, Subject, SyncFinding};
use crate::model::history::{AttributeChange, HistoryEntry};
use serde_json::Value;

/// The changed attributes of a row. The page of the record has all of them.
const MOST_CHANGES: usize = 6;
/// The longest value in a row, in characters.
const MOST_CHARS: usize = 100;

/// One change, or one finding about the sync.
pub(super) struct ActivityEntry {
    pub(super) at: When,
    /// The actor; `None` for an erased employee and for the sync.
    pub(super) actor: Option<String>,
    /// The changed record; `None` for a change of the tenant.
    pub(super) subject: Option<Named>,
    pub(super) what: String,
    pub(super) changes: Vec<ChangeRow>,
    /// The number of changed attributes that the row leaves out.
    pub(super) left_out: usize,
}

/// An employee or a group by its name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) is_group: bool,
    pub(super) name: String,
    /// The path of the page below the tenant; `None` for a record that has no page any more.
    pub(super) page: Option<String>,
    /// The id for the filter of a person.
    pub(super) person: Option<String>,
}

impl Named {
    /// Names an employee, who has a page also after the deletion by the identity provider.
    pub(super) fn employee(employee: &Employee) -> Self {
        Self {
            is_group: false,
            name: display_name(employee).unwrap_or_else(|| employee.user_name().to_owned()),
            page: Some(format!("employees/{}", employee.id)),
            person: Some(employee.id.to_string()),
        }
    }

    /// Names an erased employee. Nothing but the id is left.
    pub(super) fn erased_employee() -> Self {
        Self { is_group: false, name: "An erased employee".to_owned(), page: None, person: None }
    }

    fn group(group: &Group) -> Self {
        Self {
            is_group: true,
            name: group.display_name().to_owned(),
            page: Some(format!("groups/{}", group.id)),
            person: None,
        }
    }

    /// Names a deleted group by the name in one of its history entries, or else by its id.
    fn deleted_group(change: Option<&ChangeRef>, entry: Option<&HistoryEntry>) -> Self {
        let id = change.and_then(|change| match change.subject {
            Subject::Group(id) => Some(id.to_string()),
            _ => None,
        });
        let name = entry.and_then(|entry| name_in(&entry.changes)).or(id).unwrap_or_default();
        Self { is_group: true, name, page: None, person: None }
    }
}

impl ActivityEntry {
    /// Builds the row of an event.
    pub(super) fn of_event(event: Event) -> Self {
        let change = match &event.reference {
            EventRef::Change(change) => Some(change),
            EventRef::Sync(_) => None,
        };
        let (subject, entry) = match event.details {
            Details::Employee { entry, employee, .. } => (Some(Named::employee(&employee)), entry),
            Details::Group { entry, group } => {
                let named = match &group {
                    Some(group) => Named::group(group),
                    None => Named::deleted_group(change, entry.as_ref()),
                };
                (Some(named), entry)
            }
            Details::Tenant { entry } => (None, entry),
            Details::Erased => (Some(Named::erased_employee()), None),
            Details::Sync => (None, None),
        };
        match (entry, event.reference) {
            (Some(entry), _) => Self::of_record(subject, entry),
            (None, EventRef::Change(change)) => Self {
                at: When::new(change.at),
                actor: None,
                what: phrase(change.kind, subject.as_ref()),
                subject,
                changes: Vec::new(),
                left_out: 0,
            },
            (None, EventRef::Sync(sync)) => Self {
                at: When::new(sync.at),
                actor: None,
                subject: None,
                what: finding(&sync.finding),
                changes: Vec::new(),
                left_out: 0,
            },
        }
    }

    /// Builds the row of a history entry.
    pub(super) fn of_record(subject: Option<Named>, entry: HistoryEntry) -> Self {
        let left_out = entry.changes.len().saturating_sub(MOST_CHANGES);
        let shown = entry.changes.into_iter().take(MOST_CHANGES);
        Self {
            at: When::new(entry.at),
            actor: Some(entry.actor.to_string()),
            what: phrase(entry.kind, subject.as_ref()),
            subject,
            changes: shown.flat_map(|change| ChangeRow::of(change, MOST_CHARS)).collect(),
            left_out,
        }
    }
}

/// Says what happened: after the name of a record, or alone for the tenant.
fn phrase(kind: EventKind, subject: Option<&Named>) -> String {
    let phrase = match kind {
        EventKind::Created if subject.is_some() => "was created",
        EventKind::Created => "Tenant created",
        EventKind::Updated => "was updated",
        EventKind::Archived => "was archived",
        EventKind::Deleted if subject.is_some_and(|subject| subject.is_group) => "was deleted",
        EventKind::Deleted => "was deleted in the identity provider",
        EventKind::Restored => "was restored",
        EventKind::Recreated => "was created again in the identity provider, not active",
        other => sentence(other),
    };
    phrase.to_owned()
}

fn finding(finding: &SyncFinding) -> String {
    match finding {
        SyncFinding::Refused { count: 1, status, operation } => {
            format!("A request of the identity provider failed: {operation}, status {status}")
        }
        SyncFinding::Refused { count, status, operation } => format!(
            "{count} requests of the identity provider failed, the newest: {operation}, status {status}"
        ),
        SyncFinding::Silent => {
            "The identity provider has sent no request for longer than usual".to_owned()
        }
        SyncFinding::Resumed => "The identity provider sends requests again".to_owned(),
    }
}

/// Returns the display name in the changes of a group.
fn name_in(changes: &[AttributeChange]) -> Option<String> {
    let name = |change: &AttributeChange| {
        let path = change.attribute.rsplit_once(':').map_or(&*change.attribute, |(_, name)| name);
        let value = change.new.as_ref().or(change.old.as_ref());
        value.and_then(Value::as_str).filter(|_| path == "displayName").map(str::to_owned)
    };
    changes.iter().find_map(name)
}
