use super::*;
use crate::directory::sso::provider_problem::Unreachable;
use std::future::{pending, ready};
use std::time::Duration as Wait;

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds)
}

fn late() -> ProviderProblem {
    ProviderProblem::Unreachable { host: "idp.example.com".to_owned(), why: Unreachable::Deadline }
}

fn document(issuer: &str) -> Fetched<Discovery> {
    let document = format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"a","token_endpoint":"t","jwks_uri":"k"}}"#
    );
    Ok((Discovery::parse(document.as_bytes(), issuer).unwrap(), Duration::hours(1)))
}

#[tokio::test]
async fn a_further_issuer_pushes_out_one_without_a_document_or_the_one_unused_for_longest() {
    let (issuers, late) = (KnownIssuers::default(), late());
    let time = FetchTime { now: at(0), late: &late };
    for (number, issuer) in ["first", "second"].into_iter().enumerate() {
        let known = issuers.of(issuer, at(number as i64));
        known.discovery.fetch(time, || ready(document(issuer))).await.unwrap();
    }
    for number in 2..256 {
        issuers.of(&number.to_string(), at(1_000 + number));
    }
    issuers.of("first", at(2_000));
    for number in 256..600 {
        issuers.of(&number.to_string(), at(2_000 + number));
    }
    assert_eq!(issuers.len(), MOST_ISSUERS);
    assert!(issuers.find("first").is_some() && issuers.find("second").is_some());
    assert!(issuers.find("2").is_none(), "it has no document");
    for number in 256..600 {
        let issuer = number.to_string();
        let known = issuers.of(&issuer, at(3_000 + number));
        known.discovery.fetch(time, || ready(document(&issuer))).await.unwrap();
    }
    assert!(issuers.find("second").is_none(), "it was not used for the longest time");
}

/// A request that ends early must not make the next request call the provider again.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_was_cut_short_is_a_failure() {
    let (cached, late) = (CachedDocument::<Discovery>::default(), late());
    let time = FetchTime { now: at(0), late: &late };
    let fetch = cached.get(time, pending);
    assert!(tokio::time::timeout(Wait::from_secs(8), fetch).await.is_err());
    let never = || -> std::future::Ready<Fetched<Discovery>> { panic!("no second fetch") };
    let found = cached.get(FetchTime { now: at(29), ..time }, never).await;
    assert_eq!(found.err(), Some(late.clone()));
    let found = cached.get(FetchTime { now: at(30), ..time }, || ready(document("a"))).await;
    assert!(found.is_ok());
}

/// An administrator's check of a slow provider must not stop the sign-ins of others.
#[tokio::test]
async fn a_fresh_document_does_not_wait_for_a_fetch() {
    let (cached, late) = (CachedDocument::<Discovery>::default(), late());
    let time = FetchTime { now: at(0), late: &late };
    cached.fetch(time, || ready(document("a"))).await.unwrap();
    let slow = cached.fetch(time, pending);
    tokio::select! {
        biased;
        _ = slow => panic!("a fetch that never ends"),
        found = cached.get(time, pending) => assert!(found.is_ok()),
    }
    assert!(cached.known(at(25 * 3_600 - 1)).is_some() && cached.known(at(25 * 3_600)).is_none());
}
