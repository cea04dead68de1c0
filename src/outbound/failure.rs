//! The reasons that a call gets no response.

use super::resolver::LookupError;
use super::url::UrlProblem;
use aws_smithy_runtime_api::client::result::ConnectorError;
use std::error::Error;
use std::io;

/// The reason that a call has no response. It names no host, path or content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The URL or the addresses of its host are not allowed.
    #[error("{0}")]
    Address(AddressProblem),
    /// The name of the host has no address.
    #[error("The name of the host has no address.")]
    Dns,
    /// The host accepts no connection.
    #[error("The host accepts no connection.")]
    Connect,
    /// The TLS handshake failed, or the certificate is not valid for the host.
    #[error(
        "The TLS connection failed. The certificate must be valid for the host, and the host must support TLS 1.2 with forward \
         secrecy, or TLS 1.3."
    )]
    Tls,
    /// The time of the call ended.
    #[error("The host did not answer in time.")]
    Timeout,
    /// The body of the response is longer than the limit of the call.
    #[error("The response is too large.")]
    TooLarge,
    /// The connection ended before the response did, or the response is not HTTP.
    #[error("The connection ended before the response was complete.")]
    Broken,
}

/// The rule that forbids a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// The URL breaks a rule for URLs.
    #[error("{0}")]
    Url(UrlProblem),
    /// The host has no public address.
    #[error("The host has no public address.")]
    NotPublic,
}

impl Failure {
    /// The kind of the failure in one word, for logs and stored results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::TooLarge => "tooLarge",
            Self::Broken => "broken",
        }
    }

    /// Classifies an error of the connector. `is_connected` tells whether the call had a connection.
    pub(super) fn of(error: &ConnectorError, is_connected: bool) -> Self {
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(cause) = next {
            if let Some(error) = cause.downcast_ref::<LookupError>() {
                return match error {
                    LookupError::Failed => Self::Dns,
                    LookupError::NotAllowed => Self::Address(AddressProblem::NotPublic),
                };
            }
            if cause.is::<rustls::Error>() {
                return Self::Tls;
            }
            next = match cause.downcast_ref::<io::Error>() {
                // `source` of an I/O error skips the error that it wraps.
                Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
                None => cause.source(),
            };
        }
        match is_connected {
            _ if error.is_timeout() => Self::Timeout,
            true => Self::Broken,
            false => Self::Connect,
        }
    }
}
