//! The arguments of `rollcall settings`.

use super::value_parsers::tenant_id;
use clap::{Args, Subcommand, ValueEnum};
use rollcall::directory::{HOURS_RULE, PROVIDER_RULE, Provider, SilentAfter, TenantId};

#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show a tenant's settings
    Show {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Change a tenant's settings. The change takes effect at once, without another sync
    Set {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        #[command(flatten)]
        changes: SettingChanges,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SettingChanges {
    /// Set employee location info from Identity Provider: with on, the value of the identity
    /// provider is effective; with off, the local value
    #[arg(long, value_enum, value_name = "on|off")]
    pub location: Option<OnOff>,
    /// Set employee department info from Identity Provider: on or off, as for --location
    #[arg(long, value_enum, value_name = "on|off")]
    pub department: Option<OnOff>,
    /// Set employee manager info from Identity Provider: on or off, as for --location
    #[arg(long, value_enum, value_name = "on|off")]
    pub manager: Option<OnOff>,
    /// Report that the Identity Provider sent no request for this number of hours, 1 to 168, or
    /// off. 24 suits Microsoft Entra ID, which asks about every 40 minutes. Okta sends a request
    /// only when something changes, so leave it off for Okta
    #[arg(long, value_parser = hours_or_off, value_name = "hours|off")]
    pub silent_after: Option<HoursOrOff>,
    /// The Identity Provider of the tenant. It changes words in the console, and nothing else
    #[arg(long, value_parser = provider, value_name = "okta|entra|other")]
    pub provider: Option<Provider>,
}

/// A number of hours, or `None` for off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoursOrOff(pub Option<SilentAfter>);

fn hours_or_off(text: &str) -> Result<HoursOrOff, String> {
    if text == "off" {
        return Ok(HoursOrOff(None));
    }
    let hours = SilentAfter::parse(text).ok_or_else(|| format!("{HOURS_RULE}, or off"))?;
    Ok(HoursOrOff(Some(hours)))
}

fn provider(text: &str) -> Result<Provider, String> {
    Provider::parse(text).ok_or_else(|| PROVIDER_RULE.to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    On,
    Off,
}
