//! Values that the layers pass to the handlers with a request.

use super::request_trace::RequestTrace;
use crate::directory::access::Access;
use crate::directory::destinations::Destinations;
use crate::directory::destinations::calls::DestinationCalls;
use crate::directory::readiness::Readiness;
use crate::directory::sso::Sso;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::share::Shares;
use crate::directory::tenants::sync::SyncWatch;
use crate::directory::{ActorRecord, Directory, Kind, Scope, TenantId};
use crate::model::tenant::Settings;
use scim::json_shape::JsonShape;
use scim::unknown_attributes::Names;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;

/// The services that handlers use. Each route and each request has a clone, which is one pointer.
#[derive(Debug, Clone)]
pub struct Services(Arc<ServiceParts>);

impl Services {
    /// Shares the parts.
    pub fn new(parts: ServiceParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Services {
    type Target = ServiceParts;

    fn deref(&self) -> &ServiceParts {
        &self.0
    }
}

/// The parts of [`Services`].
#[derive(Debug)]
pub struct ServiceParts {
    /// All tenants.
    pub tenants: Tenants,
    /// Checks tokens and opens sessions.
    pub access: Access,
    /// Collects notes on each tenant's identity provider.
    pub sync: SyncWatch,
    /// The destinations of the tenants' events.
    pub destinations: Destinations,
    /// Makes the calls to destinations that an administrator waits for.
    pub calls: Arc<dyn DestinationCalls>,
    /// The single sign-on of all tenants.
    pub sso: Sso,
    /// Limits the capacity units of each tenant.
    pub shares: Shares,
    /// Whether this process can answer requests.
    pub readiness: Readiness,
    /// The URL at which clients reach this service, without a final slash. The [`PublicUrl`] of a request overrides it.
    pub public_url: Arc<str>,
}

/// The URL at which clients reach this service, without a final slash. The carrier of a request, such as a gateway,
/// sets this URL when the configuration does not have it. A gateway knows its own domain name. The URL never comes from
/// the client.
#[derive(Debug, Clone)]
pub struct PublicUrl(pub Arc<str>);

/// The id of a request: in its log line, in the `x-request-id` header, and in the texts of server errors. The carrier
/// of a request sets its own id, if it has one.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Marks a request whose query has characters that are invalid in a URI. The carrier of the request leaves the query
/// out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MalformedQuery;

/// The Lambda invocation that carries a request, for the log line of the request.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Lambda's id of the invocation, as in the platform's reports.
    pub lambda_request_id: Arc<str>,
    /// The id of the X-Ray trace.
    pub trace_id: Option<Arc<str>>,
    /// Whether the invocation is the first of its process.
    pub is_cold_start: bool,
}

/// The URLs of the tenant in the request's path.
#[derive(Debug, Clone)]
pub(super) struct TenantPath {
    /// The start of all URLs of the tenant, without a final slash.
    pub(super) root: Arc<str>,
    /// The root of the requested area, without a final slash. For SCIM, it is the Tenant URL that an administrator
    /// pastes.
    pub(super) base_url: Arc<str>,
}

/// The caller of a request whose token was checked.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The tenant.
    pub(super) tenant: TenantId,
    /// The scope of the token.
    pub(super) scope: Scope,
    /// The tenant's settings. They may be a minute old.
    pub(super) settings: Settings,
    /// The directory of the tenant's employees.
    pub(super) directory: Directory,
    /// The actor of the request's changes.
    pub(super) actor: Arc<ActorRecord>,
    /// The short name of the token, which reveals nothing else about it.
    pub(super) token: Arc<str>,
    /// The time when the token was made.
    pub(super) token_created: OffsetDateTime,
    /// The unknown attributes of the request.
    pub(super) unknown: UnknownNames,
    /// The facts about the request, for its note.
    pub(super) trace: RequestTrace,
}

/// The unknown attributes that a request names, by kind of record, with the JSON types of their values. The functions that read a body add them. The
/// tenant's administrator sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct UnknownNames(Arc<Mutex<BTreeMap<(Kind, String), JsonShape>>>);

impl UnknownNames {
    /// Adds unknown attributes of a kind of record.
    pub(super) fn add(&self, kind: Kind, names: Names) {
        if !names.is_empty() {
            self.lock().extend(names.into_iter().map(|(name, shape)| ((kind, name), shape)));
        }
    }

    /// Removes and returns all unknown attributes.
    pub(super) fn take(&self) -> BTreeMap<(Kind, String), JsonShape> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Kind, String), JsonShape>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
