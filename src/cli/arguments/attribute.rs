//! The arguments of `rollcall attribute`.

use super::value_parsers::{custom_type, tenant_id};
use clap::Subcommand;
use rollcall::directory::TenantId;
use scim::schema::custom::CustomType;

#[derive(Debug, Subcommand)]
pub enum AttributeCommand {
    /// List the custom attributes
    List {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Declare an attribute, or change its description and case; the identity provider sends it under the same names
    Set {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The namespace: a URN of the tenant's own, or the enterprise one
        urn: String,
        /// The attribute's name
        name: String,
        /// string, boolean, integer, decimal, dateTime, reference or binary; cannot be changed later
        #[arg(long = "type", value_name = "TYPE", value_parser = custom_type, default_value = "string")]
        kind: CustomType,
        /// It can have several values; cannot be changed later
        #[arg(long)]
        several: bool,
        /// Filters tell capital from small letters
        #[arg(long)]
        case_exact: bool,
        /// For people who read the schema
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Remove an attribute; its values stay in the records and are not shown
    Remove {
        /// The tenant's id
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The namespace
        urn: String,
        /// The attribute's name
        name: String,
    },
}
