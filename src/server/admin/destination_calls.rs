//! `/destinations/{id}/test` and `/resend`: calls that the administrator waits for.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::destinations::calls::{CallOutcome, MOST_CALLS_A_MINUTE};
use crate::server::error::{Answer, ApiError};
use crate::server::path::DestinationId;
use crate::server::response::plain_json;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The result of a call to a destination.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallOutcomeBody {
    /// The HTTP status of the answer; null without an answer. 2xx is a success. Teams answers 202 before it posts.
    status: Option<u16>,
    milliseconds: u64,
    /// The kind of failure without an answer: `address`, `dns`, `connect`, `tls`, `timeout`, `tooLarge` or `broken`.
    failure: Option<String>,
}

/// The event to send again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ResendBody {
    /// The id of the event, as in the delivery log.
    #[schema(example = "evt_acme_k7f2_412")]
    event: String,
}

/// Send a test to a destination
///
/// The test goes out at once, with the type `destination.test`. It is in no feed. A paused destination gets it too.
#[utoipa::path(
    post,
    path = "/destinations/{id}/test",
    tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination's id")),
    responses(
        (status = 200, description = "The answer of the destination", body = CallOutcomeBody),
        (status = 429, description = "Too many tests, resends, replays and resumes in a minute", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn test_destination(call: Call, DestinationId(id): DestinationId) -> Answer {
    check_limit(&call).await?;
    let outcome = call.services.calls.send_test(&call.caller.tenant, id).await;
    answer(outcome.map_err(explain)?)
}

/// Send an event to a webhook again
///
/// The event goes out at once, under the same id. After a success, the waiting events of its subject follow.
#[utoipa::path(
    post,
    path = "/destinations/{id}/resend",
    tag = "destinations",
    params(("id" = Uuid, Path, description = "The destination's id")),
    request_body = ResendBody,
    responses(
        (status = 200, description = "The answer of the destination", body = CallOutcomeBody),
        (status = 429, description = "Too many tests, resends, replays and resumes in a minute", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn resend_event(
    call: Call,
    DestinationId(id): DestinationId,
    JsonBody(body): JsonBody<ResendBody>,
) -> Answer {
    check_limit(&call).await?;
    let outcome = call.services.calls.resend(&call.caller.tenant, id, &body.event).await;
    answer(outcome.map_err(explain)?)
}

/// Counts a test, a resend, a replay or a resume. Refuses it after too many in a minute.
pub(super) async fn check_limit(call: &Call) -> Result<(), ApiError> {
    let allowed = call.services.destinations.allows_call(&call.caller.tenant).await;
    if allowed.map_err(explain)? {
        return Ok(());
    }
    let text = format!(
        "At most {MOST_CALLS_A_MINUTE} tests, resends, replays and resumes in a minute. Wait a minute"
    );
    Err(ApiError::retry_later(StatusCode::TOO_MANY_REQUESTS, 60, &text))
}

fn answer(outcome: CallOutcome) -> Answer {
    let CallOutcome { status, milliseconds, failure } = outcome;
    let failure = failure.map(ToOwned::to_owned);
    plain_json(StatusCode::OK, &CallOutcomeBody { status, milliseconds, failure })
}
