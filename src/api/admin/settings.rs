//! `/settings`: what the identity provider governs.

use super::call::{Answer, Body, Call, explain};
use super::document::Problem;
use crate::api::response::plain_json;
use crate::directory::Settings;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the identity provider governs. Where it does not, the tenant's own values count.
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

/// New settings; those left out, or null, stay as they are.
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
        (status = 200, description = "The settings", body = SettingsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn get_settings(call: Call) -> Answer {
    plain_json(StatusCode::OK, &SettingsBody::from(call.tenant().await?.settings))
}

/// Change settings
///
/// Takes effect at once, for every employee, without another sync; turning a setting off brings the tenant's own values
/// back.
#[utoipa::path(
    patch,
    path = "/settings",
    tag = "settings",
    request_body = SettingsPatch,
    responses(
        (status = 200, description = "The settings as they are now", body = SettingsBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn change_settings(call: Call, Body(patch): Body<SettingsPatch>) -> Answer {
    let change = |before: Settings| Settings {
        location_from_idp: patch.location_from_idp.unwrap_or(before.location_from_idp),
        department_from_idp: patch.department_from_idp.unwrap_or(before.department_from_idp),
        manager_from_idp: patch.manager_from_idp.unwrap_or(before.manager_from_idp),
    };
    let tenants = &call.services.tenants;
    let changed = tenants.set_settings(&call.caller.tenant, change, call.actor()).await;
    plain_json(StatusCode::OK, &SettingsBody::from(changed.map_err(explain)?.settings))
}
