//! Single sign-on of administrators, with a good provider and with one that misbehaves.

mod scene;
mod flow;
mod api;
mod hostile;
mod pages;
mod gateway;
mod logout;
mod matching;
mod admission;
mod leave;
mod sessions;
mod configuration;
mod credentials;
mod erasure;
mod fields;
mod keys;

pub(crate) mod exchange;
pub(crate) mod providers;
pub(crate) mod provider_documents;
pub(crate) mod provider_failures;
pub(crate) mod client_proof;
