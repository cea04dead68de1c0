//! The arguments of `rollcall serve`.

use super::value_parsers::{PrivateHosts, listen_address, private_hosts};
use clap::{ArgAction, Parser};
use std::net::SocketAddr;

#[derive(Debug, Parser)]
pub struct ServeArguments {
    /// The IP address and port to listen on. Port 0 takes a free port
    #[arg(long, value_name = "ADDRESS", env = "ROLLCALL_LISTEN", value_parser = listen_address,
        default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The DynamoDB capacity units a second that each tenant may use, on average. A tenant may use the units of one
    /// minute at once. 0 means no limit
    #[arg(long, value_name = "UNITS", env = "ROLLCALL_TENANT_UNITS", default_value_t = 0)]
    pub tenant_units: u32,
    /// Whether this server delivers events to webhooks, Slack and Teams. One of several servers is enough
    #[arg(long, value_name = "BOOL", env = "ROLLCALL_DELIVER", default_value_t = true, action = ArgAction::Set)]
    pub deliver: bool,
    /// The hosts of your own network that webhooks may call, with commas between them. They may have private addresses
    #[arg(long, value_name = "HOSTS", env = "ROLLCALL_PRIVATE_HOSTS", value_parser = private_hosts, default_value = "",
        hide_default_value = true)]
    pub private_hosts: PrivateHosts,
    /// Let webhooks call this machine, also with http, for development. Every administrator of a tenant can then reach
    /// the services of this machine
    #[arg(long, env = "ROLLCALL_ALLOW_PRIVATE_DESTINATIONS")]
    pub allow_private_destinations: bool,
}
