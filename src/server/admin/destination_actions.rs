//! `/destinations/{id}/…`: pause, resume, replace, replay, and the delivery log.

use super::destination_body::DestinationBody;
use super::destination_calls::check_limit;
use super::destinations::{found, show};
use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody, QueryParams};
use crate::directory::access::token_set::DEFAULT_OVERLAP;
use crate::directory::destinations::{DestinationError, LoggedDelivery, ResumeFrom};
use crate::directory::events::cursor::FeedCursor;
use crate::directory::lists::admin_list::ListPage;
use crate::server::error::Answer;
use crate::server::path::DestinationId;
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;

/// The place at which the deliveries resume.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ResumeBody {
    pub(super) from: ResumeFromBody,
}

/// The place at which the deliveries resume.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ResumeFromBody {
    /// Where they stopped: the destination gets everything that it missed.
    Here,
    /// At the newest event: the destination gets nothing that it missed.
    End,
}

/// The options of a replacement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretReplacementBody {
    /// The seconds for which the current secret also signs, at most 7 days. The default is 86,400, which is a day. 0 ends
    /// all older secrets at once.
    #[schema(minimum = 0, maximum = 604_800)]
    pub(super) overlap_seconds: Option<u32>,
}

/// The start of a replay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReplayBody {
    /// The cursor of the last event that is not delivered again.
    #[schema(pattern = "^[a-z0-9]{4}-[0-9]{1,12}$", example = "k7f2-300")]
    pub(super) after: String,
}

/// A page of a delivery log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveriesBody {
    deliveries: Vec<DeliveryBody>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeliveryBody {
    #[schema(format = DateTime)]
    at: String,
    /// The id of the event; of a message the id of its newest event.
    event: String,
    #[serde(rename = "type")]
    kind: String,
    /// The number of the try, from 1.
    attempt: u32,
    /// The HTTP status of the answer; null without an answer.
    status: Option<u16>,
    milliseconds: u64,
    /// The kind of failure without an answer, such as `timeout`.
    failure: Option<String>,
    /// The start of the answer. An erasure of an employee removes these texts.
    says: Option<String>,
    /// The time of the next try; null when there is none.
    #[schema(format = DateTime)]
    next_try: Option<String>,
}

/// Pause a destination
///
/// Its position stays, so it can get everything that it missed later.
#[utoipa::path(
    post,
    path = "/destinations/{id}/pause",
    tag = "destinations",
    params(
        ("id" = Uuid, Path, description = "The destination's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    responses(
        (status = 200, description = "The paused destination", body = DestinationBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn pause_destination(call: Call, DestinationId(id): DestinationId) -> Answer {
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let paused = destinations.pause(tenant, id, &call.precondition, &call.caller.actor).await;
    paused.map_err(explain)?;
    show(found(&call, id).await?, None, StatusCode::OK)
}

/// Resume a destination
///
/// A destination whose URL or signing secret cannot be read any more does not resume. Send its URL again, or replace the
/// secret, first.
#[utoipa::path(
    post,
    path = "/destinations/{id}/resume",
    tag = "destinations",
    params(
        ("id" = Uuid, Path, description = "The destination's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    request_body = ResumeBody,
    responses(
        (status = 200, description = "The destination", body = DestinationBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 409, description = "The URL or the signing secret cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tests, resends, replays and resumes in a minute", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn resume_destination(
    call: Call,
    DestinationId(id): DestinationId,
    JsonBody(body): JsonBody<ResumeBody>,
) -> Answer {
    check_limit(&call).await?;
    let from = match body.from {
        ResumeFromBody::Here => ResumeFrom::Here,
        ResumeFromBody::End => ResumeFrom::End,
    };
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let actor = &call.caller.actor;
    let resumed = destinations.resume(tenant, id, from, &call.precondition, actor).await;
    resumed.map_err(explain)?;
    show(found(&call, id).await?, None, StatusCode::OK)
}

/// Replace the signing secret of a webhook
///
/// Deliveries carry a signature of both secrets for the overlap. In this time, only a replacement with the overlap 0 is
/// possible. It ends both older secrets at once.
#[utoipa::path(
    post,
    path = "/destinations/{id}/secret/replace",
    tag = "destinations",
    params(
        ("id" = Uuid, Path, description = "The destination's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")
    ),
    request_body = SecretReplacementBody,
    responses(
        (status = 200, description = "The destination with the new secret. Only this response shows it", body = DestinationBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 409, description = "The previous secret still signs, or the destination is no webhook", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn replace_secret(
    call: Call,
    DestinationId(id): DestinationId,
    JsonBody(body): JsonBody<SecretReplacementBody>,
) -> Answer {
    let overlap = body.overlap_seconds.map(|seconds| Duration::seconds(i64::from(seconds)));
    let overlap = overlap.unwrap_or(DEFAULT_OVERLAP);
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let actor = &call.caller.actor;
    let replaced =
        destinations.replace_secret(tenant, id, overlap, &call.precondition, actor).await;
    let replaced = replaced.map_err(explain)?;
    show(found(&call, id).await?, replaced.signing_secret.as_ref(), StatusCode::OK)
}

/// Deliver events again
///
/// Delivers all events after a cursor again, with their ids. The cursor must not be beyond the destination's position.
#[utoipa::path(
    post,
    path = "/destinations/{id}/replay",
    tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination's id")),
    request_body = ReplayBody,
    responses(
        (status = 200, description = "The destination", body = DestinationBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 410, description = "The cursor belongs to another feed. The type of the problem is `cursor-of-another-feed`",
            body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tests, resends, replays and resumes in a minute", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn replay_events(
    call: Call,
    DestinationId(id): DestinationId,
    JsonBody(body): JsonBody<ReplayBody>,
) -> Answer {
    check_limit(&call).await?;
    let after = FeedCursor::parse(&body.after);
    let after = after.ok_or_else(|| explain(DestinationError::BadCursor("after").into()))?;
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    destinations.replay(tenant, id, &after, &call.caller.actor).await.map_err(explain)?;
    show(found(&call, id).await?, None, StatusCode::OK)
}

/// The delivery log of a destination
///
/// The log has the last 256 runs of the deliveries.
#[utoipa::path(
    get,
    path = "/destinations/{id}/deliveries",
    tag = "destinations",
    params(
        ("id" = Uuid, Path, description = "The destination's id"),
        ("cursor" = Option<String>, Query, pattern = "^$|^[0-9]{1,12}-[0-9]{1,4}$", description = "The nextCursor of the previous page"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "The maximum number of deliveries. The default is 50")
    ),
    responses(
        (status = 200, description = "A page, the newest delivery first", body = DeliveriesBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_deliveries(
    call: Call,
    DestinationId(id): DestinationId,
    query: QueryParams,
) -> Answer {
    query.check(&["cursor", "limit"])?;
    let (cursor, limit) = (query.cursor(), query.limit()?);
    let (destinations, tenant) = (&call.services.destinations, &call.caller.tenant);
    let page = destinations.deliveries(tenant, id, cursor, limit).await.map_err(explain)?;
    plain_json(StatusCode::OK, &DeliveriesBody::from(page))
}

impl From<ListPage<LoggedDelivery>> for DeliveriesBody {
    fn from(page: ListPage<LoggedDelivery>) -> Self {
        let deliveries =
            page.rows.into_iter().map(|LoggedDelivery { event, delivery }| DeliveryBody {
                at: date_time::format(delivery.at),
                event,
                kind: delivery.event_type,
                attempt: delivery.attempt,
                status: delivery.status,
                milliseconds: delivery.milliseconds,
                failure: delivery.failure,
                says: delivery.says,
                next_try: delivery.next_try.map(date_time::format),
            });
        Self { deliveries: deliveries.collect(), next_cursor: page.next }
    }
}
