//! The calls that the administrator waits for: a test, and one event again.

use super::actions::{refuse, refuse_for};
use super::deliveries::{is_success, meaning};
use super::page::{FormResult, show_result};
use super::problem::{self, FORM};
use crate::directory::Error;
use crate::directory::destinations::DestinationKind;
use crate::directory::destinations::calls::{CallOutcome, MOST_CALLS_A_MINUTE};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::path::DestinationId;
use axum::extract::State;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use uuid::Uuid;

/// A call whose result the page shows.
pub(super) struct FinishedCall {
    outcome: CallOutcome,
    /// Whether the call sent an event again. Otherwise it was a test.
    is_resend: bool,
}

/// The result of a call, in words.
pub(super) struct Outcome {
    pub(super) is_success: bool,
    pub(super) text: String,
}

/// Sends a test to a destination.
pub(in crate::server::pages) async fn test(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
) -> Answer {
    if let Some(page) = over_limit(&services, &visitor, id, FORM).await? {
        return Ok(page);
    }
    let outcome = services.calls.send_test(&visitor.tenant, id).await;
    answer(&services, &visitor, id, outcome, false).await
}

/// Sends an event to a webhook again.
pub(in crate::server::pages) async fn resend(
    State(services): State<Services>,
    visitor: Visitor,
    DestinationId(id): DestinationId,
    form: Form,
) -> Answer {
    if let Some(page) = over_limit(&services, &visitor, id, FORM).await? {
        return Ok(page);
    }
    let outcome = services.calls.resend(&visitor.tenant, id, form.get("event")).await;
    answer(&services, &visitor, id, outcome, true).await
}

/// Counts a test, a repeated event or a resume. Returns the page with the refusal after too many in a minute.
pub(super) async fn over_limit(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    place: &'static str,
) -> Result<Option<Response>, ApiError> {
    if services.destinations.allows_call(&visitor.tenant).await.map_err(explain)? {
        return Ok(None);
    }
    let text = format!(
        "A tenant has at most {MOST_CALLS_A_MINUTE} tests, repeated events and resumes in a minute. Wait a minute"
    );
    let problem = problem::at(place, &text).with_status(StatusCode::TOO_MANY_REQUESTS);
    let mut page = refuse(services, visitor, id, problem).await?;
    page.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    Ok(Some(page))
}

async fn answer(
    services: &Services,
    visitor: &Visitor,
    id: Uuid,
    outcome: Result<CallOutcome, Error>,
    is_resend: bool,
) -> Answer {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return refuse_for(services, visitor, id, error, FORM).await,
    };
    let call = Some(FinishedCall { outcome, is_resend });
    let result = FormResult { call, ..FormResult::default() };
    show_result(services, visitor, id, result).await
}

impl FinishedCall {
    /// Describes the result of a call to a destination of this kind.
    pub(super) fn describe(self, kind: DestinationKind) -> Outcome {
        let Self { outcome: CallOutcome { status, milliseconds, failure }, is_resend } = self;
        let text = match (status, kind) {
            (Some(202), DestinationKind::Teams) => {
                "Power Automate accepted the message (202). Whether it was posted is seen in the \
                 channel, or under Workflows › Run history."
                    .to_owned()
            }
            (Some(status), _) if is_success(Some(status)) && is_resend => format!(
                "The receiver accepted the event ({status}, {milliseconds} ms). Later events of the \
                 same employee or group that wait follow now."
            ),
            (Some(status), DestinationKind::Slack) if is_success(Some(status)) => {
                format!("Slack accepted the test message ({status}, {milliseconds} ms).")
            }
            (Some(status), _) if is_success(Some(status)) => {
                format!("The receiver accepted the test ({status}, {milliseconds} ms).")
            }
            (Some(status), _) => {
                format!("The receiver answered {status} after {milliseconds} ms.")
            }
            (None, _) => {
                let code = failure.unwrap_or("failed");
                let why = meaning(code).map(|why| format!(": {why}")).unwrap_or_default();
                format!("The call failed after {milliseconds} ms{why} ({code}).")
            }
        };
        Outcome { is_success: is_success(status), text }
    }
}
