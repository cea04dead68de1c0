//! Shows the histories of employees and groups as timelines, the newest change first.

use super::attribute_values::text;
use super::frame::{When, encoded};
use crate::directory::lists::admin_list::ListPage;
use crate::directory::related::relation;
use crate::directory::{AttributeChange, EventKind, Kind, RecordedEntry, SILENT_AFTER_HOURS};
use serde_json::Value;

/// The longest value in a timeline, in characters.
const MOST_CHARS: usize = 300;

/// A page of a history.
pub(super) struct Timeline {
    pub(super) entries: Vec<TimelineEntry>,
    /// The path of the page with older entries.
    pub(super) older: Option<String>,
    /// The path of the page with the newest entries, unless this page has them.
    pub(super) newest: Option<String>,
}

/// One change.
pub(super) struct TimelineEntry {
    pub(super) at: When,
    pub(super) actor: String,
    pub(super) what: &'static str,
    pub(super) changes: Vec<ChangeRow>,
}

/// The change of one attribute.
pub(super) struct ChangeRow {
    pub(super) attribute: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

impl Timeline {
    /// Builds the timeline from a page of a history. `here` is the path of the page.
    pub(super) fn new(page: ListPage<RecordedEntry>, here: &str, is_newest: bool) -> Self {
        let older = page.next.map(|cursor| format!("{here}?cursor={}#history", encoded(&cursor)));
        Self {
            entries: page.rows.into_iter().map(TimelineEntry::from).collect(),
            older,
            newest: (!is_newest).then(|| format!("{here}#history")),
        }
    }
}

impl From<RecordedEntry> for TimelineEntry {
    fn from(RecordedEntry { entry, .. }: RecordedEntry) -> Self {
        let changes = entry.changes.into_iter();
        let changes = changes.flat_map(|change| ChangeRow::of(change, MOST_CHARS));
        Self {
            at: When::new(entry.at),
            actor: entry.actor.to_string(),
            what: sentence(entry.kind),
            changes: changes.collect(),
        }
    }
}

impl ChangeRow {
    /// Returns the rows of a change, with values of at most `most` characters. For the members of a group, the rows
    /// list the members that left and joined.
    pub(super) fn of(change: AttributeChange, most: usize) -> Vec<Self> {
        let AttributeChange { attribute, old, new } = change;
        if attribute != relation(Kind::Group) {
            let short = |value| short(&value, most);
            return vec![Self {
                attribute: name(attribute),
                old: old.map(short),
                new: new.map(short),
            }];
        }
        let row = |attribute: &str, old, new| Self { attribute: attribute.to_owned(), old, new };
        let left = old.map(|old| row("members who left", Some(ids(&old, most)), None));
        let joined = new.map(|new| row("members who joined", None, Some(ids(&new, most))));
        left.into_iter().chain(joined).collect()
    }
}

/// Returns the ids in a list. If the history has only their number, returns the number.
fn ids(value: &Value, most: usize) -> String {
    let Some(ids) = value.as_array() else { return short(value, most) };
    let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
    short(&Value::from(ids.join(", ")), most)
}

/// Returns the title of a changed attribute. For SCIM's names, the last part is enough; the URN before it is left out.
fn name(attribute: String) -> String {
    match &*attribute {
        "locationFromIdp" => "location from the identity provider".to_owned(),
        "departmentFromIdp" => "department from the identity provider".to_owned(),
        "managerFromIdp" => "manager from the identity provider".to_owned(),
        SILENT_AFTER_HOURS => "hours until silence is reported".to_owned(),
        "tokens.scim" => "Secret Token".to_owned(),
        "tokens.admin" => "Admin token".to_owned(),
        "tokens.read" => "Read token".to_owned(),
        "local.location" => "your own location".to_owned(),
        "local.department" => "your own department".to_owned(),
        "local.manager" => "your own manager".to_owned(),
        other => match other.rsplit_once(':') {
            Some((_, name)) => name.to_owned(),
            None => attribute,
        },
    }
}

/// Shortens a value to at most `most` characters.
fn short(value: &Value, most: usize) -> String {
    let text = text(value);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Says what happened, in a sentence without a subject.
pub(super) fn sentence(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Created => "Created",
        EventKind::Updated => "Updated",
        EventKind::Archived => "Archived",
        EventKind::Deleted => "Deleted in the identity provider, and archived here",
        EventKind::Restored => "Restored",
        EventKind::Recreated => "Created again in the identity provider, not active",
        EventKind::SettingsChanged => "Settings changed",
        EventKind::AttributesChanged => "Custom attributes changed",
        EventKind::TokenRotated => "Token rotated",
        EventKind::TokenRevoked => "Token revoked",
        EventKind::DestinationChanged => "Destination changed",
        EventKind::DestinationFailing => "Destination fails",
        EventKind::DestinationDisabled => "Destination disabled",
        EventKind::Erased => "Employee erased",
    }
}
