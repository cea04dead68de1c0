//! The arguments of `rollcall dynamodb`.

use clap::Args;
use std::net::SocketAddr;

#[derive(Debug, Args)]
pub struct DynamodbArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Needed for an address that is not a loopback one, such as a container network's: whoever reaches it reads and
    /// writes everything
    #[arg(long)]
    pub without_credentials: bool,
}
