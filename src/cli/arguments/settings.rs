//! The arguments of `rollcall settings`.

use super::value_parsers::tenant_id;
use clap::{Args, Subcommand, ValueEnum};
use rollcall::directory::TenantId;

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    On,
    Off,
}
