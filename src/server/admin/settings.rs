//! `/settings`: the attributes that the identity provider governs.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::{Settings, Tenant};
use crate::server::error::Answer;
use crate::server::response::{plain_json, with_entity_tag};
use http::StatusCode;
use scim::version::entity_tag;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The attributes that the identity provider governs. For the others, the tenant's own values take effect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SettingsBody {
    /// *Set employee location info from Identity Provider*
    location_from_idp: bool,
    /// *Set employee department info from Identity Provider*
    department_from_idp: bool,
    /// *Set employee manager info from Identity Provider*
    manager_from_idp: bool,
}

impl From<Settings> for SettingsBody {
    fn from(settings: Settings) -> Self {
        let Settings { location_from_idp, department_from_idp, manager_from_idp } = settings;
        Self { location_from_idp, department_from_idp, manager_from_idp }
    }
}

/// New settings. An absent or null setting stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SettingsPatch {
    location_from_idp: Option<bool>,
    department_from_idp: Option<bool>,
    manager_from_idp: Option<bool>,
}

/// Show the settings
#[utoipa::path(
    get,
    path = "/settings",
    tag = "settings",
    responses(
        (status = 200, description = "The settings", body = SettingsBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_settings(call: Call) -> Answer {
    show(&call.tenant().await?)
}

/// Change settings
///
/// The change takes effect at once for every employee, without another sync. When a setting is turned off, the tenant's
/// own values take effect again.
#[utoipa::path(
    patch,
    path = "/settings",
    tag = "settings",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the version to change. The default is any version")),
    request_body = SettingsPatch,
    responses(
        (status = 200, description = "The settings after the change", body = SettingsBody, headers(("ETag" = String, description = "The version, for If-Match"))),
        (status = 412, description = "If-Match names another version", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn change_settings(
    call: Call,
    JsonBody(patch): JsonBody<SettingsPatch>,
) -> Answer {
    let change = |before: Settings| Settings {
        location_from_idp: patch.location_from_idp.unwrap_or(before.location_from_idp),
        department_from_idp: patch.department_from_idp.unwrap_or(before.department_from_idp),
        manager_from_idp: patch.manager_from_idp.unwrap_or(before.manager_from_idp),
    };
    let tenants = &call.services.tenants;
    let changed =
        tenants.set_settings(&call.caller.tenant, change, &call.precondition, call.actor()).await;
    show(&changed.map_err(explain)?)
}

fn show(tenant: &Tenant) -> Answer {
    let answer = plain_json(StatusCode::OK, &SettingsBody::from(tenant.settings))?;
    Ok(with_entity_tag(answer, &entity_tag(tenant.revision)))
}
