//! The arguments of `rollcall token`.

use super::value_parsers::tenant_id;
use clap::{Subcommand, ValueEnum};
use rollcall::directory::TenantId;
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a new token; the current one stays valid for the overlap
    Rotate {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// What the token is for
        #[arg(long, value_enum, default_value = "scim")]
        scope: ScopeArgument,
        /// How long the token before stays valid, such as 24h, 30m or 0s [default: 24h for scim, 0s for admin]
        #[arg(long, value_parser = humantime::parse_duration)]
        overlap: Option<Duration>,
        /// A name for people, shown in the history of what was done with it
        #[arg(long)]
        label: Option<String>,
        /// End a token that is still valid from the rotation before
        #[arg(long)]
        drop_earlier: bool,
        /// End the current token now and keep the previous one, for a new token that was lost; refused when a use of it is known
        #[arg(long, conflicts_with = "drop_earlier")]
        replace_unused: bool,
        /// Print shell assignments of TENANT_URL and SECRET_TOKEN, for eval
        #[arg(long, conflicts_with = "json")]
        shell: bool,
    },
    /// End the validity of tokens, within a minute
    Revoke {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Which scope's tokens
        #[arg(long, value_enum)]
        scope: ScopeArgument,
        /// Only this one of the two
        #[arg(long, value_enum)]
        stage: Option<StageArgument>,
    },
    /// List a tenant's tokens: never the tokens themselves
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScopeArgument {
    /// The identity provider's SCIM calls
    Scim,
    /// The tenant's own administration
    Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageArgument {
    /// The token made last
    Current,
    /// The one before
    Previous,
}
