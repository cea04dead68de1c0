//! The arguments of `rollcall demo`.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// The port of 127.0.0.1 to listen on. 0 takes a free port
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Keep the data in this folder, which must be new or empty. Without it, the data goes at the end
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Change nothing after the start
    #[arg(long)]
    pub still: bool,
    /// Let the clock stand on 2026-11-30 12:00 UTC, so that pictures stay the same
    #[arg(long, requires = "still", hide = true)]
    pub stopped_clock: bool,
}
