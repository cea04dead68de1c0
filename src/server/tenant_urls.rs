//! The paths and URLs below a tenant, and the routes of its three parts.

use crate::directory::{LinkScope, TenantId};

/// The start of the paths of all tenants.
pub const TENANTS_ROOT: &str = "/tenants/";

/// The start of the paths of the pages about the causes of problems.
pub(super) const PROBLEMS_ROOT: &str = "/problems/";

/// The route of a tenant.
pub(crate) const TENANT_ROUTE: &str = "/tenants/{tenant}";

/// The route of a tenant's SCIM root.
pub(super) const SCIM_ROUTE: &str = "/tenants/{tenant}/scim/v2";

/// The route of a tenant's administration.
pub(super) const ADMIN_ROUTE: &str = "/tenants/{tenant}/api";

/// The path of SCIM, below a tenant.
pub(super) const SCIM_ROOT: &str = "/scim/v2";

/// The path of the administration, below a tenant.
pub(super) const ADMIN_ROOT: &str = "/api";

/// The endpoints below the SCIM root, in the spelling of the routes in `router.rs`. Clients may write them in any case.
pub(super) const ENDPOINTS: [&str; 7] =
    ["Users", "Groups", "Bulk", "Me", "ServiceProviderConfig", "ResourceTypes", "Schemas"];

/// Returns the tenant that a path names.
pub(crate) fn tenant_in(path: &str) -> Option<TenantId> {
    path.strip_prefix(TENANTS_ROOT)?.split('/').next().and_then(TenantId::parse)
}

/// Returns the start of all URLs of a tenant.
pub fn tenant_root(origin: &str, tenant: &TenantId) -> String {
    format!("{origin}{TENANTS_ROOT}{tenant}")
}

/// Returns the URL of a tenant's console.
pub fn console_url(origin: &str, tenant: &TenantId) -> String {
    format!("{}/", tenant_root(origin, tenant))
}

/// Returns the path of the links of a scope, below the pages of a tenant.
pub(crate) fn link_path(scope: LinkScope) -> &'static str {
    match scope {
        LinkScope::Connect => "connect/link/",
        LinkScope::Admin => "sign-in/link/",
    }
}

/// Returns the URL of a link.
pub fn link_url(origin: &str, tenant: &TenantId, scope: LinkScope, text: &str) -> String {
    format!("{}/{}{text}", tenant_root(origin, tenant), link_path(scope))
}

/// Returns the URL of a tenant's JSON API.
pub fn api_url(origin: &str, tenant: &TenantId) -> String {
    format!("{}{ADMIN_ROOT}", tenant_root(origin, tenant))
}

/// Returns the Tenant URL of a tenant: its SCIM root.
pub fn tenant_url(origin: &str, tenant: &TenantId) -> String {
    format!("{}{SCIM_ROOT}", tenant_root(origin, tenant))
}
