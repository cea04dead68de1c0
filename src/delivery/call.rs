//! One call to a receiver, and its result.

use super::schedule::retry_after;
use super::verdict::{Reply, Verdict, judge};
use crate::directory::clock;
use crate::model::delivery_log::Attempt;
use crate::model::destination::DestinationKind;
use crate::outbound::{Client, Failure, Limits, Request, Response, Target};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method};
use time::{Duration, OffsetDateTime};

/// The result of one call to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallResult {
    /// The meaning of the answer.
    pub verdict: Verdict,
    /// The HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// The kind of failure without an answer, such as `timeout`.
    pub failure: Option<&'static str>,
    /// The time until the answer or the failure, in milliseconds.
    pub milliseconds: u64,
    /// The start of the answer's body, as text.
    pub says: Option<String>,
    /// The wait that the receiver asked for.
    pub asked: Option<Duration>,
}

impl CallResult {
    /// The outcome in short: the status, or the kind of failure.
    pub fn in_short(&self) -> String {
        match (self.status, self.failure) {
            (Some(status), _) => status.to_string(),
            (None, failure) => failure.unwrap_or("failed").to_owned(),
        }
    }

    /// The delivery of an event, or of the messages up to an event, for the log. `attempt` is the number of the try, from 1.
    pub(super) fn attempt(
        &self,
        at: OffsetDateTime,
        number: u64,
        event_type: &str,
        attempt: u32,
    ) -> Attempt {
        Attempt {
            at,
            number,
            event_type: event_type.to_owned(),
            attempt,
            status: self.status,
            milliseconds: self.milliseconds,
            failure: self.failure.map(ToOwned::to_owned),
            next_try: None,
            // A receiver that accepted an event has nothing to say about it.
            says: self.says.clone().filter(|_| self.verdict != Verdict::Accepted),
        }
    }

    /// The outcome as a metric has it: a closed list of words.
    pub fn outcome(&self) -> &'static str {
        match (self.status, self.failure) {
            (None, failure) => failure.unwrap_or("broken"),
            (Some(200..=299), _) => "delivered",
            (Some(300..=399), _) => "redirect",
            (Some(400..=499), _) => "4xx",
            (Some(_), _) => "5xx",
        }
    }
}

/// Sends a JSON body to a receiver of a kind, with further headers.
pub async fn send(
    client: &Client,
    kind: DestinationKind,
    target: &Target,
    body: Vec<u8>,
    headers: Vec<(HeaderName, HeaderValue)>,
    limits: Limits,
    now: OffsetDateTime,
) -> CallResult {
    let mut all = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    all.extend(headers);
    let request = Request { method: Method::POST, headers: all, body };
    let started = clock();
    let answer = client.send(target, request, limits).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match answer {
        Ok(response) => of_response(kind, &response, milliseconds, now),
        Err(failure) => of_failure(kind, &failure, milliseconds),
    }
}

fn of_response(
    kind: DestinationKind,
    response: &Response,
    milliseconds: u64,
    now: OffsetDateTime,
) -> CallResult {
    let (code, body) = (response.status.as_u16(), response.body.as_slice());
    let asked = response.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let says = String::from_utf8_lossy(body);
    // The text is for a person: control characters and the rest of a cut character say nothing.
    let says: String = says.chars().filter(|c| !c.is_control() && *c != '\u{fffd}').collect();
    CallResult {
        verdict: judge(kind, Reply::Status { code, body }),
        status: Some(code),
        failure: None,
        milliseconds,
        says: (!says.is_empty()).then_some(says),
        asked: asked.and_then(|header| retry_after(header, now)),
    }
}

fn of_failure(kind: DestinationKind, failure: &Failure, milliseconds: u64) -> CallResult {
    CallResult {
        verdict: judge(kind, Reply::None),
        status: None,
        failure: Some(failure.as_str()),
        milliseconds,
        says: None,
        asked: None,
    }
}
