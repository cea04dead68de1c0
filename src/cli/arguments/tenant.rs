//! The arguments of `rollcall tenant`.

use super::value_parsers::tenant_id;
use clap::Subcommand;
use rollcall::directory::TenantId;

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Create a tenant, and print its Tenant URL and tokens. The tokens are shown only once
    Create {
        /// The id of the new tenant, 2 to 32 characters: a-z, 0-9, and hyphens that are neither first nor last
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The tenant's name, for people [default: the id]
        #[arg(long)]
        name: Option<String>,
    },
    /// Create the tenant that the files in events/ use, for tests on this machine. Its tokens are public, so the
    /// command refuses a table on AWS
    Sample,
    /// List all tenants
    List,
    /// Show a tenant with its settings, its history and the records of its tokens
    Show {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Check that the stored items of a tenant agree with each other, for example after a restore. The check reads all
    /// items of the tenant
    Check {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Finish unfinished work, and restore every item that can be derived from the records
        #[arg(long)]
        repair: bool,
    },
    /// Delete a tenant with all its employees, groups and history. This cannot be undone
    Delete {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The id of the tenant once more, as a confirmation
        #[arg(long, value_name = "TENANT")]
        confirm: String,
        /// Do not wait one minute. The wait lets running servers drop the tenant's tokens from their caches, so use
        /// this option only if no server runs
        #[arg(long)]
        no_wait: bool,
    },
}
