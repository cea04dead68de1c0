//! The addresses and hosts that may be called.

use super::url::{is_dns_name, is_literal, is_localhost};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The IPv4 networks that are not public, each with the length of its prefix.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The IPv6 networks that are not public. Mapped IPv4 addresses are judged as IPv4.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 13] = [
    // `::`, `::1`, and addresses that embed IPv4 in a deprecated way.
    (Ipv6Addr::UNSPECIFIED, 96),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    // The site-local addresses before `fc00::/7`.
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

/// The networks of companies. An operator can allow them for a host.
const PRIVATE_V4: [(Ipv4Addr, u32); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];
const PRIVATE_V6: [(Ipv6Addr, u32); 1] = [(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)];

/// The services that an EC2 instance has for itself, such as its metadata with credentials. They lie in `fc00::/7`.
const INSTANCE_SERVICES_V6: [(Ipv6Addr, u32); 1] =
    [(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32)];

/// The hosts and addresses that a [`Client`](super::Client) may call.
///
/// Every policy allows public addresses, except the host of this service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressPolicy {
    own: Option<OwnHost>,
    private_hosts: Vec<String>,
    is_loopback_allowed: bool,
}

/// The host at which clients reach this service.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OwnHost {
    name: String,
    port: u16,
}

/// The reason that a host cannot be in the operator's list of private hosts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrivateHostProblem {
    /// The name `localhost`, or a name below it.
    #[error("\"{0}\" always means this machine. List hosts of your own network")]
    Localhost(String),
    /// An IP address.
    #[error("\"{0}\" is an IP address. List the name of the host")]
    Literal(String),
    /// No name of a host.
    #[error(
        "\"{0}\" is not the full name of a host, such as hooks.corp.example. Separate names with commas"
    )]
    NotAName(String),
}

impl AddressPolicy {
    /// Allows public addresses. `own_host` is the public URL or the host of this service, which is never called.
    pub fn public_only(own_host: Option<&str>) -> Self {
        let own = own_host.and_then(OwnHost::parse);
        Self { own, private_hosts: Vec::new(), is_loopback_allowed: false }
    }

    /// Allows public addresses, and private addresses for the hosts that the operator lists.
    ///
    /// # Errors
    /// Fails when a private host is `localhost`, an IP address or no full name.
    pub fn production(
        own_host: Option<&str>,
        private_hosts: &[String],
    ) -> Result<Self, PrivateHostProblem> {
        let private_hosts =
            private_hosts.iter().map(|host| private_host(host)).collect::<Result<_, _>>()?;
        Ok(Self { private_hosts, ..Self::public_only(own_host) })
    }

    /// Allows public addresses and this machine's loopback addresses, for developers and tests.
    pub fn allowing_loopback(own_host: Option<&str>) -> Self {
        Self::public_only(own_host).with_loopback()
    }

    /// Also allows `localhost` and loopback addresses, with `http:` too.
    pub fn with_loopback(self) -> Self {
        Self { is_loopback_allowed: true, ..self }
    }

    /// Whether clients reach this service at a loopback address. So it runs on a developer's machine.
    pub(super) fn is_own_host_loopback(&self) -> bool {
        self.own.as_ref().is_some_and(|own| is_loopback_host(&own.name))
    }

    /// Whether a connection for this host may go to this address.
    pub(super) fn allows_address(&self, host: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address)
            || (self.is_private_host(host) && is_private(address))
            || (self.is_loopback_allowed && address.is_loopback())
    }

    pub(super) fn is_loopback_allowed(&self) -> bool {
        self.is_loopback_allowed
    }

    /// Whether the operator allows private addresses for this host.
    pub(super) fn is_private_host(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.private_hosts.iter().any(|private| private.eq_ignore_ascii_case(host))
    }

    /// Whether a host in lower case is this service. Two servers on one machine differ in their ports.
    pub(super) fn is_own(&self, host: &str, port: u16) -> bool {
        self.own.as_ref().is_some_and(|own| match is_loopback_host(&own.name) {
            true => is_loopback_host(host) && own.port == port,
            false => own.name == host,
        })
    }
}

impl OwnHost {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let authority = rest.split('/').next().unwrap_or_default();
        let usual = if scheme == "http" { 80 } else { 443 };
        let (name, port) = match authority.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().unwrap_or(usual)),
            _ => (authority, usual),
        };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        (!name.is_empty()).then_some(Self { name, port })
    }
}

/// Reads the operator's list of private hosts: names with commas between them.
///
/// # Errors
/// Fails when a private host is `localhost`, an IP address or no full name.
pub fn parse_private_hosts(text: &str) -> Result<Vec<String>, PrivateHostProblem> {
    match text.trim() {
        "" => Ok(Vec::new()),
        text => text.split(',').map(|host| private_host(host.trim())).collect(),
    }
}

fn private_host(text: &str) -> Result<String, PrivateHostProblem> {
    let host = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    if is_localhost(&host) {
        Err(PrivateHostProblem::Localhost(text.to_owned()))
    } else if is_literal(&host) || text.parse::<IpAddr>().is_ok() {
        Err(PrivateHostProblem::Literal(text.to_owned()))
    } else if !is_dns_name(&host) {
        Err(PrivateHostProblem::NotAName(text.to_owned()))
    } else {
        Ok(host)
    }
}

/// Whether a host in lower case is `localhost` or a loopback address.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(address) => address.parse() == Ok(Ipv6Addr::LOCALHOST),
        None => {
            is_localhost(host)
                || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !is_in_v4(&NOT_PUBLIC_V4, address),
        IpAddr::V6(address) => !is_in_v6(&NOT_PUBLIC_V6, address),
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_in_v4(&PRIVATE_V4, address),
        IpAddr::V6(address) => {
            is_in_v6(&PRIVATE_V6, address) && !is_in_v6(&INSTANCE_SERVICES_V6, address)
        }
    }
}

fn is_in_v4(networks: &[(Ipv4Addr, u32)], address: Ipv4Addr) -> bool {
    networks
        .iter()
        .any(|(network, prefix)| (network.to_bits() ^ address.to_bits()).leading_zeros() >= *prefix)
}

fn is_in_v6(networks: &[(Ipv6Addr, u32)], address: Ipv6Addr) -> bool {
    networks
        .iter()
        .any(|(network, prefix)| (network.to_bits() ^ address.to_bits()).leading_zeros() >= *prefix)
}

#[cfg(test)]
mod tests;
