//! The subject of an event: the changed attributes, the destination that it is about, and the path in the API.

use super::types::EventType;
use crate::directory::users::timeline::attribute_of;
use crate::model::event::{EventRef, Subject};
use crate::model::history::{AttributeChange, HistoryEntry};
use uuid::Uuid;

/// The names of the changed attributes, without schema and sub-attribute, each once: `manager`, `emails`, `location`.
pub fn attribute_names(changes: &[AttributeChange]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for change in changes {
        let name = attribute_of(&change.attribute);
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The destination that an entry of the tenant's history is about, if there is one.
pub fn destination_id(entry: Option<&HistoryEntry>) -> Option<Uuid> {
    let mut changes = entry?.changes.iter();
    changes.find(|change| change.attribute == "action")?;
    let id = entry?.changes.iter().find(|change| change.attribute == "id")?;
    id.new.as_ref().or(id.old.as_ref())?.as_str()?.parse().ok()
}

/// The path of the changed record below the API of the tenant.
pub(super) fn subject_of(event: &EventRef, entry: Option<&HistoryEntry>) -> String {
    match event.subject() {
        Subject::Employee(id) => format!("/employees/{id}"),
        Subject::Group(id) => format!("/groups/{id}"),
        Subject::Tenant => match EventType::of(event) {
            EventType::SyncRefused | EventType::SyncSilent | EventType::SyncResumed => {
                "/sync".to_owned()
            }
            EventType::SettingsChanged | EventType::TenantCreated => "/settings".to_owned(),
            EventType::AttributesChanged => "/attributes".to_owned(),
            EventType::LinkChanged => "/connect-links".to_owned(),
            EventType::SsoChanged | EventType::AccountReplaced | EventType::AccountUnlinked => {
                "/sso".to_owned()
            }
            EventType::TokenReplaced | EventType::TokenRevoked => "/tokens".to_owned(),
            _ => destination_id(entry)
                .map_or_else(|| "/destinations".to_owned(), |id| format!("/destinations/{id}")),
        },
    }
}
