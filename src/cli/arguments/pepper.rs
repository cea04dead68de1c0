//! The arguments of `rollcall pepper`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum PepperCommand {
    /// Seal the secrets of all tenants under the current pepper. Run it before the next rotation of the pepper: a secret
    /// that is sealed under neither pepper is lost
    Reseal {
        /// Count the secrets under the previous pepper, and change nothing
        #[arg(long)]
        check: bool,
    },
}
