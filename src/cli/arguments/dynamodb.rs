//! The arguments of `rollcall dynamodb`.

use super::value_parsers::listen_address;
use clap::Args;
use std::net::SocketAddr;

#[derive(Debug, Args)]
pub struct DynamodbArguments {
    /// The IP address and port to listen on. Port 0 takes a free port
    #[arg(long, value_name = "ADDRESS", value_parser = listen_address, default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Listen beyond this machine, such as for a container network, although the API asks for no credentials. Every
    /// client that reaches it can read and write all data
    #[arg(long)]
    pub without_credentials: bool,
}
