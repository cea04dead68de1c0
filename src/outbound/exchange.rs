//! A request to another host, its limits, and the response.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::fmt;
use std::time::Duration;

/// A request to another host. The client adds `Host`, `Content-Length` and `User-Agent`.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The headers of the caller.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// The limits of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The time for look-up, connection and TLS handshake.
    pub connect: Duration,
    /// The time for the whole exchange, with the body of the response.
    pub whole: Duration,
    /// The greatest length of the response's body, in bytes.
    pub body: usize,
    /// The treatment of a longer body.
    pub when_longer: WhenLonger,
}

/// How a call treats a body that it cannot read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenLonger {
    /// The status counts, and the body is only a note for people. The response has the part that arrived, also when the
    /// connection breaks or the time ends within the body.
    Truncate,
    /// The body counts. The call fails without a whole body.
    Fail,
}

impl Limits {
    /// For a webhook, Slack and Teams: the status counts, and 2 KB of the body are kept.
    pub const DELIVERY: Self = Self {
        connect: Duration::from_secs(5),
        whole: Duration::from_secs(15),
        body: 2_048,
        when_longer: WhenLonger::Truncate,
    };

    /// For a delivery that an administrator waits for.
    pub const ATTENDED: Self = Self { whole: Duration::from_secs(5), ..Self::DELIVERY };

    /// For the discovery document, the tokens and the user info of an OIDC issuer.
    pub const OIDC: Self = Self {
        connect: Duration::from_secs(2),
        whole: Duration::from_secs(5),
        body: 64 * 1_024,
        when_longer: WhenLonger::Fail,
    };

    /// For the keys of an OIDC issuer.
    pub const OIDC_KEYS: Self = Self { body: 256 * 1_024, ..Self::OIDC };

    /// For a page of Microsoft Graph, within the time that its reader has left.
    pub const fn graph_page(whole: Duration) -> Self {
        Self {
            connect: Duration::from_secs(2),
            whole,
            body: 8 * 1_024 * 1_024,
            when_longer: WhenLonger::Fail,
        }
    }
}

/// A response. Its status may be any: the caller judges it.
#[derive(Clone)]
pub struct Response {
    /// The status. A redirect is a status like others: the client follows none.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or its first part with [`WhenLonger::Truncate`]. A compressed body stays compressed.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}
