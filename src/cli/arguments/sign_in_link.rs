//! The arguments of `rollcall open`.

use super::value_parsers::{origin, tenant_id};
use clap::Args;
use rollcall::directory::TenantId;

#[derive(Debug, Args)]
pub struct OpenArguments {
    /// The id of the tenant
    #[arg(value_parser = tenant_id)]
    pub tenant: TenantId,
    /// Print the link, and open no browser
    #[arg(long)]
    pub print: bool,
    /// The URL at which your browser reaches the service, if it is another than the public URL
    #[arg(long, value_name = "URL", value_parser = origin)]
    pub url: Option<String>,
    /// End all sign-in links of the tenant, and their sessions, instead of making one
    #[arg(long, conflicts_with_all = ["print", "url"])]
    pub revoke: bool,
}
