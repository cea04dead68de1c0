//! `/sources`: the preview of another source of an attribute. `/dismissals`: notices that are hidden for 30 days.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::tenants::sources::SourcePreview;
use crate::directory::tenants::to_do::is_cause;
use crate::directory::{Dismissals, GovernedAttribute};
use crate::server::error::{Answer, ApiError};
use crate::server::path::PathParts;
use crate::server::response::plain_json;
use http::StatusCode;
use scim::date_time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The source to preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PreviewRequest {
    /// Whether the source becomes the identity provider. false means the tenant's own values.
    from_idp: bool,
}

/// The effect of another source of an attribute.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PreviewBody {
    /// `department`, `location` or `manager`.
    attribute: &'static str,
    /// Whether the source becomes the identity provider.
    from_idp: bool,
    /// The number of active employees.
    active: u64,
    /// The number of active employees whose value in use changes.
    changed: u64,
    /// The number of active employees who have a value in use now, and none afterwards.
    losing: u64,
    /// At most five employees whose value in use changes: first those who lose it, with room for two with a new value.
    samples: Vec<SampleBody>,
}

/// An employee whose value in use changes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SampleBody {
    #[schema(format = Uuid)]
    id: String,
    /// The display name, else the userName.
    name: String,
    /// The value in use now.
    now: Option<String>,
    /// The value in use afterwards.
    then: Option<String>,
}

/// A notice to dismiss, or to show again: exactly one of `cause` and `attributes`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DismissalRequest {
    /// The cause of a to-do entry, such as `token-expires`.
    #[schema(max_length = 100, pattern = "^[a-z][a-z0-9-]*$")]
    cause: Option<String>,
    /// Ignored attributes: the resource type, a space and the attribute, such as `User urn:example:User:badge`.
    attributes: Option<BTreeSet<String>>,
    /// true dismisses the notice for 30 days, and false shows it again.
    dismissed: bool,
}

/// The dismissed notices of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DismissalsBody {
    dismissed: Vec<DismissalBody>,
}

/// A dismissed notice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DismissalBody {
    /// The cause of the to-do entry, or a digest of the hidden attribute.
    name: String,
    /// The time when the notice appears again.
    #[schema(format = DateTime)]
    until: String,
}

/// Preview another source of an attribute
///
/// Compares the values in use of all active employees. The preview changes nothing. It reads every employee: about 750
/// read units for 5,000 employees.
#[utoipa::path(
    post,
    path = "/sources/{attribute}/preview",
    tag = "settings",
    params(("attribute" = String, Path, description = "`department`, `location` or `manager`")),
    request_body = PreviewRequest,
    responses(
        (status = 200, description = "The effect of the source", body = PreviewBody),
        (status = 404, description = "The attribute has no choice of its source", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn preview_source(
    call: Call,
    PathParts([attribute]): PathParts<1>,
    JsonBody(request): JsonBody<PreviewRequest>,
) -> Answer {
    let attribute = attribute.as_deref().and_then(GovernedAttribute::parse);
    let attribute = attribute.ok_or_else(|| {
        ApiError::not_found(
            "Only department, location and manager have a choice of their source. Use one of these names",
        )
    })?;
    let preview = call.caller.directory.preview_source(attribute, request.from_idp).await;
    plain_json(StatusCode::OK, &PreviewBody::from(preview.map_err(explain)?))
}

/// Dismiss a notice, or show it again
///
/// A dismissed to-do entry and a hidden attribute appear again after 30 days. Repeated calls start the 30 days anew.
#[utoipa::path(
    post,
    path = "/dismissals",
    tag = "settings",
    request_body = DismissalRequest,
    responses(
        (status = 200, description = "All dismissed notices of this kind", body = DismissalsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn dismiss(call: Call, JsonBody(request): JsonBody<DismissalRequest>) -> Answer {
    let (tenant, actor) = (&call.caller.tenant, &call.caller.actor);
    let sync = &call.services.sync;
    let dismissed = match (request.cause, request.attributes) {
        (Some(cause), None) if is_cause(&cause) => {
            sync.dismiss_cause(tenant, &cause, request.dismissed, actor).await
        }
        (Some(_), None) => {
            return Err(ApiError::bad_request(
                "cause must have at most 100 lower-case letters, digits and hyphens, as in token-expires",
            ));
        }
        (None, Some(attributes)) => {
            sync.hide_attributes(tenant, &attributes, request.dismissed, actor).await
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err(ApiError::bad_request("Send either cause or attributes"));
        }
    };
    let dismissed = dismissed.map_err(explain)?;
    plain_json(StatusCode::OK, &DismissalsBody::of(&dismissed, call.services.tenants.now()))
}

impl From<SourcePreview> for PreviewBody {
    fn from(preview: SourcePreview) -> Self {
        let SourcePreview { attribute, from_idp, active, changed, losing, samples } = preview;
        let samples = samples.into_iter().map(|sample| SampleBody {
            id: sample.id.to_string(),
            name: sample.name,
            now: sample.now,
            then: sample.then,
        });
        let (attribute, samples) = (attribute.name(), samples.collect());
        Self { attribute, from_idp, active, changed, losing, samples }
    }
}

impl DismissalsBody {
    fn of(dismissals: &Dismissals, now: OffsetDateTime) -> Self {
        let all = dismissals.iter(now).map(|(name, until)| DismissalBody {
            name: name.to_owned(),
            until: date_time::format(until),
        });
        Self { dismissed: all.collect() }
    }
}
