//! The arguments of `rollcall group`.

use super::value_parsers::{search_text, tenant_id};
use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use rollcall::directory::TenantId;

#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// List a tenant's groups
    List {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// List only the group with this name, in any case
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        name: Option<String>,
        /// List only groups with a word of the name that begins with this text: up to 200 characters, in any case
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = search_text)]
        search: String,
        /// The largest number of rows, at least 1 [default: all]
        #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// Show a group of a tenant
    Show {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The group's id, or its name in any case
        group: String,
        /// Show all members too
        #[arg(long)]
        members: bool,
        /// Show all changes too. The history of a deleted group is found by id only
        #[arg(long)]
        history: bool,
    },
}
