//! The arguments of `rollcall tenant`.

use super::value_parsers::tenant_id;
use clap::Subcommand;
use rollcall::directory::TenantId;

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant; prints its Tenant URL and tokens, once
    Create {
        /// Its id: 2 to 32 lower-case letters, digits and inner hyphens
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Its name, for people; the id if not given
        #[arg(long)]
        name: Option<String>,
    },
    /// Make the tenant of the files in events/, with tokens that everybody knows; not on AWS
    Sample,
    /// List the tenants
    List,
    /// Show a tenant with its settings, tokens and history
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Check that a tenant's stored items agree with each other, as after a restore; reads all of them
    Check {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Finish unfinished work, and repair everything that follows from the records
        #[arg(long)]
        repair: bool,
    },
    /// Delete a tenant with all employees and history, for good
    Delete {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The tenant's id once more
        #[arg(long, value_name = "TENANT")]
        confirm: String,
        /// Do not wait a minute for running servers to forget the tenant's tokens; only when none runs
        #[arg(long)]
        no_wait: bool,
    },
}
