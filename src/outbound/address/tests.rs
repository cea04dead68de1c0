use super::{AddressPolicy, PrivateHostProblem, parse_private_hosts};
use std::net::IpAddr;

fn production() -> AddressPolicy {
    AddressPolicy::public_only(None)
}

#[track_caller]
fn allows(policy: &AddressPolicy, host: &str, address: &str) -> bool {
    policy.allows_address(host, address.parse::<IpAddr>().expect(address))
}

/// The first and last address of each network, and the addresses just outside.
const NETWORKS: [(&str, &str, &[&str]); 28] = [
    ("0.0.0.0", "0.255.255.255", &["1.0.0.0"]),
    ("10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"]),
    ("100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"]),
    ("127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"]),
    ("169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"]),
    ("172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"]),
    ("192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"]),
    ("192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"]),
    ("192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"]),
    ("192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"]),
    ("198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"]),
    ("198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"]),
    ("203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"]),
    ("224.0.0.0", "239.255.255.255", &["223.255.255.255"]),
    ("240.0.0.0", "255.255.255.255", &[]),
    ("::", "::ffff:ffff", &["::1:0:0"]),
    ("64:ff9b::", "64:ff9b::ffff:ffff", &["64:ff9a:ffff::", "64:ff9b::1:0:0"]),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", &["64:ff9b:2::"]),
    ("100::", "100::ffff:ffff:ffff:ffff", &["ff:ffff::", "100:0:0:1::"]),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", &["2000:ffff::", "2001:200::"]),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:db7:ffff::", "2001:db9::"]),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:ffff::", "2003::"]),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", &["3ffe:ffff::", "3fff:1000::"]),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["5eff:ffff::", "5f01::"]),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["fbff:ffff::", "fe00::"]),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["fe7f:ffff::"]),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[]),
];

#[test]
fn each_network_that_is_not_public_ends_at_its_edges() {
    let policy = production();
    for (first, last, outside) in NETWORKS {
        for address in [first, last] {
            assert!(!allows(&policy, "hooks.example.com", address), "{address}");
        }
        for address in outside {
            assert!(allows(&policy, "hooks.example.com", address), "{address}");
        }
    }
}

#[test]
fn an_ipv4_address_within_ipv6_gets_no_other_answer() {
    let policy = production();
    let in_ipv6 = ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"];
    // NAT64 and 6to4 are refused whole: the gateway could translate them to any address.
    let translated = ["64:ff9b::7f00:1", "64:ff9b::101:101", "2002:7f00:1::"];
    for address in in_ipv6.into_iter().chain(translated) {
        assert!(!allows(&policy, "hooks.example.com", address), "{address}");
    }
    assert!(allows(&policy, "hooks.example.com", "::ffff:1.1.1.1"));
    assert!(allows(&policy, "hooks.example.com", "2606:4700::1111"));
}

#[test]
fn an_operator_allows_private_addresses_for_exactly_the_listed_hosts() {
    let hosts = ["hooks.corp.example".to_owned()];
    let policy = AddressPolicy::production(None, &hosts).expect("a host name");
    let private =
        ["10.0.0.1", "100.64.0.1", "172.31.0.1", "192.168.1.1", "fd12::1", "::ffff:10.0.0.1"];
    for address in private {
        for host in ["hooks.corp.example", "HOOKS.corp.example."] {
            assert!(allows(&policy, host, address), "{host} {address}");
        }
        for host in ["a.hooks.corp.example", "corp.example", "idp.corp.example"] {
            assert!(!allows(&policy, host, address), "{host} {address}");
        }
    }
    let never = [
        "127.0.0.1",
        "127.255.255.255",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.79.129",
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "198.18.0.1",
    ];
    for address in never {
        assert!(!allows(&policy, "hooks.corp.example", address), "{address}");
    }
    assert!(allows(&policy, "hooks.corp.example", "1.1.1.1"));
}

#[test]
fn a_developer_allows_loopback_addresses_and_no_other_private_ones() {
    let policy = AddressPolicy::allowing_loopback(None);
    for address in ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "1.1.1.1"] {
        assert!(allows(&policy, "localhost", address), "{address}");
    }
    for address in ["10.0.0.1", "169.254.169.254", "fe80::1", "fd12::1", "0.0.0.0"] {
        assert!(!allows(&policy, "localhost", address), "{address}");
    }
}

#[test]
fn the_list_of_private_hosts_has_full_names() {
    assert_eq!(parse_private_hosts(" "), Ok(vec![]));
    let hosts = parse_private_hosts("idp.corp.example, Hooks.Corp.Internal.,xn--bcher-kva.example");
    let expected = ["idp.corp.example", "hooks.corp.internal", "xn--bcher-kva.example"];
    assert_eq!(hosts, Ok(expected.map(str::to_owned).to_vec()));
    type Problem = fn(String) -> PrivateHostProblem;
    let refused: [(&str, Problem); 17] = [
        ("localhost", PrivateHostProblem::Localhost),
        ("LOCALHOST.", PrivateHostProblem::Localhost),
        ("a.localhost", PrivateHostProblem::Localhost),
        ("10.0.0.1", PrivateHostProblem::Literal),
        ("10.1", PrivateHostProblem::Literal),
        ("167772161", PrivateHostProblem::Literal),
        ("0x7f.1", PrivateHostProblem::Literal),
        ("::1", PrivateHostProblem::Literal),
        ("[::1]", PrivateHostProblem::Literal),
        ("intranet", PrivateHostProblem::NotAName),
        ("https://idp.corp.example", PrivateHostProblem::NotAName),
        ("idp.corp.example:443", PrivateHostProblem::NotAName),
        ("*.corp.example", PrivateHostProblem::NotAName),
        ("corp..example", PrivateHostProblem::NotAName),
        ("-a.example", PrivateHostProblem::NotAName),
        ("a_b.example", PrivateHostProblem::NotAName),
        ("", PrivateHostProblem::NotAName),
    ];
    for (host, problem) in refused {
        let list = format!("idp.corp.example,{host}");
        let expected = Err(problem(host.to_owned()));
        assert_eq!(parse_private_hosts(&list), expected, "{host}");
        let listed = AddressPolicy::production(None, &[host.to_owned()]);
        assert_eq!(listed.map(|_| vec![]), expected, "{host}");
    }
}

#[test]
fn this_service_is_recognised_by_its_public_url_or_host() {
    let forms = [
        "https://scim.example.com",
        "scim.example.com",
        "SCIM.example.com.:443",
        "https://scim.example.com/a",
    ];
    for own in forms {
        let policy = AddressPolicy::public_only(Some(own));
        assert!(policy.is_own("scim.example.com", 443), "{own}");
        assert!(policy.is_own("scim.example.com", 8443), "{own}: every port leads to this service");
        assert!(!policy.is_own("hooks.example.com", 443), "{own}");
    }
    for own in ["http://127.0.0.1:8080", "http://[::1]:8080", "localhost:8080"] {
        let policy = AddressPolicy::allowing_loopback(Some(own));
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            assert!(policy.is_own(host, 8080), "{own} {host}");
            assert!(!policy.is_own(host, 9000), "{own} {host}: another server of this machine");
        }
    }
    assert!(!AddressPolicy::public_only(Some("")).is_own("", 443));
}
