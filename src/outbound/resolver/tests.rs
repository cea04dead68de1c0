use super::super::address::AddressPolicy;
use super::{Lookup, LookupError, Resolver};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A resolver with one answer for each look-up.
fn resolver(answers: &'static [&'static [&'static str]]) -> Resolver {
    let calls = AtomicUsize::new(0);
    let lookup = Lookup::new(move |_| {
        let answer = answers.get(calls.fetch_add(1, Ordering::Relaxed));
        let answer =
            answer.map(|answer| answer.iter().map(|text| text.parse().expect("an address")));
        std::future::ready(answer.map(Iterator::collect).ok_or_else(|| io::Error::other("no name")))
    });
    Resolver { policy: Some(Arc::new(AddressPolicy::public_only(None))), lookup }
}

async fn resolve(resolver: &Resolver) -> Result<Vec<IpAddr>, LookupError> {
    resolver.resolve("hooks.example.com").await
}

#[tokio::test]
async fn only_the_public_addresses_of_a_host_are_used() {
    let resolver = resolver(&[&["127.0.0.1", "1.1.1.1", "10.0.0.1", "2606:4700::1111", "::1"]]);
    let found = resolve(&resolver).await.expect("addresses");
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["1.1.1.1", "2606:4700::1111"]
    );
}

#[tokio::test]
async fn a_host_that_turns_to_a_private_address_is_refused_at_the_next_look_up() {
    let resolver =
        resolver(&[&["1.1.1.1"], &["127.0.0.1"], &["::ffff:169.254.169.254", "fe80::1"]]);
    assert_eq!(resolve(&resolver).await.expect("addresses").len(), 1);
    for _ in 0..2 {
        let found = resolve(&resolver).await;
        assert!(matches!(found, Err(LookupError::NotAllowed)), "{found:?}");
    }
}

#[tokio::test]
async fn a_host_without_an_address_is_not_found() {
    for resolver in [resolver(&[]), resolver(&[&[]])] {
        let found = resolve(&resolver).await;
        assert!(matches!(found, Err(LookupError::Failed)), "{found:?}");
    }
}

#[tokio::test]
async fn the_system_knows_the_loopback_addresses_of_localhost() {
    let policy = Some(Arc::new(AddressPolicy::allowing_loopback(None)));
    let resolver = Resolver { policy, lookup: Lookup::system() };
    let found = resolver.resolve("localhost").await.expect("addresses");
    assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
    let refused = Resolver { policy: Some(Arc::new(AddressPolicy::public_only(None))), ..resolver };
    let refused = refused.resolve("localhost").await;
    assert!(matches!(refused, Err(LookupError::NotAllowed)), "{refused:?}");
}
