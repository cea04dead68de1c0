//! SCIM over HTTP: resources, lists, bulk requests, discovery.

mod extensions;
pub(crate) mod request_body;
pub(crate) mod projections;
pub(crate) mod resources;
pub(crate) mod lists;
pub(crate) mod bulk;
pub(crate) mod discovery;
