//! Looks up the addresses of a host, and returns the addresses that the policy allows.

use super::address::AddressPolicy;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The number of look-ups that a process may have in progress.
const MAX_LOOKUPS: usize = 16;

type LookupFuture = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a host name.
#[derive(Clone)]
pub(super) struct Lookup(Arc<dyn Fn(String) -> LookupFuture + Send + Sync>);

impl Lookup {
    pub(super) fn new<F, L>(lookup: F) -> Self
    where
        F: Fn(String) -> L + Send + Sync + 'static,
        L: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        Self(Arc::new(move |name| Box::pin(lookup(name))))
    }

    /// Asks the resolver of the operating system.
    ///
    /// A look-up blocks a thread, also after its call has ended. A limited number runs at a time.
    pub(super) fn system() -> Self {
        let turns = Arc::new(Semaphore::new(MAX_LOOKUPS));
        Self::new(move |name| {
            let turns = Arc::clone(&turns);
            async move {
                let turn = turns.acquire_owned().await.map_err(io::Error::other)?;
                let found = tokio::task::spawn_blocking(move || {
                    let addresses = (name.as_str(), 0).to_socket_addrs()?;
                    let found = addresses.map(|address| address.ip()).collect();
                    drop(turn);
                    Ok(found)
                });
                found.await.map_err(io::Error::other)?
            }
        })
    }
}

/// The reason that a host has no address to connect to.
#[derive(Debug, thiserror::Error)]
pub(super) enum LookupError {
    /// The look-up failed, or found no address.
    #[error("the look-up of the host failed")]
    Failed,
    /// The policy allows no address of the host.
    #[error("no address of the host is allowed")]
    NotAllowed,
}

/// A resolver for the connector.
///
/// The connection goes to the addresses that it returns. There is no second look-up, so a host cannot first show an
/// allowed address and then another one.
#[derive(Clone)]
pub(super) struct Resolver {
    /// The policy; `None` allows every address.
    pub(super) policy: Option<Arc<AddressPolicy>>,
    pub(super) lookup: Lookup,
}

impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Resolver")
    }
}

impl Resolver {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let found = (self.lookup.0)(name.to_owned()).await;
        let mut addresses = found.map_err(|_| LookupError::Failed)?;
        if addresses.is_empty() {
            return Err(LookupError::Failed);
        }
        if let Some(policy) = &self.policy {
            addresses.retain(|address| policy.allows_address(name, *address));
        }
        if addresses.is_empty() {
            return Err(LookupError::NotAllowed);
        }
        Ok(addresses)
    }
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move { self.resolve(name).await.map_err(ResolveDnsError::new) })
    }
}

#[cfg(test)]
mod tests;
