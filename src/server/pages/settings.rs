//! *SCIM 2.0*: the values to paste into the identity provider, and the settings that it governs.

use super::attributes::AttributesCard;
use super::frame::{Frame, Section, When, show as show_page};
use super::guard::{Form, Visitor};
use super::messages::explain;
use super::tokens::TokenGroup;
use crate::directory::events::day_counts::LastDay;
use crate::directory::precondition::Precondition;
use crate::directory::tenants::sync::SyncStatus;
use crate::directory::{Refusal, Scope, Settings, SilentAfter, UnknownAttribute};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    name: String,
    tenant_url: String,
    groups: [TokenGroup; 3],
    switches: [SettingSwitch; 3],
    /// The hours without a request after which silence is reported; `None` when it is off.
    silent_after: Option<u64>,
    attributes: AttributesCard,
    /// The time of the identity provider's last request.
    last_request: Option<When>,
    last_day: LastDay,
    refusals: Vec<RefusalRow>,
    unknown: Vec<UnknownAttribute>,
}

/// A refused request of the identity provider.
struct RefusalRow {
    at: When,
    operation: String,
    status: u16,
    detail: String,
}

/// A setting that can be on or off.
struct SettingSwitch {
    name: &'static str,
    label: &'static str,
    on: bool,
}

const LOCATION: &str = "location";
const DEPARTMENT: &str = "department";
const MANAGER: &str = "manager";
const SILENT_AFTER: &str = "silentAfter";
/// The text for a number of hours that is not valid.
const NO_HOURS: &str =
    "The hours until silence is reported must be a whole number from 1 to 168, or empty";

/// Shows the settings.
pub(super) async fn show(services: &Services, visitor: &Visitor, query: &Pairs) -> Answer {
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let now = services.tenants.now();
    let SyncStatus { record, last_day } = services.sync.status(&tenant).await.map_err(explain)?;
    let groups = Scope::ALL.map(|scope| TokenGroup::of(&tenant, scope, &record.used, now));
    let Settings { location_from_idp, department_from_idp, manager_from_idp, silent_after_hours } =
        tenant.settings;
    let switch = |name, label, on| SettingSwitch { name, label, on };
    show_page(&SettingsPage {
        frame: Frame::of(visitor, Section::Settings).with_notice(query),
        tenant_url: visitor.site.tenant_url(&visitor.tenant),
        groups,
        last_request: record.last_request.map(When::new),
        last_day,
        refusals: record.refusals.into_iter().map(RefusalRow::from).collect(),
        unknown: record.unknown,
        switches: [
            switch(
                LOCATION,
                "Set employee location info from Identity Provider",
                location_from_idp,
            ),
            switch(
                DEPARTMENT,
                "Set employee department info from Identity Provider",
                department_from_idp,
            ),
            switch(MANAGER, "Set employee manager info from Identity Provider", manager_from_idp),
        ],
        silent_after: silent_after_hours.map(SilentAfter::hours),
        attributes: AttributesCard::of(&tenant),
        name: tenant.name,
    })
}

impl From<Refusal> for RefusalRow {
    fn from(refusal: Refusal) -> Self {
        let Refusal { at, operation, status, detail } = refusal;
        Self { at: When::new(at), operation, status, detail }
    }
}

/// Saves the settings. Browsers do not send a box that is not ticked, so a missing field means off. An empty number
/// of hours means off too.
pub(super) async fn save(State(services): State<Services>, visitor: Visitor, form: Form) -> Answer {
    let settings = Settings {
        location_from_idp: form.has(LOCATION),
        department_from_idp: form.has(DEPARTMENT),
        manager_from_idp: form.has(MANAGER),
        silent_after_hours: silent_after(form.get(SILENT_AFTER).trim())?,
    };
    let saved = services
        .tenants
        .set_settings(&visitor.tenant, |_| settings, &Precondition::default(), &visitor.actor)
        .await;
    saved.map_err(explain)?;
    Ok(redirect(&visitor.site.path("?done=saved")))
}

fn silent_after(text: &str) -> Result<Option<SilentAfter>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    let hours = SilentAfter::parse(text);
    hours.map(Some).ok_or_else(|| ApiError::bad_request(NO_HOURS))
}
