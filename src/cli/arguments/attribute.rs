//! The arguments of `rollcall attribute`.

use super::value_parsers::{custom_type, tenant_id};
use clap::Subcommand;
use rollcall::directory::TenantId;
use scim::schema::custom::CustomType;

#[derive(Debug, Subcommand)]
pub enum AttributeCommand {
    /// List a tenant's custom attributes
    List {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Declare a custom attribute, or change its description and case sensitivity. The identity provider must send it
    /// under the same URN and name
    Set {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The namespace: a URN of the tenant, or the URN of the enterprise extension
        urn: String,
        /// The name of the attribute
        name: String,
        /// The type: string, boolean, integer, decimal, dateTime, reference or binary. To change it, remove the
        /// attribute first
        #[arg(long = "type", value_name = "TYPE", value_parser = custom_type, default_value = "string")]
        kind: CustomType,
        /// Allow several values. To change it, remove the attribute first
        #[arg(long)]
        several: bool,
        /// Make filters distinguish upper and lower case in values
        #[arg(long)]
        case_exact: bool,
        /// A description, for readers of the schema
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Remove a custom attribute. Its values stay in the records, and are no longer shown
    Remove {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// The URN of the namespace
        urn: String,
        /// The name of the attribute
        name: String,
    },
}
