//! The arguments of `rollcall serve`.

use super::value_parsers::listen_address;
use clap::Parser;
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
}
