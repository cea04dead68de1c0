//! Shows histories as timelines, the newest change first: of an employee, a group, and the tenant.

use super::attribute_values::text;
use super::frame::{Frame, Section, When, encoded, show};
use super::guard::Visitor;
use super::messages::explain;
use crate::directory::lists::admin_list::ListPage;
use crate::directory::related::relation;
use crate::directory::{AttributeChange, EventKind, Kind, RecordedEntry};
use crate::server::error::Answer;
use crate::server::query::Pairs;
use askama::Template;
use serde_json::Value;

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
    pub(super) by: String,
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
        let changes = entry.changes.into_iter().flat_map(rows);
        Self {
            at: When::new(entry.at),
            by: entry.by,
            what: sentence(entry.kind),
            changes: changes.collect(),
        }
    }
}

/// Returns the rows of a change. For the members of a group, the rows list the members that left and joined.
fn rows(change: AttributeChange) -> Vec<ChangeRow> {
    let AttributeChange { attribute, old, new } = change;
    if attribute != relation(Kind::Group) {
        let (old, new) = (old.as_ref().map(short), new.as_ref().map(short));
        return vec![ChangeRow { attribute: name(attribute), old, new }];
    }
    let row = |attribute: &str, old, new| ChangeRow { attribute: attribute.to_owned(), old, new };
    let left = old.map(|old| row("members who left", Some(ids(&old)), None));
    let joined = new.map(|new| row("members who joined", None, Some(ids(&new))));
    left.into_iter().chain(joined).collect()
}

/// Returns the ids in a list. If the history has only their number, returns the number.
fn ids(value: &Value) -> String {
    let Some(ids) = value.as_array() else { return short(value) };
    let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
    short(&Value::from(ids.join(", ")))
}

/// Returns the title of a changed attribute. For SCIM's names, the last part is enough; the URN before it is left out.
fn name(attribute: String) -> String {
    match &*attribute {
        "locationFromIdp" => "location from the identity provider".to_owned(),
        "departmentFromIdp" => "department from the identity provider".to_owned(),
        "managerFromIdp" => "manager from the identity provider".to_owned(),
        "tokens.scim" => "Secret Token".to_owned(),
        "tokens.admin" => "Admin token".to_owned(),
        "local.location" => "your own location".to_owned(),
        "local.department" => "your own department".to_owned(),
        "local.manager" => "your own manager".to_owned(),
        other => match other.rsplit_once(':') {
            Some((_, name)) => name.to_owned(),
            None => attribute,
        },
    }
}

/// Shortens a value so that it fits into a timeline.
fn short(value: &Value) -> String {
    const MOST: usize = 300;
    let text = text(value);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn sentence(kind: EventKind) -> &'static str {
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
        EventKind::Erased => "Employee erased",
    }
}

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    frame: Frame,
    timeline: Timeline,
}

/// Shows the history of settings, tokens and erasures.
pub(super) async fn activity(visitor: Visitor, query: Pairs) -> Answer {
    let cursor = query.cursor();
    let page = visitor.directory.history().page_of_tenant(cursor, 50).await.map_err(explain)?;
    let here = visitor.site.path("activity");
    show(&ActivityPage {
        frame: Frame::of(&visitor, Section::Activity),
        timeline: Timeline::new(page, &here, cursor.is_none()),
    })
}
