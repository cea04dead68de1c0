//! `/settings`: the attributes that the identity provider governs, and the silence that is an event.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use crate::directory::{HOURS_RULE, PROVIDER_RULE, Provider, Settings, SilentAfter, Tenant};
use crate::server::error::Answer;
use crate::server::response::{plain_json, with_entity_tag};
use http::StatusCode;
use scim::version::entity_tag;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

/// The settings of the tenant. The identity provider governs the attributes whose switch is on. For the others, the
/// tenant's own values take effect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SettingsBody {
    /// *Set employee location info from Identity Provider*
    location_from_idp: bool,
    /// *Set employee department info from Identity Provider*
    department_from_idp: bool,
    /// *Set employee manager info from Identity Provider*
    manager_from_idp: bool,
    /// The number of hours without a request after which `sync.silent` is an event; null when it is off.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 168)]
    silent_after_hours: Option<SilentAfter>,
    /// The identity provider; null until the tenant chooses one. It changes words in the console, and nothing else.
    #[schema(value_type = Option<String>, pattern = "^(okta|entra|other)$", example = "okta")]
    provider: Option<Provider>,
}

impl From<Settings> for SettingsBody {
    fn from(settings: Settings) -> Self {
        let Settings {
            location_from_idp,
            department_from_idp,
            manager_from_idp,
            silent_after_hours,
            provider,
        } = settings;
        Self {
            location_from_idp,
            department_from_idp,
            manager_from_idp,
            silent_after_hours,
            provider,
        }
    }
}

/// New settings. An absent setting stays as it is. A null switch also stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SettingsPatch {
    location_from_idp: Option<bool>,
    department_from_idp: Option<bool>,
    manager_from_idp: Option<bool>,
    /// The number of hours without a request after which `sync.silent` is an event; null turns it off.
    ///
    /// 24 suits Microsoft Entra ID, which asks about every 40 minutes. Okta sends a request only when something changes,
    /// so its silence is no failure.
    #[serde(default, deserialize_with = "silent_after")]
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 168)]
    silent_after_hours: HoursChange,
    /// The identity provider: `okta`, `entra` or `other`; null when none is chosen.
    #[serde(default, deserialize_with = "provider")]
    #[schema(value_type = Option<String>, pattern = "^(okta|entra|other)$", example = "okta")]
    provider: Option<Option<Provider>>,
}

/// A change of the hours: `None` keeps them, and `Some(None)` turns the setting off.
type HoursChange = Option<Option<SilentAfter>>;

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
        silent_after_hours: patch.silent_after_hours.unwrap_or(before.silent_after_hours),
        provider: patch.provider.unwrap_or(before.provider),
    };
    let access = &call.services.access;
    let changed = access
        .set_settings(&call.caller.tenant, change, &call.precondition, &call.caller.actor)
        .await;
    show(&changed.map_err(explain)?)
}

/// Reads a change of the hours. An absent key keeps them, by `#[serde(default)]`.
fn silent_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HoursChange, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(Some(None)) };
    let text = number.to_string();
    let hours = SilentAfter::parse(text.strip_suffix(".0").unwrap_or(&text));
    hours.map(|hours| Some(Some(hours))).ok_or_else(|| D::Error::custom(HOURS_RULE))
}

/// Reads a change of the identity provider. An absent key keeps it, by `#[serde(default)]`.
fn provider<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Provider>>, D::Error> {
    let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(Some(None)) };
    let provider = Provider::parse(&name).ok_or_else(|| D::Error::custom(PROVIDER_RULE))?;
    Ok(Some(Some(provider)))
}

fn show(tenant: &Tenant) -> Answer {
    let answer = plain_json(StatusCode::OK, &SettingsBody::from(tenant.settings))?;
    Ok(with_entity_tag(answer, &entity_tag(tenant.revision)))
}
