//! The HTTP client for hosts that an administrator names.

use super::address::AddressPolicy;
use super::exchange::{Limits, Request, Response, WhenLonger};
use super::failure::{AddressProblem, Failure};
use super::resolver::{Lookup, Resolver};
use super::url::{Target, is_loopback_url};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http::header::USER_AGENT;
use http::{HeaderValue, Uri};
use http_body_util::BodyExt;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The number of calls that a process may have in flight.
const MAX_CALLS: usize = 64;

/// The time for a body that is only a note.
const NOTE_TIME: Duration = Duration::from_secs(1);

/// An unused connection closes after this time. Many servers close theirs after 60 seconds, and a call on a connection
/// that the server just closed may fail.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);

/// Calls other hosts under an [`AddressPolicy`]. A clone is cheap, and shares connections and limits.
///
/// The client follows no redirect, keeps no cookies, uses no proxy and decodes no content. It loads the root
/// certificates at the first call.
#[derive(Clone)]
pub struct Client {
    policy: Arc<AddressPolicy>,
    lookup: Lookup,
    /// The trusted root certificates as PEM, in place of the system's.
    roots: Option<Arc<[u8]>>,
    /// One connector for each time limit of connections. The callers use few different limits.
    connectors: Connectors,
    /// The connectors of [`for_issuer`](Client::for_issuer). Their resolver allows loopback addresses.
    loopback_connectors: Connectors,
    turns: Arc<Semaphore>,
}

type Connectors = Arc<Mutex<Vec<(Duration, SharedHttpConnector)>>>;

impl Client {
    /// Creates a client with the system's resolver and root certificates.
    pub fn new(policy: AddressPolicy) -> Self {
        Self {
            policy: Arc::new(policy),
            lookup: Lookup::system(),
            roots: None,
            connectors: Arc::default(),
            loopback_connectors: Arc::default(),
            turns: Arc::new(Semaphore::new(MAX_CALLS)),
        }
    }

    /// Replaces the resolver by a function from a host name to its addresses, for tests. The policy still applies.
    pub fn with_lookup<F, L>(self, lookup: F) -> Self
    where
        F: Fn(String) -> L + Send + Sync + 'static,
        L: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        Self { lookup: Lookup::new(lookup), ..self }.with_new_connectors()
    }

    /// Trusts only the certificates of this valid PEM text, for tests.
    pub fn with_roots(self, pem: &str) -> Self {
        Self { roots: Some(pem.as_bytes().into()), ..self }.with_new_connectors()
    }

    fn with_new_connectors(self) -> Self {
        Self { connectors: Arc::default(), loopback_connectors: Arc::default(), ..self }
    }

    /// Returns the client for the calls of an OpenID Connect issuer.
    ///
    /// It also allows loopback addresses, with `http:` too, when both the issuer and this service have a loopback host.
    /// So a developer can run both on one machine. Calls for other purposes keep the rules of this client.
    pub fn for_issuer(&self, issuer: &str) -> Self {
        let is_local = self.policy.is_own_host_loopback() && is_loopback_url(issuer);
        if !is_local || self.policy.is_loopback_allowed() {
            return self.clone();
        }
        let policy = Arc::new((*self.policy).clone().with_loopback());
        Self { policy, connectors: Arc::clone(&self.loopback_connectors), ..self.clone() }
    }

    /// The policy for URLs and addresses.
    pub fn policy(&self) -> &AddressPolicy {
        &self.policy
    }

    /// Sends a request, and reads the response.
    ///
    /// A call waits while 64 others are in flight. Its time begins after the wait. The request is sent again only when a
    /// reused connection breaks before the request was written.
    ///
    /// # Errors
    /// Fails when there is no response. A status such as 404 or 302 is a response.
    pub async fn send(
        &self,
        target: &Target,
        request: Request,
        limits: Limits,
    ) -> Result<Response, Failure> {
        // The target may come from a client with other rules.
        let refused = |problem| Failure::Address(AddressProblem::Url(problem));
        let target = Target::parse(target.as_str(), &self.policy).map_err(refused)?;
        let (request, connection) = prepare(&target, request).ok_or(Failure::Broken)?;
        let _turn = self.turns.acquire().await.map_err(|_| Failure::Broken)?;
        let connector = self.connector(limits.connect);
        let mut end = pin!(tokio::time::sleep(limits.whole));
        let response = tokio::select! {
            biased;
            response = connector.call(request) => response,
            () = &mut end => return Err(Failure::Timeout),
        };
        let response = response.map_err(|error| {
            let is_connected = connection.get().is_some();
            Failure::of(&error, is_connected)
        })?;
        let response = response.try_into_http1x().map_err(|_| Failure::Broken)?;
        let (head, body) = response.into_parts();
        let body = read(body, limits, end).await?;
        Ok(Response { status: head.status, headers: head.headers, body })
    }

    /// Returns the connector for a time limit of connections. The first call builds it.
    fn connector(&self, connect: Duration) -> SharedHttpConnector {
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(limit, _)| *limit == connect) {
            return connector.clone();
        }
        let connector = SharedHttpConnector::new(self.build(connect));
        connectors.push((connect, connector.clone()));
        connector
    }

    fn build(&self, connect: Duration) -> Connector {
        let settings = HttpConnectorSettings::builder().connect_timeout(connect).build();
        let mut builder: ConnectorBuilder<_> = Connector::builder()
            .connector_settings(settings)
            .pool_idle_timeout(IDLE_CONNECTION)
            .proxy_config(ProxyConfig::disabled())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        if let Some(roots) = &self.roots {
            let store = TrustStore::empty().with_pem_certificate(&**roots);
            if let Ok(context) = TlsContext::builder().with_trust_store(store).build() {
                builder = builder.tls_context(context);
            }
        }
        let (policy, lookup) = (Some(Arc::clone(&self.policy)), self.lookup.clone());
        builder.build_with_resolver(Resolver { policy, lookup })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// Makes the request for the connector. The second value knows whether the request got a connection.
fn prepare(target: &Target, request: Request) -> Option<(HttpRequest, CaptureSmithyConnection)> {
    let mut built = http::Request::new(SdkBody::from(request.body));
    *built.method_mut() = request.method;
    *built.uri_mut() = target.as_str().parse::<Uri>().ok()?;
    built.headers_mut().extend(request.headers);
    built.headers_mut().insert(USER_AGENT, HeaderValue::from_static("Rollcall"));
    let mut built = HttpRequest::try_from(built).ok()?;
    let connection = CaptureSmithyConnection::new();
    built.add_extension(connection.clone());
    Some((built, connection))
}

/// Reads a body up to its limit. The connection closes when a part is left.
async fn read(
    mut body: SdkBody,
    limits: Limits,
    mut end: Pin<&mut tokio::time::Sleep>,
) -> Result<Vec<u8>, Failure> {
    let may_end_early = limits.when_longer == WhenLonger::Truncate;
    if may_end_early {
        // The status is known, so a slow body must not hold the turn of another call.
        #[allow(
            clippy::disallowed_methods,
            reason = "the floor has no clock, and the time is a deadline"
        )]
        let soon = Instant::now() + NOTE_TIME;
        let earlier = soon.min(end.deadline());
        end.as_mut().reset(earlier);
    }
    let mut read = Vec::new();
    loop {
        let room = limits.body.saturating_sub(read.len());
        if room == 0 && may_end_early {
            return Ok(read);
        }
        let frame = tokio::select! {
            biased;
            () = &mut end => Err(Failure::Timeout),
            frame = body.frame() => frame.transpose().map_err(|_| Failure::Broken),
        };
        let frame = match frame {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(read),
            Err(_) if may_end_early => return Ok(read),
            Err(failure) => return Err(failure),
        };
        let Ok(data) = frame.into_data() else { continue };
        match data.get(..room) {
            Some(_) if data.len() > room && !may_end_early => return Err(Failure::TooLarge),
            part => read.extend_from_slice(part.unwrap_or(&data)),
        }
    }
}

#[cfg(test)]
mod issuer_tests;
#[cfg(test)]
mod tests;
