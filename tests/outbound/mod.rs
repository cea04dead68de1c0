//! Calls to other hosts, with real receivers on loopback addresses, and the signatures of webhooks.

pub(crate) mod receiver;
pub(crate) mod addresses;
pub(crate) mod connections;
pub(crate) mod misbehaving;
pub(crate) mod proxy;
pub(crate) mod secrecy;
pub(crate) mod signature;
pub(crate) mod tls;
