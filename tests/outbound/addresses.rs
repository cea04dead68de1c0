//! No call reaches an address that the policy forbids.

use super::receiver::{AMPLE, Forbidden, PATH, Receiver, client, post, send};
use rollcall::outbound::{AddressPolicy, AddressProblem, Client, Failure, Target, UrlProblem};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const NOT_PUBLIC: Failure = Failure::Address(AddressProblem::NotPublic);

/// A client for which every name has these addresses.
fn with_addresses(policy: AddressPolicy, addresses: &[&str]) -> Client {
    let addresses: Vec<IpAddr> =
        addresses.iter().map(|text| text.parse().expect("an address")).collect();
    Client::new(policy).with_lookup(move |_| std::future::ready(Ok(addresses.clone())))
}

#[tokio::test]
async fn a_name_with_private_addresses_only_is_not_called() {
    let forbidden = Forbidden::new();
    let url = format!("https://hooks.example.com:{}{PATH}", forbidden.port());
    for addresses in [
        &["127.0.0.1"][..],
        &["::1", "127.0.0.1", "10.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["0.0.0.0"],
        &["::"],
        &["169.254.79.129"],
    ] {
        let client = with_addresses(AddressPolicy::public_only(None), addresses);
        let answer = post(&client, &url, AMPLE).await;
        assert_eq!(answer.err(), Some(NOT_PUBLIC), "{addresses:?}");
    }
    forbidden.nothing_connected();
}

#[tokio::test]
async fn a_private_host_never_leads_to_this_machine() {
    let forbidden = Forbidden::new();
    let hosts = ["hooks.corp.internal".to_owned()];
    let policy = AddressPolicy::production(None, &hosts).expect("a host name");
    let url = format!("https://hooks.corp.internal:{}{PATH}", forbidden.port());
    let addresses = ["127.0.0.1", "::1", "169.254.169.254", "fe80::1"];
    let answer = post(&with_addresses(policy, &addresses), &url, AMPLE).await;
    assert_eq!(answer.err(), Some(NOT_PUBLIC));
    forbidden.nothing_connected();
}

/// The target comes from a server that allows more.
#[tokio::test]
async fn a_client_checks_each_target_by_its_own_policy() {
    let forbidden = Forbidden::new();
    let saved = AddressPolicy::allowing_loopback(None);
    let client = Client::new(AddressPolicy::public_only(Some("https://scim.example.com")));
    let port = forbidden.port();
    for (url, problem) in [
        (format!("http://127.0.0.1:{port}/"), UrlProblem::Scheme),
        (format!("https://127.0.0.1:{port}/"), UrlProblem::Literal),
        (format!("https://[::1]:{port}/"), UrlProblem::Literal),
        (format!("https://localhost:{port}/"), UrlProblem::ReservedName),
        ("https://scim.example.com/".to_owned(), UrlProblem::OwnHost),
    ] {
        let target = Target::parse(&url, &saved).expect("a URL for a developer");
        let answer = send(&client, &target, AMPLE).await;
        let expected = Failure::Address(AddressProblem::Url(problem));
        assert_eq!(answer.err(), Some(expected), "{url}");
    }
    forbidden.nothing_connected();
}

/// The first look-up gives an address that is allowed, and each further one a private address.
#[tokio::test]
async fn each_connection_has_one_look_up_and_goes_where_that_leads() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
    let receiver = Receiver::answering(ok).await;
    let lookups = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lookups);
    let client = client().with_lookup(move |name| {
        assert_eq!(name, "hooks.localhost");
        let address = match count.fetch_add(1, Ordering::SeqCst) {
            0 => "127.0.0.1",
            _ => "10.0.0.1",
        };
        std::future::ready(Ok(vec![address.parse().expect("an address")]))
    });
    let url = format!("http://hooks.localhost:{}{PATH}", receiver.port());
    let answer = post(&client, &url, AMPLE).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), lookups.load(Ordering::SeqCst)), (200, 1));
    assert_eq!(post(&client, &url, AMPLE).await.err(), Some(NOT_PUBLIC));
    assert_eq!((receiver.connections(), lookups.load(Ordering::SeqCst)), (1, 2));
}

#[tokio::test]
async fn addresses_that_are_not_allowed_are_left_out() {
    let receiver = Receiver::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let url = format!("http://hooks.localhost:{}{PATH}", receiver.port());
    let policy = AddressPolicy::allowing_loopback(None);
    let client = with_addresses(policy, &["10.0.0.1", "169.254.169.254", "127.0.0.1"]);
    assert_eq!(post(&client, &url, AMPLE).await.expect("an answer").status, 204);
}

#[tokio::test]
async fn a_name_without_an_address_fails_with_dns() {
    let client = client();
    let url = format!("https://hooks.example.com{PATH}");
    let unknown = client.clone().with_lookup(|_| async { Err(io::Error::other("no name")) });
    let empty = client.with_lookup(|_| async { Ok(vec![]) });
    for client in [unknown, empty] {
        assert_eq!(post(&client, &url, AMPLE).await.err(), Some(Failure::Dns));
    }
}
