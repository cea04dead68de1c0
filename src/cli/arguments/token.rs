//! The arguments of `rollcall token`.

use super::value_parsers::tenant_id;
use clap::{Subcommand, ValueEnum};
use rollcall::directory::TenantId;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Create the first token of a use, and print it once. A token that was never used ends. Refused if the current token
    /// was used
    Create {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The use of the token
        #[arg(long, value_enum, default_value = "scim")]
        scope: ScopeArgument,
        /// A name for the token, for people. The history shows it beside each change that was made with the token
        /// [default: Identity Provider for scim, Administrator for admin, Read-only Client for read]
        #[arg(long)]
        label: Option<String>,
        /// Print assignments of TENANT_URL and SECRET_TOKEN, ADMIN_TOKEN or READ_TOKEN, for eval in a shell
        #[arg(long, conflicts_with = "json")]
        shell: bool,
    },
    /// Replace the current token, and print the new token once. The current token stays valid for the overlap
    Replace {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The use of the token
        #[arg(long, value_enum, default_value = "scim")]
        scope: ScopeArgument,
        /// The time for which the current token stays valid: a duration such as 24h, 30m or 0s, at most 365 days
        /// [default: 24h for scim and read, 0s for admin]
        #[arg(long, value_parser = humantime::parse_duration)]
        overlap: Option<Duration>,
        /// A name for the token, for people. The history shows it beside each change that was made with the token
        /// [default: Identity Provider for scim, Administrator for admin, Read-only Client for read]
        #[arg(long)]
        label: Option<String>,
        /// End the previous token now, if it is still valid. The current token stays valid for the overlap
        #[arg(long)]
        drop_earlier: bool,
        /// Print assignments of TENANT_URL and SECRET_TOKEN, ADMIN_TOKEN or READ_TOKEN, for eval in a shell
        #[arg(long, conflicts_with = "json")]
        shell: bool,
    },
    /// End tokens before they expire. Running servers refuse them within 60 seconds
    Revoke {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The use of the tokens to end
        #[arg(long, value_enum)]
        scope: ScopeArgument,
        /// End only the token of this stage, instead of both
        #[arg(long, value_enum)]
        stage: Option<StageArgument>,
    },
    /// List the records of a tenant's tokens: scope, stage, label and times. The tokens themselves are not stored
    List {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeArgument {
    /// SCIM requests of the identity provider
    Scim,
    /// The admin API and the console of the tenant
    Admin,
    /// Reads of the admin API, for another product that follows changes
    Read,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageArgument {
    /// The newest token
    Current,
    /// The token before the newest token
    Previous,
}
