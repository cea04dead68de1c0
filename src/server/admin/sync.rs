//! `/sync`: the state of the sync with the identity provider.

use super::messages::explain;
use super::problem::Problem;
use super::request::Call;
use crate::directory::UnknownAttribute;
use crate::directory::events::day_counts::LastDay;
use crate::directory::tenants::sync::SyncStatus;
use crate::model::meaning::Client;
use crate::server::error::Answer;
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of the sync.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SyncBody {
    /// The time of the identity provider's last request. The note can be up to a minute late.
    #[schema(format = DateTime)]
    last_request: Option<String>,
    /// The number of changes in the last 24 hours, by any actor.
    last_day: LastDayBody,
    /// The client that sent the last request: `okta`, `entra` or `other`. The name comes from its `User-Agent`.
    client: Option<&'static str>,
    /// The number of failed requests in the last seven days. `GET /requests` shows them.
    failed_requests: u64,
    /// The number of requests without a valid Secret Token in the last seven days.
    unauthorized_requests: u64,
    /// The unknown attributes that the identity provider sent in the last seven days, the latest first. At most 50. The
    /// cause is a wrong mapping, or a custom attribute that is not declared.
    unknown_attributes: Vec<UnknownBody>,
}

/// The number of changes, by kind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LastDayBody {
    created: u64,
    updated: u64,
    /// The identity provider deactivated or deleted the user, or an administrator archived the employee.
    archived: u64,
    restored: u64,
    /// Whether the day has more changes than were counted.
    partial: bool,
}

/// An unknown attribute that the identity provider sent. Rollcall ignored it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UnknownBody {
    /// `User` or `Group`.
    resource_type: String,
    /// The attribute in SCIM's notation (RFC 7644 §3.10), such as `urn:example:User:badge` or `name.nick`.
    attribute: String,
    /// The last day (UTC) on which the attribute was sent.
    #[schema(format = Date)]
    day: String,
    /// The JSON type of the value, or of the elements of the list: `null`, `boolean`, `integer`, `decimal`, `string`,
    /// `object` or `mixed`. Rollcall never keeps the value.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Whether the value is a list.
    multi_valued: bool,
}

/// Show the state of the sync
#[utoipa::path(
    get,
    path = "/sync",
    tag = "settings",
    responses(
        (status = 200, description = "The state of the sync", body = SyncBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_sync(call: Call) -> Answer {
    let tenant = call.services.tenants.get(&call.caller.tenant).await.map_err(explain)?;
    let status = call.services.sync.status(&tenant).await.map_err(explain)?;
    plain_json(StatusCode::OK, &SyncBody::from(status))
}

impl From<SyncStatus> for SyncBody {
    fn from(SyncStatus { record, last_day }: SyncStatus) -> Self {
        let LastDay { created, updated, archived, restored, is_partial } = last_day;
        Self {
            last_request: record.last_request.map(date_time::format),
            last_day: LastDayBody { created, updated, archived, restored, partial: is_partial },
            client: record.sender.map(Client::as_str),
            failed_requests: record.failed(),
            unauthorized_requests: record.unauthorized.iter().map(|one| one.count).sum(),
            unknown_attributes: record.unknown.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<UnknownAttribute> for UnknownBody {
    fn from(UnknownAttribute { resource_type, name, day, shape }: UnknownAttribute) -> Self {
        let (kind, multi_valued) = (shape.kind.as_str(), shape.multi_valued);
        Self { resource_type, attribute: name, day, kind, multi_valued }
    }
}
