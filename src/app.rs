//! Composition: store, peppers, clock and ids become the one HTTP service that Lambda, the local server and the tests
//! enter.

use crate::api;
use crate::directory::access::Access;
use crate::directory::pepper::PepperSource;
use crate::directory::sources::Sources;
use crate::directory::tenants::Tenants;
use crate::scim::schema::user_resource_type;
use crate::store::Store;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use std::convert::Infallible;
use std::sync::Arc;
use tower::util::BoxCloneSyncService;

/// The HTTP service: the one door.
pub type Service = BoxCloneSyncService<Request<Body>, Response, Infallible>;

/// Everything a request needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// All tenants.
    pub tenants: Tenants,
    /// Who may come in.
    pub access: Access,
    /// Where clients reach this service, without a final slash. A request may carry its own in an
    /// [`api::context::Origin`] extension.
    pub public_url: Arc<str>,
}

impl App {
    /// Puts the parts together.
    pub fn new(store: Store, peppers: PepperSource, sources: Sources, public_url: &str) -> Self {
        let tenants = Tenants::new(store, peppers, sources, Arc::new(user_resource_type()));
        Self {
            access: Access::new(tenants.clone()),
            tenants,
            public_url: Arc::from(public_url.trim_end_matches('/')),
        }
    }

    /// The HTTP service.
    pub fn service(self) -> Service {
        api::router::service(self)
    }
}
