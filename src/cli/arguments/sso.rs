//! The arguments of `rollcall sso`.

use super::settings::OnOff;
use super::value_parsers::{client_auth, date, match_rule, preset, tenant_id};
use clap::{Args, Subcommand};
use rollcall::directory::TenantId;
use rollcall::model::sso::{ClientAuth, MatchRule, Preset};
use std::path::PathBuf;
use time::Date;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum SsoCommand {
    /// Show the configuration, and the addresses for the identity provider. The client secret is never shown
    Show(TenantArgument),
    /// Ask the identity provider for its discovery document and its keys now. Nothing changes
    Check(TenantArgument),
    /// Configure single sign-on, or change parts of the configuration
    Set(Box<Set>),
    /// Remove single sign-on with its secret and its keys. All its sessions end
    Remove(TenantArgument),
    /// List the last 50 sign-ins to the console, newest first
    SignIns(TenantArgument),
    /// End the sessions of all administrators who signed in with the identity provider, or of one
    SignOut {
        #[command(flatten)]
        tenant: TenantArgument,
        /// The employee whose sessions end [default: all]
        #[arg(long, value_name = "ID")]
        employee: Option<Uuid>,
    },
    /// Make and change the keys of --client-auth key
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make the first key, or the next one. The next key signs after 24 hours
    Make(TenantArgument),
    /// Sign with the next key from now on. The key before it ends
    UseNext(TenantArgument),
}

#[derive(Debug, Args)]
pub struct TenantArgument {
    /// The id of the tenant
    #[arg(value_parser = tenant_id)]
    pub tenant: TenantId,
}

#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    pub tenant: TenantArgument,
    #[command(flatten)]
    pub changes: SsoChanges,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SsoChanges {
    /// The issuer, letter by letter as the identity provider shows it, such as https://example.okta.com
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// The client ID of Rollcall at the identity provider
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// How Rollcall proves itself to the identity provider: with a client secret, with a key that it makes, or with PKCE
    /// only [default: secret]
    #[arg(long, value_parser = client_auth, value_name = "secret|key|none")]
    pub client_auth: Option<ClientAuth>,
    /// The file with the client secret. A secret is no argument
    #[arg(long, value_name = "PATH", conflicts_with = "secret_stdin")]
    pub secret_file: Option<PathBuf>,
    /// Read the client secret from standard input
    #[arg(long)]
    pub secret_stdin: bool,
    /// The last day of the client secret, such as 2027-11-30. The page Single sign-on warns 30 days before
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub secret_ends: Option<Date>,
    /// The claim and the attribute that find the employee at the first sign-in: sub=externalId, oid=externalId,
    /// preferred_username=userName or email=email [default: by the provider]
    #[arg(long = "match", value_name = "CLAIM=ATTRIBUTE", value_parser = match_rule)]
    pub match_by: Option<MatchRule>,
    /// The kind of identity provider [default: by the issuer]
    #[arg(long, value_parser = preset, value_name = "okta|entra|google|other")]
    pub provider: Option<Preset>,
    /// For Google: the domain of the organization. "" clears it
    #[arg(long, value_name = "DOMAIN")]
    pub hd: Option<String>,
    /// The pushed group whose direct, active members are administrators
    #[arg(long, value_name = "ID", conflicts_with = "no_group")]
    pub group: Option<Uuid>,
    /// Let no group decide who is an administrator
    #[arg(long)]
    pub no_group: bool,
    /// An employee to name as an administrator; repeatable
    #[arg(long = "add-admin", value_name = "ID")]
    pub add_admins: Vec<Uuid>,
    /// An employee who is no named administrator any more; repeatable
    #[arg(long = "remove-admin", value_name = "ID")]
    pub remove_admins: Vec<Uuid>,
    /// The length of a session in hours [default: 8]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=24))]
    pub hours: Option<u8>,
    /// Whether the sign-in page accepts the Admin token. Only a session of single sign-on can turn it off
    #[arg(long, value_enum, value_name = "on|off")]
    pub token_sign_in: Option<OnOff>,
}
