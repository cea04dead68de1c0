//! The keys of the tenants and of each tenant's own items.

use super::key::Key;
use crate::model::tenant::TenantId;

/// The item with the format of all items.
pub fn format() -> Key {
    Key::new("FORMAT".to_owned(), "FORMAT")
}

/// The list of tenants: a partition with one item for each tenant.
pub fn tenants() -> String {
    "TENANTS".to_owned()
}

/// A tenant's entry in the list of tenants.
pub fn tenant_entry(tenant: &TenantId) -> Key {
    Key::new(tenants(), tenant.as_str())
}

/// The partition of the tenant's own items: recent sign-ins, the count of calls, notes, settings, signed-out sessions, and unfinished
/// work, in this order.
pub fn own(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}")
}

/// A tenant's settings and tokens.
pub fn settings(tenant: &TenantId) -> Key {
    Key::new(own(tenant), "SETTINGS")
}

/// The sessions that were signed out.
pub fn signed_out(tenant: &TenantId) -> Key {
    Key::new(own(tenant), "SIGNEDOUT")
}

/// The partition of the links.
pub fn links(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#LINK")
}

/// A link, by the digest of its text.
pub fn link(tenant: &TenantId, id: &str) -> Key {
    Key::new(links(tenant), id)
}

/// The recent sign-ins of administrators. The key sorts before the settings, so the check of a token does not read it.
pub fn sign_ins(tenant: &TenantId) -> Key {
    Key::new(own(tenant), "ACCESS")
}

/// The count of the calls to destinations that administrators start in a minute.
pub fn calls(tenant: &TenantId) -> Key {
    Key::new(own(tenant), "CALLS")
}

/// The notes on the identity provider.
pub fn sync(tenant: &TenantId) -> Key {
    Key::new(own(tenant), "NOTES")
}
