//! The arguments of `rollcall dynamodb`.

use clap::Args;
use std::net::SocketAddr;

#[derive(Debug, Args)]
pub struct DynamodbArguments {
    /// The IP address and port to listen on. Port 0 takes a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Allow an address that is not a loopback address, such as the address of a container network. Every client that
    /// reaches the address can read and write all data
    #[arg(long)]
    pub without_credentials: bool,
}
