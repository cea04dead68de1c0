//! The arguments of `rollcall serve`.

use clap::Parser;
use std::net::SocketAddr;

#[derive(Debug, Parser)]
pub struct ServeArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "ROLLCALL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Capacity units a second that each tenant may use, a minute's at once; 0 for no limit
    #[arg(long, value_name = "UNITS", env = "ROLLCALL_TENANT_UNITS", default_value_t = 0)]
    pub tenant_units: u32,
}
