//! `/events`: the tenant's changes, each once, in order.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, QueryParams};
use crate::directory::Tenant;
use crate::directory::events::body::{EventBody, FeedSource};
use crate::directory::events::cursor::FeedCursor;
use crate::directory::events::types::{EventType, TypePattern};
use crate::server::error::{Answer, ApiError};
use crate::server::response::plain_json;
use axum::extract::Path;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The number of events of a page without a `limit`.
const DEFAULT_EVENTS: usize = 100;
/// The events that one request reads to find events of some types.
const READ_FOR_TYPES: usize = 1_000;

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EventsBody {
    /// The events, in the order of their numbers.
    #[schema(value_type = Vec<EventSchema>)]
    events: Vec<EventBody>,
    /// The `cursor` of the next request. It never expires, also not on the last page.
    next_cursor: String,
    /// Whether there are more events now.
    more: bool,
}

/// An event. Webhooks send the same object.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EventSchema {
    /// The id of the event. A repeated delivery has the same id.
    id: String,
    /// The type, such as `employee.updated`.
    #[serde(rename = "type")]
    kind: String,
    /// The time of the change. Use `sequence` for the order, because clocks differ.
    #[schema(format = DateTime)]
    timestamp: String,
    /// The number of the event in the tenant's feed, without gaps.
    sequence: u64,
    /// The URL of the tenant.
    source: String,
    /// The path of the changed record below `/api`.
    subject: String,
    /// The revision of the record that the change made; absent for events about the sync.
    revision: Option<u64>,
    /// The actor of the change; absent for events about the sync, and after an erasure.
    #[schema(value_type = Option<Object>)]
    actor: Option<Value>,
    /// The changed attributes with the values before and after, and the record as it is now.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// The event URI of RFC 9967, for information; absent for other events.
    scim: Option<Vec<String>>,
}

/// Follow the changes
///
/// Every change of an employee, a group, a setting, a token or a destination has one event. A change that was
/// acknowledged is in the next answer. Send `from=start` or `from=end` first, and then the `nextCursor` of each answer.
/// To begin with the present state, take a cursor with `from=end`, read the export of employees, and follow the cursor.
#[utoipa::path(
    get,
    path = "/events",
    tag = "events",
    params(
        ("cursor" = Option<String>, Query, pattern = "^[a-z0-9]{4}-[0-9]{1,12}$",
            description = "The nextCursor of the answer before. Send either cursor or from"),
        ("from" = Option<String>, Query, pattern = "^(start|end)$", description = "The place to begin"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of events. The default is 100"),
        ("types" = Option<String>, Query,
            description = "Only events of these types, separated by commas: `employee.created`, or `employee.*` for all of a kind")
    ),
    responses(
        (status = 200, description = "A page of events", body = EventsBody),
        (status = 410, description = "The cursor belongs to another feed. The type of the problem is `cursor-of-another-feed`",
            body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_events(call: Call, query: QueryParams) -> Answer {
    query.check_except(&["cursor", "from", "limit", "types"], "types")?;
    let limit = query.limit_or(DEFAULT_EVENTS)?;
    let patterns = read_types(&query)?;
    let tenant = call.tenant().await?;
    let source = FeedSource { tenant: &tenant, url: &call.path.root };
    let events = call.caller.directory.events();
    let after = match (query.cursor(), query.get("from")) {
        (Some(cursor), None) => number_of(&tenant, &read_cursor(cursor)?)?,
        (None, Some("start")) => 0,
        (None, Some("end")) => {
            let newest = events.newest().await.map_err(explain)?;
            let next_cursor = source.cursor(newest).to_string();
            return answer(&EventsBody { events: Vec::new(), next_cursor, more: false });
        }
        (None, Some(_)) => return Err(ApiError::bad_parameter("from must be start or end")),
        _ => return Err(ApiError::bad_parameter("Send either cursor or from")),
    };
    let read = if patterns.is_empty() { limit } else { READ_FOR_TYPES };
    let mut page = events.list_after(after, read).await.map_err(explain)?;
    if page.events.is_empty() && after > 0 {
        let newest = events.newest().await.map_err(explain)?;
        if after > newest {
            return Err(ApiError::bad_parameter(format!(
                "The cursor names event {after}, and the newest event is {newest}"
            )));
        }
    }
    let last_read = page.events.last().map_or(after, |event| event.number);
    let is_wanted = |kind: EventType| {
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(kind))
    };
    page.events.retain(|event| is_wanted(EventType::of(&event.event)));
    let is_longer = page.events.len() > limit;
    page.events.truncate(limit);
    let mut last =
        if is_longer { page.events.last().map_or(after, |event| event.number) } else { last_read };
    let first = page.events.first().map(|event| event.number);
    let resolved = events.resolve(page.events).await.map_err(explain)?;
    if resolved.is_cut {
        // The next request begins at the event that waits.
        let before_first = first.map_or(after, |first| first.saturating_sub(1));
        last = resolved.events.last().map_or(before_first, |event| event.number);
    }
    let more = page.more || is_longer || resolved.is_cut;
    let events = resolved.events.iter().map(|event| source.body(event)).collect();
    answer(&EventsBody { events, next_cursor: source.cursor(last).to_string(), more })
}

/// Show an event
#[utoipa::path(
    get,
    path = "/events/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The event's id")),
    responses(
        (status = 200, description = "The event", body = EventSchema),
        (status = 410, description = "The id belongs to another feed. The type of the problem is `cursor-of-another-feed`",
            body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_event(
    call: Call,
    Path((_, id)): Path<(String, String)>,
    query: QueryParams,
) -> Answer {
    query.check(&[])?;
    let tenant = call.tenant().await?;
    let source = FeedSource { tenant: &tenant, url: &call.path.root };
    let unknown = || ApiError::not_found("There is no event with this id");
    let number = number_of(&tenant, &source.parse_event_id(&id).ok_or_else(unknown)?)?;
    let events = call.caller.directory.events();
    let found = events.get(number).await.map_err(explain)?.ok_or_else(unknown)?;
    let resolved = events.resolve(vec![found]).await.map_err(explain)?;
    let event = resolved.events.first().ok_or_else(unknown)?;
    plain_json(StatusCode::OK, &source.body(event))
}

fn answer(body: &EventsBody) -> Answer {
    plain_json(StatusCode::OK, body)
}

fn read_cursor(text: &str) -> Result<FeedCursor, ApiError> {
    FeedCursor::parse(text).ok_or_else(|| {
        ApiError::bad_parameter("cursor is not valid. Send the nextCursor of an earlier answer")
    })
}

/// Returns the number of a cursor, if its epoch is the epoch of the tenant's feed.
fn number_of(tenant: &Tenant, cursor: &FeedCursor) -> Result<u64, ApiError> {
    cursor.number_in(tenant).ok_or_else(ApiError::cursor_of_another_feed)
}

/// Reads the wanted types: lists with commas, also repeated.
fn read_types(query: &QueryParams) -> Result<Vec<TypePattern>, ApiError> {
    let texts = query.all("types").flat_map(|list| list.split(','));
    let texts = texts.map(str::trim).filter(|text| !text.is_empty());
    let patterns = texts.map(|text| {
        TypePattern::parse(text).ok_or_else(|| {
            let text: String = text.chars().take(64).collect();
            ApiError::bad_parameter(format!(
                "types has the unknown type {text}. The types are: {}",
                EventType::list()
            ))
        })
    });
    patterns.collect()
}
