//! `/requests`: the failed, unauthorized and recorded requests of the identity provider.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody, QueryParams};
use crate::directory::tenants::requests::PlacedRequest;
use crate::model::cause::Cause;
use crate::model::noted_request::{AttributeResult, NotedRequest, RecordRef};
use crate::model::sync::SyncRecord;
use crate::model::unauthorized::{UnauthorizedReason, UnauthorizedRequests};
use crate::server::error::{Answer, ApiError};
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::{Deserialize, Serialize};
use strum::EnumString;
use utoipa::ToSchema;

/// The requests that a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub(super) enum RequestsFilter {
    /// Failed requests.
    #[default]
    Failed,
    /// Requests without a valid Secret Token.
    Unauthorized,
    /// The requests of a recording, with the successful ones.
    Recorded,
    /// All of these.
    All,
}

/// The requests of the identity provider. Rollcall keeps them for seven days, and at most 1,000 failed ones. It keeps no
/// body, no value and no token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RequestsBody {
    /// The failed or recorded requests, the latest first. Equal failed requests within an hour are one row.
    requests: Vec<RequestBody>,
    /// The requests without a valid Secret Token, by reason, the latest first.
    unauthorized: Vec<UnauthorizedBody>,
    /// The time until which every request is recorded; `null` when no recording runs.
    #[schema(format = DateTime)]
    record_until: Option<String>,
}

/// A request, or several equal failed requests.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RequestBody {
    /// The meaning, such as `createUser` or `deactivateUser`.
    meaning: &'static str,
    /// The method and the route, such as `POST /Users`.
    operation: String,
    /// The HTTP status.
    status: u16,
    /// The `scimType` of the response.
    scim_type: Option<String>,
    /// The cause of a failure; `null` for a successful request.
    cause: Option<CauseBody>,
    /// The attributes with the problem.
    attributes: Vec<String>,
    /// The results of the attributes of a recorded request.
    results: Vec<ResultBody>,
    /// The user or group that the request is about.
    record: Option<RecordBody>,
    /// The short name of the token. It identifies the token and does not open anything.
    token: String,
    /// The id of the last request. The response has it in the header `x-request-id`.
    request_id: String,
    /// The duration of the last request, in milliseconds.
    duration_ms: u64,
    #[schema(format = DateTime)]
    first: String,
    #[schema(format = DateTime)]
    last: String,
    /// The number of requests.
    count: u64,
}

/// The cause of a failed request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CauseBody {
    /// The stable name, such as `user-name-taken`.
    name: &'static str,
    /// The problem, as a sentence.
    sentence: String,
    /// The next step of an administrator.
    what_to_do: &'static str,
}

/// The result of an attribute.
#[derive(Debug, Serialize, ToSchema)]
struct ResultBody {
    name: String,
    /// `kept`, `ignored`, `unchanged` or `notInUse`.
    result: &'static str,
}

/// A user or a group.
#[derive(Debug, Serialize, ToSchema)]
struct RecordBody {
    /// `User` or `Group`.
    kind: &'static str,
    id: uuid::Uuid,
}

/// The requests without a valid Secret Token, for one reason.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UnauthorizedBody {
    /// `token-revoked`, `token-replaced`, `token-expired`, `admin-token`, `read-token`, `other-tenant`,
    /// `unknown-token`, `bearer-twice`, `no-token` or `no-bearer-token`.
    reason: &'static str,
    /// The label of the token, if Rollcall knows the token.
    label: Option<String>,
    /// The time when the token ended, if Rollcall knows the token.
    #[schema(format = DateTime)]
    ended: Option<String>,
    #[schema(format = DateTime)]
    first: String,
    #[schema(format = DateTime)]
    last: String,
    /// The number of requests.
    count: u64,
}

/// The body of a request to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordRequestBody {
    /// `true` starts a recording of one hour, `false` stops it.
    record: bool,
}

/// The state of the recording.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RecordingBody {
    /// The end of the recording; `null` when none runs.
    #[schema(format = DateTime)]
    record_until: Option<String>,
}

/// List requests of the identity provider
#[utoipa::path(
    get,
    path = "/requests",
    tag = "settings",
    params(
        ("show" = Option<RequestsFilter>, Query, description = "The requests in the list. The default is failed"),
        ("cause" = Option<String>, Query, max_length = 64,
            description = "Only requests with this cause, such as `user-name-taken`")
    ),
    responses(
        (status = 200, description = "The requests", body = RequestsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_requests(call: Call, query: QueryParams) -> Answer {
    query.check(&["show", "cause"])?;
    let show = match query.get("show") {
        None => RequestsFilter::default(),
        Some(text) => text.parse().map_err(|_| {
            ApiError::bad_request("show must be failed, unauthorized, recorded or all")
        })?,
    };
    let cause = query.text("cause", 64)?;
    let (sync, tenant) = (&call.services.sync, &call.caller.tenant);
    let log = sync.requests(tenant).await.map_err(explain)?;
    let mut requests = Vec::new();
    if matches!(show, RequestsFilter::Failed | RequestsFilter::All) {
        requests = log.failed;
    }
    if matches!(show, RequestsFilter::Recorded | RequestsFilter::All) {
        requests.extend(sync.recorded_requests(tenant).await.map_err(explain)?);
    }
    requests.sort_by_key(|placed| std::cmp::Reverse(placed.request.last));
    let is_wanted = |placed: &PlacedRequest| {
        cause.is_empty() || placed.request.cause.is_some_and(|found| found.name() == cause)
    };
    let requests = requests.into_iter().filter(is_wanted);
    let SyncRecord { unauthorized, record_until, .. } = log.record;
    let is_shown = matches!(show, RequestsFilter::Unauthorized | RequestsFilter::All);
    let unauthorized = if is_shown { unauthorized } else { Vec::new() };
    let now = call.services.tenants.now();
    let body = RequestsBody {
        requests: requests.map(|placed| placed.request.into()).collect(),
        unauthorized: unauthorized.into_iter().map(Into::into).collect(),
        record_until: record_until.filter(|until| *until > now).map(date_time::format),
    };
    plain_json(StatusCode::OK, &body)
}

/// Record every request for one hour
///
/// A recording also has the successful requests, with the result of each attribute. It stops after one hour or 4,000
/// requests. The history of the tenant has an entry about it.
#[utoipa::path(
    post,
    path = "/requests/record",
    tag = "settings",
    request_body = RecordRequestBody,
    responses(
        (status = 200, description = "The recording", body = RecordingBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn record_requests(
    call: Call,
    JsonBody(RecordRequestBody { record }): JsonBody<RecordRequestBody>,
) -> Answer {
    let until =
        call.services.sync.set_recording(&call.caller.tenant, record, &call.caller.actor).await;
    let record_until = until.map_err(explain)?.map(date_time::format);
    plain_json(StatusCode::OK, &RecordingBody { record_until })
}

impl From<NotedRequest> for RequestBody {
    fn from(request: NotedRequest) -> Self {
        let attribute = request.attributes.first().map(String::as_str);
        let cause = request.cause.map(|cause: Cause| CauseBody {
            name: cause.name(),
            sentence: cause.sentence(attribute),
            what_to_do: cause.text().what_to_do,
        });
        let record = |RecordRef { kind, id }| RecordBody { kind: kind.as_str(), id };
        let result =
            |AttributeResult { name, result }| ResultBody { name, result: result.as_str() };
        Self {
            meaning: request.meaning.as_str(),
            operation: request.operation,
            status: request.status,
            scim_type: request.scim_type,
            cause,
            attributes: request.attributes,
            results: request.results.into_iter().map(result).collect(),
            record: request.record.map(record),
            token: request.token,
            request_id: request.request_id,
            duration_ms: request.millis,
            first: date_time::format(request.first),
            last: date_time::format(request.last),
            count: request.count,
        }
    }
}

impl From<UnauthorizedRequests> for UnauthorizedBody {
    fn from(UnauthorizedRequests { reason, first, last, count }: UnauthorizedRequests) -> Self {
        let name = reason.name();
        let (label, ended) = match reason {
            UnauthorizedReason::TokenRevoked { label, at }
            | UnauthorizedReason::TokenReplaced { label, at }
            | UnauthorizedReason::TokenExpired { label, at } => (Some(label), Some(at)),
            UnauthorizedReason::AdminToken
            | UnauthorizedReason::ReadToken
            | UnauthorizedReason::OtherTenant
            | UnauthorizedReason::UnknownToken
            | UnauthorizedReason::BearerTwice
            | UnauthorizedReason::NoToken
            | UnauthorizedReason::NoBearerToken => (None, None),
        };
        Self {
            reason: name,
            label,
            ended: ended.map(date_time::format),
            first: date_time::format(first),
            last: date_time::format(last),
            count,
        }
    }
}
