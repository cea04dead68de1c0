//! The arguments of `rollcall employee`.

use super::value_parsers::{search_text, tenant_id};
use clap::{Args, Subcommand, ValueEnum};
use rollcall::directory::TenantId;

#[derive(Debug, Subcommand)]
pub enum EmployeeCommand {
    /// List employees
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Which ones
        #[arg(long, value_enum, default_value = "all")]
        status: StatusArgument,
        /// Only those with a word of the name, the userName or an email address that starts so, in any case
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = search_text)]
        search: String,
        /// At most so many
        #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// Write all employees with their effective values, as CSV or JSON Lines
    Export {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Which ones
        #[arg(long, value_enum, default_value = "all")]
        status: StatusArgument,
        /// How they are written; with --json always jsonl
        #[arg(long, value_enum, default_value = "csv")]
        format: FormatArgument,
    },
    /// Show an employee: what counts, and where it comes from
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
    },
    /// Show every change of an employee
    History {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
    },
    /// Set the tenant's own values; effective where the identity provider does not govern
    Set {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
        #[command(flatten)]
        values: LocalArguments,
    },
    /// Archive an employee, as if the identity provider had deactivated them; its next sync may undo it
    Archive {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address
        employee: String,
    },
    /// Restore an archived employee. One deleted in the identity provider comes back without groups
    Restore {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, a userName or an email address; an id or a userName once deleted in the identity provider
        employee: String,
    },
    /// Remove an archived employee and the whole history, for good
    Erase {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id
        employee: String,
        /// The employee's id once more
        #[arg(long, value_name = "ID")]
        confirm: String,
    },
}

/// New local values; an empty text clears one.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct LocalArguments {
    /// Where the person works; "" clears it
    #[arg(long)]
    pub location: Option<String>,
    /// The department; "" clears it
    #[arg(long)]
    pub department: Option<String>,
    /// The manager's email address, userName or id, or any text; "" clears it
    #[arg(long)]
    pub manager: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusArgument {
    /// With the company
    Active,
    /// Left
    Archived,
    /// All
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    /// Comma-separated values with a header
    Csv,
    /// An object on each line
    Jsonl,
}
