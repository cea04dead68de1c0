//! The arguments of `rollcall employee`.

use super::value_parsers::{search_text, tenant_id};
use clap::{Args, Subcommand, ValueEnum};
use rollcall::directory::TenantId;
use std::path::PathBuf;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum EmployeeCommand {
    /// List a tenant's employees
    List {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The status of the employees
        #[arg(long, value_enum, default_value = "all")]
        status: StatusArgument,
        /// List only employees with words that begin with the words of this text: in the name, userName, email address,
        /// employee number, title or department. Up to 200 characters, in any case and without accents
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = search_text)]
        search: String,
        /// The largest number of rows, at least 1 [default: all]
        #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// Print all employees with their effective values, as CSV or JSON Lines
    Export {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The status of the employees
        #[arg(long, value_enum, default_value = "all")]
        status: StatusArgument,
        /// The format of the output. With --json, the format is always jsonl
        #[arg(long, value_enum, default_value = "csv")]
        format: FormatArgument,
    },
    /// Import people from a CSV file before the identity provider knows them: UTF-8, at most 5,000 people. A known
    /// userName is skipped and never changed, so an import can be repeated
    Import {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The file; - reads standard input. Its first line has the names of the columns: userName (required), givenName,
        /// familyName, displayName, email, title, employeeNumber, department, location, manager
        file: PathBuf,
        /// Only report the result that the import would have
        #[arg(long)]
        dry_run: bool,
    },
    /// Show an employee with the effective values, and the source of each value
    Show {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id, userName or email address. A deleted employee is found by id or userName only
        employee: String,
    },
    /// Show all changes of an employee
    History {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id, userName or email address. A deleted employee is found by id or userName only
        employee: String,
    },
    /// Set local values of an employee. A local value is effective if the identity provider does not govern the
    /// attribute
    Set {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id, userName or email address. A deleted employee is found by id or userName only
        employee: String,
        #[command(flatten)]
        values: LocalArguments,
    },
    /// Archive an employee, as if the identity provider had deactivated the user. The next sync may undo it
    Archive {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id, userName or email address
        employee: String,
    },
    /// Restore an archived employee. An employee who was deleted in the identity provider comes back without groups
    Restore {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The employee's id, userName or email address. A deleted employee is found by id or userName only
        employee: String,
    },
    /// Remove the link between an employee and the account of the identity provider. The sessions of the account end. The
    /// next sign-in links an account again
    Unlink {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The id of the employee
        employee: Uuid,
    },
    /// Erase an archived employee with the whole history. This cannot be undone
    Erase {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The id of the employee
        employee: String,
        /// The id of the employee once more, as a confirmation
        #[arg(long, value_name = "ID")]
        confirm: String,
    },
}

/// New local values. An empty text clears a value.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct LocalArguments {
    /// The place of work: any text. "" clears it
    #[arg(long)]
    pub location: Option<String>,
    /// The department: any text. "" clears it
    #[arg(long)]
    pub department: Option<String>,
    /// The manager: an email address, userName or id of a colleague, or any text. "" clears it
    #[arg(long)]
    pub manager: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusArgument {
    /// Employees who are with the company
    Active,
    /// Employees who left the company, or who were deleted in the identity provider
    Archived,
    /// All employees
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    /// Comma-separated values with a header line
    Csv,
    /// One JSON object on each line
    Jsonl,
}
