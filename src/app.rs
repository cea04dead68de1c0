//! Composition: store, peppers, clock and ids become the one HTTP service that Lambda, the local server and the tests
//! enter.

use crate::directory::access::Access;
use crate::directory::access::pepper::PepperSource;
use crate::directory::readiness::Readiness;
use crate::directory::sources::Sources;
use crate::directory::tenants::Tenants;
use crate::directory::tenants::share::Shares;
use crate::directory::tenants::sync::SyncWatch;
use crate::server::context::Services;
use crate::server::page_urls::Pages;
use crate::server::pages;
use crate::server::router;
use crate::server::router::Service;
use crate::store::Store;
use scim::schema::ResourceTypes;
use std::sync::Arc;

/// Everything the service is made of. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// All tenants.
    pub tenants: Tenants,
    /// Where clients reach this service, without a final slash.
    pub public_url: Arc<str>,
    /// Who may come in.
    pub access: Access,
    /// How the identity providers are doing.
    pub sync: SyncWatch,
    /// How much of the table each tenant may use.
    pub shares: Shares,
    /// Whether this process can answer requests.
    pub readiness: Readiness,
}

impl App {
    /// Puts the parts together.
    pub fn new(store: Store, peppers: PepperSource, sources: Sources, public_url: &str) -> Self {
        let shares = Shares::new(0, sources.clone());
        let tenants = Tenants::new(store, peppers, sources, Arc::new(ResourceTypes::standard()));
        Self {
            shares,
            access: Access::new(tenants.clone()),
            sync: SyncWatch::new(tenants.clone()),
            readiness: Readiness::new(tenants.clone()),
            tenants,
            public_url: Arc::from(public_url.trim_end_matches('/')),
        }
    }

    /// Limits each tenant to so many capacity units a second; 0 for no limit.
    pub fn with_tenant_units(self, per_second: u32) -> Self {
        Self { shares: Shares::new(per_second, self.tenants.sources()), ..self }
    }

    /// The same app as another server would be: what it remembers of tokens is its own.
    pub fn with_memory_of_its_own(&self) -> Self {
        let access = Access::new(self.tenants.clone());
        let readiness = Readiness::new(self.tenants.clone());
        Self { access, sync: SyncWatch::new(self.tenants.clone()), readiness, ..self.clone() }
    }

    /// The HTTP service: the one door.
    pub fn service(self) -> Service {
        let services = Services {
            sync: self.sync,
            tenants: self.tenants,
            access: self.access,
            shares: self.shares,
            readiness: self.readiness,
            public_url: self.public_url,
        };
        let routes = pages::router(&services);
        router::service(services, Pages { routes, write_failure: pages::failure::write })
    }
}
