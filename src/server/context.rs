//! What the layers find out about a request, for the handlers behind them.

use crate::directory::access::Access;
use crate::directory::readiness::Readiness;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::share::Shares;
use crate::directory::tenants::sync::SyncWatch;
use crate::directory::{Directory, Kind, TenantId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What requests are answered with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    /// All tenants.
    pub tenants: Tenants,
    /// Who may come in.
    pub access: Access,
    /// How the identity providers are doing.
    pub sync: SyncWatch,
    /// How much of the table each tenant may use.
    pub shares: Shares,
    /// Whether this process can answer requests.
    pub readiness: Readiness,
    /// Where clients reach this service, without a final slash, unless a request carries its own [`Origin`].
    pub public_url: Arc<str>,
}

/// Where clients reach this service, when only the request's carrier can tell (a gateway's own domain name): scheme
/// and host, without a final slash. Set by whoever hands the request over, never from what a client sent.
#[derive(Debug, Clone)]
pub struct Origin(pub Arc<str>);

/// The id of a request, in its log line, in the `x-request-id` header and in the texts of server errors. A carrier
/// that has one of its own sets it.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// The endpoints below the SCIM root, as the routes in `router.rs` spell them. Clients may write them in any case.
pub(super) const ENDPOINTS: [&str; 7] =
    ["Users", "Groups", "Bulk", "Me", "ServiceProviderConfig", "ResourceTypes", "Schemas"];

/// The query of a request has characters that no URI has, and was left out. Set by whoever hands the request over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MalformedQuery;

/// The invocation of a Lambda that carries a request, for its log line.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's own id of it, as in the platform's reports.
    pub lambda_request_id: Arc<str>,
    /// The X-Ray trace.
    pub trace_id: Option<Arc<str>>,
    /// Whether it is the first one of its process.
    pub is_cold_start: bool,
}

/// The tenant in the URL.
#[derive(Debug, Clone)]
pub(super) struct TenantPath {
    /// What all URLs of the tenant start with, without a final slash.
    pub(super) root: Arc<str>,
    /// The root of the area that was asked, without a final slash: for SCIM what an administrator pastes as Tenant URL.
    pub(super) base_url: Arc<str>,
}

/// Who calls, once the token has been checked.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The tenant.
    pub(super) tenant: TenantId,
    /// The tenant's employees.
    pub(super) directory: Directory,
    /// The label of the token, for the history.
    pub(super) label: Arc<str>,
    /// The token, by a name that only says which one it is.
    pub(super) token: Arc<str>,
    /// What the request says that leads nowhere.
    pub(super) unknown: UnknownNames,
}

/// The attributes that a request names and no table has, by kind of record: filled in by whoever reads a body, for the
/// tenant's administrator.
#[derive(Debug, Clone, Default)]
pub(super) struct UnknownNames(Arc<Mutex<BTreeSet<(Kind, String)>>>);

impl UnknownNames {
    /// Adds some.
    pub(super) fn add(&self, kind: Kind, names: BTreeSet<String>) {
        if !names.is_empty() {
            self.lock().extend(names.into_iter().map(|name| (kind, name)));
        }
    }

    /// Takes them all out.
    pub(super) fn take(&self) -> BTreeSet<(Kind, String)> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(Kind, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the paths of all tenants start with.
pub const TENANTS_ROOT: &str = "/tenants/";

/// The SCIM root of a tenant, as a route.
pub(super) const SCIM_ROUTE: &str = "/tenants/{tenant}/scim/v2";

/// A tenant, as a route.
pub(crate) const TENANT_ROUTE: &str = "/tenants/{tenant}";

/// Which part of the service a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// SCIM, and whatever is nothing else: its failures are SCIM errors.
    Scim,
    /// A tenant's administration: its failures are problems (RFC 9457).
    Administration,
    /// The account settings page: its failures are pages.
    Page,
}

/// What the paths of the account settings page start with, below a tenant.
const PAGES: [&str; 10] = [
    "",
    "sign-in",
    "sign-out",
    "settings",
    "attributes",
    "tokens",
    "employees",
    "groups",
    "activity",
    "assets",
];

/// Which part a path is for. What is nowhere is a page for a browser that asks for one.
pub(crate) fn part_of(path: &str, wants_html: bool) -> Part {
    let Some(rest) = path.strip_prefix(TENANTS_ROOT) else { return Part::Scim };
    let below = rest.split_once('/').map_or("", |(_, below)| below);
    match below.split('/').next().unwrap_or_default() {
        "api" => Part::Administration,
        "scim" => Part::Scim,
        first if wants_html || PAGES.contains(&first) => Part::Page,
        _ => Part::Scim,
    }
}

/// The tenant that a path names.
pub(crate) fn tenant_in(path: &str) -> Option<TenantId> {
    path.strip_prefix(TENANTS_ROOT)?.split('/').next().and_then(TenantId::parse)
}

/// The administration of a tenant, as a route.
pub(super) const ADMIN_ROUTE: &str = "/tenants/{tenant}/api";

/// What all URLs of a tenant start with.
pub fn tenant_root(origin: &str, tenant: &TenantId) -> String {
    format!("{origin}{TENANTS_ROOT}{tenant}")
}

/// Where SCIM is below a tenant.
pub(super) const SCIM_ROOT: &str = "/scim/v2";
/// Where the administration is below a tenant.
pub(super) const ADMIN_ROOT: &str = "/api";

/// The account settings page of a tenant.
pub fn settings_url(origin: &str, tenant: &TenantId) -> String {
    format!("{}/", tenant_root(origin, tenant))
}

/// The Tenant URL of a tenant: its SCIM root.
pub fn tenant_url(origin: &str, tenant: &TenantId) -> String {
    format!("{}{SCIM_ROOT}", tenant_root(origin, tenant))
}
