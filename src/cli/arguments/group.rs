//! The arguments of `rollcall group`.

use super::value_parsers::{search_text, tenant_id};
use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use rollcall::directory::TenantId;

#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// List groups
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// Only the one with this name, in any case
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        name: Option<String>,
        /// Only those with a word of the name that starts so, in any case
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = search_text)]
        search: String,
        /// At most so many
        #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// Show a group
    Show {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// An id, or a name in any case
        group: String,
        /// With all members
        #[arg(long)]
        members: bool,
        /// With every change; by id also of a group that is deleted
        #[arg(long)]
        history: bool,
    },
}
