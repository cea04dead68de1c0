//! Tests of each state, in the order in which the first that fits decides.

use super::*;
use time::macros::datetime;

const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

fn ago(minutes: i64) -> Option<OffsetDateTime> {
    Some(NOON - Duration::minutes(minutes))
}

fn token() -> TokenRecord {
    TokenRecord {
        scope: Scope::Scim,
        stage: Stage::Current,
        label: "Okta".to_owned(),
        digest: "digest".to_owned(),
        created: NOON - Duration::days(3),
        expires: None,
        form: None,
    }
}

/// The facts of a sync that works.
fn healthy(token: &TokenRecord) -> SyncFacts<'_> {
    SyncFacts {
        now: NOON,
        provider: Some(Provider::Okta),
        token: Some(token),
        is_used: true,
        is_newest_used: true,
        last_request: ago(2),
        last_token: Some("Okta"),
        last_success: ago(2),
        last_failure: None,
        recent_failures: 3,
        unauthorized: &[],
    }
}

fn wrong_token(minutes_ago: i64) -> UnauthorizedRequests {
    let last = NOON - Duration::minutes(minutes_ago);
    let reason = UnauthorizedReason::TokenRevoked {
        label: "Okta 2026".to_owned(),
        at: NOON - Duration::days(1),
    };
    UnauthorizedRequests { reason, first: last, last, count: 1 }
}

#[test]
fn a_sync_without_trouble_is_healthy() {
    let token = token();
    let state = healthy(&token).state();
    assert_eq!((state.clone(), state.urgency()), (SyncState::Healthy, Urgency::Good));
}

#[test]
fn a_tenant_without_a_token_is_not_connected() {
    let wrong = wrong_token(1);
    let token = token();
    let facts =
        SyncFacts { token: None, unauthorized: std::slice::from_ref(&wrong), ..healthy(&token) };
    let state = facts.state();
    assert_eq!(state, SyncState::NotConnected);
}

#[test]
fn an_unused_token_waits() {
    let token = token();
    let facts = SyncFacts { is_used: false, last_failure: ago(1), ..healthy(&token) };
    assert_eq!(facts.state(), SyncState::Waiting);
}

#[test]
fn the_newest_request_without_a_valid_token_is_a_failure() {
    let token = token();
    let wrong = wrong_token(5);
    let of = |last_request| SyncFacts {
        last_request,
        unauthorized: std::slice::from_ref(&wrong),
        ..healthy(&token)
    };
    let unauthorized = SyncState::Unauthorized(wrong.reason.clone());
    assert_eq!(unauthorized.urgency(), Urgency::Bad);
    for last_request in [ago(90), ago(6), None] {
        assert_eq!(of(last_request).state(), unauthorized, "{last_request:?}");
    }
    let unused = SyncFacts { is_used: false, last_failure: ago(1), ..of(ago(6)) };
    assert_eq!(unused.state(), unauthorized, "an unused token and other failures tell less");
    assert_eq!(of(ago(2)).state(), SyncState::Healthy, "a later request had a valid token");
    let stranger = UnauthorizedRequests { reason: UnauthorizedReason::NoToken, ..wrong.clone() };
    let of_stranger = |last_request| SyncFacts {
        unauthorized: std::slice::from_ref(&stranger),
        ..of(last_request)
    };
    assert_eq!(of_stranger(ago(59)).state(), SyncState::Healthy, "anybody can send such a request");
    let young = TokenRecord { created: NOON - Duration::minutes(10), ..token.clone() };
    let new_token = SyncFacts { token: Some(&young), ..of_stranger(None) };
    assert_eq!(new_token.state(), SyncState::Healthy, "the token is young");
    let unauthorized = SyncState::Unauthorized(UnauthorizedReason::NoToken);
    assert_eq!(of_stranger(ago(60)).state(), unauthorized, "an hour without others");
    let old = wrong_token(60 * 24);
    let facts = SyncFacts {
        unauthorized: std::slice::from_ref(&old),
        last_request: ago(60 * 48),
        ..healthy(&token)
    };
    assert_eq!(facts.state(), SyncState::Healthy, "a day is over");
}

#[test]
fn only_failures_for_an_hour_are_a_failure() {
    let token = token();
    let of =
        |last_success, last_failure| SyncFacts { last_success, last_failure, ..healthy(&token) };
    let state = of(ago(60), ago(1)).state();
    assert_eq!(state, SyncState::Failing { last_success: ago(60) });
    let never = of(None, ago(1)).state();
    assert_eq!(never, SyncState::Failing { last_success: None });
    let few = SyncFacts {
        last_success: None,
        last_failure: ago(1),
        recent_failures: 2,
        ..healthy(&token)
    };
    let some = SyncState::SomeRequestsFail { last_failure: NOON - Duration::minutes(1) };
    assert_eq!(few.state(), some, "two failures are few");
    assert_eq!(of(ago(59), ago(1)).state(), some, "less than an hour");
    let young = TokenRecord { created: NOON - Duration::minutes(10), ..token.clone() };
    let facts = SyncFacts { last_success: None, last_failure: ago(1), ..healthy(&young) };
    assert_eq!(facts.state(), some, "the token is younger than an hour");
}

#[test]
fn a_failure_counts_for_a_day() {
    let token = token();
    let of = |last_failure| SyncFacts { last_failure, ..healthy(&token) }.state();
    let last_failure = NOON - Duration::minutes(60 * 24 - 1);
    assert_eq!(of(Some(last_failure)), SyncState::SomeRequestsFail { last_failure });
    assert_eq!(of(ago(60 * 24)), SyncState::Healthy);
}

#[test]
fn only_entra_id_can_be_quiet() {
    let token = token();
    let of = |provider, last_request| {
        SyncFacts { provider, last_request, last_success: last_request, ..healthy(&token) }.state()
    };
    let quiet = of(Some(Provider::Entra), ago(120));
    let last_request = NOON - Duration::minutes(120);
    assert_eq!(quiet, SyncState::Quiet { last_request });
    assert_eq!(quiet.urgency(), Urgency::Warning);
    assert_eq!(of(Some(Provider::Entra), ago(119)), SyncState::Healthy);
    for provider in [Some(Provider::Okta), Some(Provider::Other), None] {
        assert_eq!(of(provider, ago(60 * 24 * 30)), SyncState::Healthy);
    }
}
