//! Composition: builds one HTTP service from store, peppers, clock and ids. Lambda, the local server and the tests
//! enter through it.

use crate::delivery::runner::Runner;
use crate::directory::access::Access;
use crate::directory::access::pepper::PepperSource;
use crate::directory::destinations::Destinations;
use crate::directory::readiness::Readiness;
use crate::directory::sources::Sources;
use crate::directory::sso::Sso;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::share::Shares;
use crate::directory::tenants::sync::SyncWatch;
use crate::limits::LIMITS;
use crate::outbound::{AddressPolicy, Client};
use crate::server::context::{ServiceParts, Services};
use crate::server::page_urls::PageRoutes;
use crate::server::pages;
use crate::server::router;
use crate::server::router::Service;
use crate::store::Store;
use scim::schema::ResourceTypes;
use std::sync::Arc;

/// The parts of the service. A clone is cheap.
#[derive(Debug, Clone)]
pub struct App {
    /// All tenants.
    pub tenants: Tenants,
    /// The URL at which clients reach this service, without a final slash.
    pub public_url: Arc<str>,
    /// Checks tokens and opens sessions.
    pub access: Access,
    /// Collects notes on each tenant's identity provider.
    pub sync: SyncWatch,
    /// The destinations of the tenants' events.
    pub destinations: Destinations,
    /// The single sign-on of the tenants' administrators.
    pub sso: Sso,
    /// Limits the capacity units of each tenant.
    pub shares: Shares,
    /// Whether this process can answer requests.
    pub readiness: Readiness,
    /// Calls the hosts that administrators name.
    pub outbound: Client,
}

impl App {
    /// Builds the parts on a store. Tenants have no limit of capacity units. Only public hosts are called.
    pub fn new(store: Store, peppers: PepperSource, sources: Sources, public_url: &str) -> Self {
        let shares = Shares::new(0, sources.clone());
        let policy = AddressPolicy::public_only(Some(public_url));
        let tenants =
            Tenants::new(store, peppers, sources, Arc::new(ResourceTypes::with_limits(LIMITS)));
        let (access, outbound) = (Access::new(tenants.clone()), Client::new(policy.clone()));
        Self {
            shares,
            sso: Sso::new(tenants.clone(), access.clone(), outbound.clone()),
            access,
            sync: SyncWatch::new(tenants.clone()),
            readiness: Readiness::new(tenants.clone()),
            destinations: Destinations::new(tenants.clone(), policy),
            outbound,
            tenants,
            public_url: Arc::from(public_url.trim_end_matches('/')),
        }
    }

    /// Lets the destinations and issuers of tenants have the URLs and addresses of this policy.
    pub fn with_addresses(self, policy: AddressPolicy) -> Self {
        self.with_outbound(Client::new(policy))
    }

    /// Calls other hosts with this client, and lets destinations and issuers have the URLs and addresses of its policy.
    pub fn with_outbound(self, outbound: Client) -> Self {
        let destinations = Destinations::new(self.tenants.clone(), outbound.policy().clone());
        let sso = Sso::new(self.tenants.clone(), self.access.clone(), outbound.clone());
        Self { destinations, outbound, sso, ..self }
    }

    /// Returns the runner of the deliveries.
    pub fn runner(&self) -> Runner {
        Runner::new(
            self.tenants.clone(),
            self.destinations.clone(),
            self.sync.clone(),
            self.outbound.clone(),
            Arc::clone(&self.public_url),
        )
    }

    /// Limits each tenant to this number of capacity units a second; 0 means no limit.
    pub fn with_tenant_units(self, per_second: u32) -> Self {
        Self { shares: Shares::new(per_second, self.tenants.sources()), ..self }
    }

    /// Returns the same app with caches of its own, as another server would have.
    pub fn with_own_caches(&self) -> Self {
        let access = Access::new(self.tenants.clone());
        let readiness = Readiness::new(self.tenants.clone());
        let sso = Sso::new(self.tenants.clone(), access.clone(), self.outbound.clone());
        Self { access, sso, sync: SyncWatch::new(self.tenants.clone()), readiness, ..self.clone() }
    }

    /// Returns the HTTP service: the only entry to the app.
    pub fn service(self) -> Service {
        let services = Services::new(ServiceParts {
            calls: Arc::new(self.runner()),
            sync: self.sync,
            tenants: self.tenants,
            access: self.access,
            destinations: self.destinations,
            sso: self.sso,
            shares: self.shares,
            readiness: self.readiness,
            public_url: self.public_url,
        });
        let pages = PageRoutes {
            routes: pages::router(&services),
            public: pages::public::router(),
            write_failure: pages::failure_page::write,
        };
        router::service(services, pages)
    }
}
