//! `/history`, `/employees/{id}/history`, `/groups/{id}/history`: all changes, the newest first.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::directory::actor_names::ActorNames;
use crate::directory::lists::admin_list::ListPage;
use crate::directory::{ActorKind, ActorRecord, EventKind, Kind, RecordedEntry};
use crate::server::error::Answer;
use crate::server::path::{EmployeeId, GroupId};
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
struct HistoryBody {
    entries: Vec<EntryBody>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EntryBody {
    /// The revision that the change made. The entries are in the order of revisions, even if clocks differ.
    revision: u64,
    #[schema(format = DateTime)]
    at: String,
    actor: ActorBody,
    kind: KindBody,
    changes: Vec<ChangeBody>,
}

/// The actor of a change: a token, a program, or an administrator with a session of single sign-on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ActorBody {
    kind: ActorKindBody,
    /// The id of the token, as in the list of tokens. An actor without a token has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    token_id: Option<String>,
    /// The employee with the session of single sign-on. Other actors have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    employee_id: Option<Uuid>,
    /// The label of the token at the time of the change, or the name of the program, such as `rollcall command`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    label: Option<String>,
    /// The name of the employee now, such as `Barbara Jensen (bjensen@example.com)`; `an erased employee` after an erasure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    name: Option<String>,
}

/// The kind of an actor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum ActorKindBody {
    /// The identity provider, with its token.
    IdentityProvider,
    /// An administrator, with an admin token or in the console.
    Administrator,
    /// The operator of the deployment, with the command.
    Operator,
    /// The holder of a set-up link.
    SetupLink,
    /// Rollcall itself.
    System,
}

/// The kind of a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum KindBody {
    Created,
    /// An import made the employee, before the identity provider knew the user.
    Imported,
    /// The identity provider created or changed an imported user for the first time.
    Linked,
    Updated,
    Archived,
    /// The identity provider deleted the group or the user. The employee of a deleted user is archived.
    Deleted,
    Restored,
    /// The identity provider created a deleted user again, but not as active.
    Recreated,
    SettingsChanged,
    /// The custom attributes of the tenant changed.
    AttributesChanged,
    TokenReplaced,
    TokenRevoked,
    /// A destination changed. The change `action` is `created`, `changed`, `paused`, `resumed`, `secretReplaced` or `removed`.
    DestinationChanged,
    /// The deliveries to a destination have failed for a day.
    DestinationFailing,
    /// The service disabled a destination.
    DestinationDisabled,
    /// A link was made, opened or revoked. The change `action` is `created`, `opened` or `revoked`. The change `link` is
    /// `connect` for a set-up link, and `admin` for a sign-in link of the operator.
    LinkChanged,
    /// Single sign-on changed. The change `action` is `configured`, `changed`, `removed`, `keyMade`, `keyUsed`,
    /// `signedOutAll`, `signedOut` or `proven`. With `signedOut`, the change `employee` is the employee. The other
    /// changes name the fields, without values.
    SsoChanged,
    /// Another account of the identity provider replaced the linked account of an employee. The change `employee` is
    /// the employee.
    AccountReplaced,
    /// The account of the identity provider was unlinked from an employee. The change `employee` is the employee.
    AccountUnlinked,
    /// An employee was erased with the history. Only the id is left.
    Erased,
}

/// The change of one attribute.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ChangeBody {
    /// The attribute in SCIM's notation; `local.` begins the names of the tenant's own values. For a group's `members`,
    /// the old value has the members that left, and the new value the members that joined. A value is a list of ids, or
    /// the number of ids if there are more than 100. For a user that the identity provider deleted, the old value of
    /// `groups` has the groups that the user left, in the same form.
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
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of entries. The default is 50")
    ),
    responses(
        (status = 200, description = "A page, the newest change first", body = HistoryBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_employee_history(
    call: Call,
    EmployeeId(id): EmployeeId,
    query: QueryParams,
) -> Answer {
    answer(call, Some((Kind::Employee, id)), query).await
}

/// Answers with a page of a record's history; of the tenant's own history without a record.
async fn answer(call: Call, record: Option<(Kind, Uuid)>, query: QueryParams) -> Answer {
    query.check(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor(), query.limit()?);
    let history = call.caller.directory.history();
    let page = match record {
        Some(record) => history.page(record, cursor, limit).await,
        None => history.page_of_tenant(cursor, limit).await,
    };
    let page = page.map_err(explain)?;
    let actors = page.rows.iter().map(|row| &row.entry.actor);
    let names = history.actor_names(actors).await.map_err(explain)?;
    plain_json(StatusCode::OK, &HistoryBody::new(page, &names))
}

/// The history of a group
///
/// A deleted group keeps its history.
#[utoipa::path(
    get,
    path = "/groups/{id}/history",
    tag = "history",
    params(
        ("id" = Uuid, Path, description = "The group's id"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of entries. The default is 50")
    ),
    responses(
        (status = 200, description = "A page, the newest change first", body = HistoryBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_group_history(
    call: Call,
    GroupId(id): GroupId,
    query: QueryParams,
) -> Answer {
    answer(call, Some((Kind::Group, id)), query).await
}

/// The history of settings, tokens and erasures
#[utoipa::path(
    get,
    path = "/history",
    tag = "history",
    params(
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of entries. The default is 50")
    ),
    responses(
        (status = 200, description = "A page, the newest change first", body = HistoryBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_history(call: Call, query: QueryParams) -> Answer {
    answer(call, None, query).await
}

impl HistoryBody {
    fn new(page: ListPage<RecordedEntry>, names: &ActorNames) -> Self {
        let entries = page.rows.into_iter().map(|row| EntryBody::new(row, names)).collect();
        Self { entries, next_cursor: page.next }
    }
}

impl EntryBody {
    fn new(RecordedEntry { revision, entry }: RecordedEntry, names: &ActorNames) -> Self {
        let changes = entry.changes.into_iter().map(|change| ChangeBody {
            attribute: change.attribute,
            old: change.old,
            new: change.new,
        });
        Self {
            revision,
            at: date_time::format(entry.at),
            actor: ActorBody::new(entry.actor, names),
            kind: entry.kind.into(),
            changes: changes.collect(),
        }
    }
}

impl ActorBody {
    fn new(actor: ActorRecord, names: &ActorNames) -> Self {
        let name = names.of(&actor);
        let ActorRecord { kind, token_id, employee_id, label, .. } = actor;
        Self { kind: kind.into(), token_id, employee_id, label, name }
    }
}

impl From<ActorKind> for ActorKindBody {
    fn from(kind: ActorKind) -> Self {
        match kind {
            ActorKind::IdentityProvider => Self::IdentityProvider,
            ActorKind::Administrator => Self::Administrator,
            ActorKind::Operator => Self::Operator,
            ActorKind::SetupLink => Self::SetupLink,
            ActorKind::System => Self::System,
        }
    }
}

impl From<EventKind> for KindBody {
    fn from(kind: EventKind) -> Self {
        match kind {
            EventKind::Created => Self::Created,
            EventKind::Imported => Self::Imported,
            EventKind::Linked => Self::Linked,
            EventKind::Updated => Self::Updated,
            EventKind::Archived => Self::Archived,
            EventKind::Deleted => Self::Deleted,
            EventKind::Restored => Self::Restored,
            EventKind::Recreated => Self::Recreated,
            EventKind::SettingsChanged => Self::SettingsChanged,
            EventKind::AttributesChanged => Self::AttributesChanged,
            EventKind::TokenReplaced => Self::TokenReplaced,
            EventKind::TokenRevoked => Self::TokenRevoked,
            EventKind::DestinationChanged => Self::DestinationChanged,
            EventKind::DestinationFailing => Self::DestinationFailing,
            EventKind::DestinationDisabled => Self::DestinationDisabled,
            EventKind::LinkChanged => Self::LinkChanged,
            EventKind::SsoChanged => Self::SsoChanged,
            EventKind::AccountReplaced => Self::AccountReplaced,
            EventKind::AccountUnlinked => Self::AccountUnlinked,
            EventKind::Erased => Self::Erased,
        }
    }
}
