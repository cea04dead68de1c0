//! `rollcall settings`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::settings::{HoursOrOff, OnOff, SettingsCommand};
use super::open::Purpose;
use super::{open, output};
use rollcall::directory::precondition::Precondition;
use rollcall::directory::{Provider, Settings, SilentAfter, Tenant};

pub async fn run(
    deployment: &Deployment,
    command: SettingsCommand,
    json: bool,
) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    let tenant = match command {
        SettingsCommand::Show { tenant } => app.tenants.get(&tenant).await?,
        SettingsCommand::Set { tenant, changes } => {
            let change = |before: Settings| Settings {
                location_from_idp: switched(changes.location, before.location_from_idp),
                department_from_idp: switched(changes.department, before.department_from_idp),
                manager_from_idp: switched(changes.manager, before.manager_from_idp),
                silent_after_hours: changes
                    .silent_after
                    .map_or(before.silent_after_hours, |HoursOrOff(hours)| hours),
                provider: changes.provider.or(before.provider),
            };
            app.tenants.set_settings(&tenant, change, &Precondition::default(), &ACTOR).await?
        }
    };
    if json { output::print_json(&serde_json::to_value(tenant.settings)?) } else { print(&tenant) }
}

/// Prints the settings of a tenant, in the words of the console.
pub fn print(tenant: &Tenant) -> anyhow::Result<()> {
    let settings = tenant.settings;
    let word = |on: bool| if on { "on" } else { "off" }.to_owned();
    output::print_record(&[
        ("Set employee location info from Identity Provider", word(settings.location_from_idp)),
        ("Set employee department info from Identity Provider", word(settings.department_from_idp)),
        ("Set employee manager info from Identity Provider", word(settings.manager_from_idp)),
        ("Report a silent Identity Provider after", hours(settings.silent_after_hours)),
        ("Identity Provider", settings.provider.map_or("not chosen", Provider::as_str).to_owned()),
    ])
}

fn hours(hours: Option<SilentAfter>) -> String {
    match hours.map(SilentAfter::hours) {
        None => "off".to_owned(),
        Some(1) => "1 hour".to_owned(),
        Some(hours) => format!("{hours} hours"),
    }
}

fn switched(switch: Option<OnOff>, before: bool) -> bool {
    switch.map_or(before, |switch| switch == OnOff::On)
}
