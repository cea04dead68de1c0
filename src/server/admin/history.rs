//! `/history`, `/employees/{id}/history`, `/groups/{id}/history`: every change, the newest first.

use super::call::{Answer, Call, EmployeeId, GroupId, Query, explain};
use super::document::Problem;
use crate::directory::lists::admin_list::ListPage;
use crate::directory::{EventKind, Kind, RecordedEntry};
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of a history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HistoryPage {
    entries: Vec<EntryBody>,
    /// Give it back as `cursor` for the next page; none at the end.
    next_cursor: Option<String>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EntryBody {
    /// The revision that the change made: entries are in this order, whatever the clocks said.
    revision: u64,
    #[schema(format = DateTime)]
    at: String,
    /// The label of the token that was used, or who else did it.
    by: String,
    kind: KindBody,
    changes: Vec<ChangeBody>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum KindBody {
    Created,
    Updated,
    Archived,
    /// The identity provider deleted the group; or the user, whose employee is archived by it.
    Deleted,
    Restored,
    /// The identity provider created the deleted user again, but not as active.
    Recreated,
    SettingsChanged,
    /// The attributes that the tenant declared changed.
    AttributesChanged,
    TokenRotated,
    TokenRevoked,
    /// An employee and the history were erased; only the id is left.
    Erased,
}

/// One attribute's change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ChangeBody {
    /// The attribute in SCIM's notation; the tenant's own values stand under `local.`. Of a group's `members` the old ones
    /// are those who left and the new ones those who joined: their ids, or how many when there are more than 100.
    attribute: String,
    /// The value before; null when there was none.
    #[schema(value_type = Value)]
    old: Option<Value>,
    /// The value after; null when there is none.
    #[schema(value_type = Value)]
    new: Option<Value>,
}

/// The history of an employee
#[utoipa::path(
    get,
    path = "/employees/{id}/history",
    tag = "history",
    params(
        ("id" = Uuid, Path, description = "The employee's id"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}$", description = "The nextCursor of the page before"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The most entries; 50 when it is left out")
    ),
    responses(
        (status = 200, description = "A page, the newest change first", body = HistoryPage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_employee_history(
    call: Call,
    EmployeeId(id): EmployeeId,
    query: Query,
) -> Answer {
    record_history(call, (Kind::Employee, id), query).await
}

async fn record_history(call: Call, record: (Kind, Uuid), query: Query) -> Answer {
    query.check(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor(), query.limit()?);
    let page = call.caller.directory.history_page(record, cursor, limit).await;
    plain_json(StatusCode::OK, &HistoryPage::from(page.map_err(explain)?))
}

/// The history of a group
///
/// It outlives the group.
#[utoipa::path(
    get,
    path = "/groups/{id}/history",
    tag = "history",
    params(
        ("id" = Uuid, Path, description = "The group's id"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}$", description = "The nextCursor of the page before"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The most entries; 50 when it is left out")
    ),
    responses(
        (status = 200, description = "A page, the newest change first", body = HistoryPage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_group_history(call: Call, GroupId(id): GroupId, query: Query) -> Answer {
    record_history(call, (Kind::Group, id), query).await
}

/// The history of settings, tokens and erasures
#[utoipa::path(
    get,
    path = "/history",
    tag = "history",
    params(
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}$", description = "The nextCursor of the page before"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The most entries; 50 when it is left out")
    ),
    responses(
        (status = 200, description = "A page, the newest change first", body = HistoryPage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_history(call: Call, query: Query) -> Answer {
    query.check(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor(), query.limit()?);
    let page = call.caller.directory.tenant_history_page(cursor, limit).await;
    plain_json(StatusCode::OK, &HistoryPage::from(page.map_err(explain)?))
}

impl From<ListPage<RecordedEntry>> for HistoryPage {
    fn from(page: ListPage<RecordedEntry>) -> Self {
        let entries = page.rows.into_iter().map(EntryBody::from).collect();
        Self { entries, next_cursor: page.next }
    }
}

impl From<RecordedEntry> for EntryBody {
    fn from(RecordedEntry { revision, entry }: RecordedEntry) -> Self {
        let changes = entry.changes.into_iter().map(|change| ChangeBody {
            attribute: change.attribute,
            old: change.old,
            new: change.new,
        });
        Self {
            revision,
            at: date_time::format(entry.at),
            by: entry.by,
            kind: entry.kind.into(),
            changes: changes.collect(),
        }
    }
}

impl From<EventKind> for KindBody {
    fn from(kind: EventKind) -> Self {
        match kind {
            EventKind::Created => Self::Created,
            EventKind::Updated => Self::Updated,
            EventKind::Archived => Self::Archived,
            EventKind::Deleted => Self::Deleted,
            EventKind::Restored => Self::Restored,
            EventKind::Recreated => Self::Recreated,
            EventKind::SettingsChanged => Self::SettingsChanged,
            EventKind::AttributesChanged => Self::AttributesChanged,
            EventKind::TokenRotated => Self::TokenRotated,
            EventKind::TokenRevoked => Self::TokenRevoked,
            EventKind::Erased => Self::Erased,
        }
    }
}
