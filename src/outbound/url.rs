//! URLs that may be called.

use super::address::{AddressPolicy, is_loopback_host};
use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// The greatest length of a URL, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;

/// The ports from here on are not reserved for services of the machine.
const FIRST_FREE_PORT: u16 = 1_024;

/// A URL that passed the rules of an [`AddressPolicy`].
///
/// The path and the query of a webhook's URL are credentials. `Debug` and `Display` therefore print the host only.
#[derive(Clone)]
pub struct Target {
    url: SecretString,
    host: Box<str>,
}

/// The reason that a URL cannot be called. The text is a sentence for the form in which the URL was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlProblem {
    /// The URL is longer than [`MAX_URL_BYTES`].
    #[error("The URL is longer than 2,048 bytes.")]
    TooLong,
    /// A backslash, a space, a control character or a character outside ASCII.
    #[error(
        "The URL contains a backslash, a space or another character that a URL must not contain. \
         Write such characters of the path percent-encoded, and the host in punycode (xn--)."
    )]
    Character,
    /// The text is no URL with a host.
    #[error("This is not a URL. A URL has the form https://hooks.example.com/path.")]
    NotAUrl,
    /// The scheme is not `https`.
    #[error("The URL must begin with https://.")]
    Scheme,
    /// A user name or a password stands before the host.
    #[error("The URL must not contain a user name or password before the host.")]
    UserInfo,
    /// The URL has a fragment.
    #[error("The URL must not contain a fragment: remove the # and the text after it.")]
    Fragment,
    /// The port is neither 443 nor at least 1024.
    #[error("The port of the URL must be 443, or 1024 and above.")]
    Port,
    /// The host is an IP address, in whatever form.
    #[error("The host of the URL must be a name, not an IP address.")]
    Literal,
    /// The host is no DNS name with a dot.
    #[error(
        "The host of the URL must be a full name such as hooks.example.com: letters, digits and \
         hyphens, with dots between them. Write other letters in punycode (xn--)."
    )]
    Host,
    /// The name belongs to a machine or to a private network.
    #[error(
        "Rollcall does not call localhost, nor names that end in .localhost, .local or .internal."
    )]
    ReservedName,
    /// The host is this service.
    #[error("Rollcall does not call its own host.")]
    OwnHost,
}

impl Target {
    /// Checks a URL. The result has its scheme and host in lower case, and no dot after the host.
    ///
    /// # Errors
    /// Fails with the first rule that the URL breaks.
    pub fn parse(text: &str, policy: &AddressPolicy) -> Result<Self, UrlProblem> {
        if text.len() > MAX_URL_BYTES {
            return Err(UrlProblem::TooLong);
        }
        if text.chars().any(|c| !c.is_ascii_graphic() || c == '\\') {
            return Err(UrlProblem::Character);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlProblem::NotAUrl)?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(UrlProblem::UserInfo);
        }
        if path.contains('#') {
            return Err(UrlProblem::Fragment);
        }
        let (host, port) = split_port(authority)?;
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let is_loopback = policy.is_loopback_allowed() && is_loopback_host(&host);
        let (scheme, usual_port) = match scheme.to_ascii_lowercase().as_str() {
            "https" => ("https", 443),
            "http" if is_loopback => ("http", 80),
            _ => return Err(UrlProblem::Scheme),
        };
        let number = port.unwrap_or(usual_port);
        if number != usual_port && number < FIRST_FREE_PORT {
            return Err(UrlProblem::Port);
        }
        if !is_loopback {
            check_name(&host, policy)?;
        }
        if policy.is_own(&host, number) {
            return Err(UrlProblem::OwnHost);
        }
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let url = format!("{scheme}://{host}{port}{path}");
        // The client parses the URL in this way too. Both must see the same host.
        let parsed: Uri = url.parse().map_err(|_| UrlProblem::NotAUrl)?;
        if parsed.host() != Some(&*host) {
            return Err(UrlProblem::NotAUrl);
        }
        Ok(Self { url: SecretString::from(url), host: host.into() })
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The whole URL. It is a credential: no log and no answer may contain it.
    pub fn as_str(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Target").field(&self.host).finish()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.host)
    }
}

/// Whether the host of a URL is `localhost` or a loopback address. [`Target::parse`] still checks the URL.
pub(super) fn is_loopback_url(text: &str) -> bool {
    // A host alone parses too, and is no URL.
    let url = text.parse::<Uri>().ok().filter(|url| url.scheme().is_some());
    url.as_ref().and_then(Uri::host).is_some_and(|host| {
        is_loopback_host(&host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase())
    })
}

/// Splits `host:port`. The host of an IPv6 address keeps its brackets.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), UrlProblem> {
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let Some(colon) = authority.get(end..).and_then(|rest| rest.find(':')) else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(end + colon);
    let digits = port.strip_prefix(':').unwrap_or(port);
    // Without this, a sign before the number would pass.
    let is_number = digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
    match digits.parse() {
        Ok(port) if is_number => Ok((host, Some(port))),
        _ => Err(UrlProblem::Port),
    }
}

/// Checks the name of a host in lower case.
fn check_name(host: &str, policy: &AddressPolicy) -> Result<(), UrlProblem> {
    let is_reserved = [".local", ".internal"].iter().any(|end| host.ends_with(end));
    if is_localhost(host) || (is_reserved && !policy.is_private_host(host)) {
        Err(UrlProblem::ReservedName)
    } else if is_literal(host) {
        Err(UrlProblem::Literal)
    } else if !is_dns_name(host) {
        Err(UrlProblem::Host)
    } else {
        Ok(())
    }
}

/// Whether a host in lower case is `localhost` or a name below it.
pub(super) fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether some program could read a host in lower case as an IP address: `127.0.0.1`, `127.1`, `2130706433`, `0x7f.1`,
/// `[::1]`. A connection to an address involves no look-up, so no check of its address.
pub(super) fn is_literal(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_numeric = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_digit());
    host.starts_with('[') || is_numeric(last) || last.starts_with("0x")
}

/// Whether a host in lower case is a DNS name with a dot, whose last label contains a letter.
pub(super) fn is_dns_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(is_label)
        && last.chars().any(|c| c.is_ascii_alphabetic())
        && !last.starts_with("0x")
}

#[cfg(test)]
mod tests;
