//! Wrong tokens. Every one gets the same 401, and the tenant's administrator learns the reason.

use crate::support::actors::OPERATOR;
use crate::support::browser::Browser;
use crate::support::faults::Fault;
use crate::support::log::Log;
use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, acme, is_on_an_endpoint};
use axum::body::Body;
use http::Request;
use rollcall::directory::access::refusal_delay::REFUSAL_DELAY;
use rollcall::directory::access::token_set::{Earlier, Replacement, Which};
use rollcall::model::tenant::{Scope, Stage};
use rollcall::model::unauthorized::UnauthorizedReason;
use secrecy::ExposeSecret;
use time::Duration;
use tokio::time::Instant;

async fn send(tenant: &TestTenant, token: &str) -> Answer {
    send_header(tenant, Some(&format!("Bearer {token}"))).await
}

async fn send_header(tenant: &TestTenant, authorization: Option<&str>) -> Answer {
    let mut request = Request::get(tenant.path("/Users"));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    tenant.app.send(request.body(Body::empty()).unwrap()).await
}

async fn replace(tenant: &TestTenant, label: &str, overlap: Duration) -> String {
    let replacement =
        Replacement { label: Some(label), overlap, earlier: Earlier::Drop, expected: None };
    let tenants = &tenant.app.app.tenants;
    let made =
        tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await.unwrap();
    made.token.expose_secret().to_owned()
}

async fn revoke(tenant: &TestTenant, stage: Stage) {
    let which = Which::Stage(stage);
    let tenants = &tenant.app.app.tenants;
    tenants.revoke_tokens(&tenant.id, Scope::Scim, which, &OPERATOR).await.unwrap();
}

/// Returns the reasons that the table has, the latest first.
async fn reasons(tenant: &TestTenant) -> Vec<UnauthorizedReason> {
    let record = tenant.app.app.sync.record(&tenant.id).await.unwrap();
    record.unauthorized.into_iter().map(|requests| requests.reason).collect()
}

/// The wrong `Authorization` headers of a tenant, with the reason of each.
async fn every_reason(tenant: &TestTenant) -> Vec<(Option<String>, UnauthorizedReason)> {
    let other = tenant.app.tenant("other").await;
    let at = || tenant.app.sources().now();
    let label = || "Okta".to_owned();
    let replaced = replace(tenant, "Okta", Duration::ZERO).await;
    let expired = replace(tenant, "Okta", Duration::ZERO).await;
    let replaced_at = at();
    let revoked = replace(tenant, "Okta", Duration::hours(1)).await;
    let expired_at = at() + Duration::hours(1);
    tenant.app.advance(Duration::hours(2));
    revoke(tenant, Stage::Current).await;
    let revoked_at = at();
    let read = tenant.app.app.tenants.create_token(&tenant.id, Scope::Read, None, &OPERATOR).await;
    let read = read.unwrap().token.expose_secret().to_owned();
    tenant.app.advance(Duration::minutes(2));
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    vec![
        (bearer(&revoked), UnauthorizedReason::TokenRevoked { label: label(), at: revoked_at }),
        (bearer(&replaced), UnauthorizedReason::TokenReplaced { label: label(), at: replaced_at }),
        (bearer(&expired), UnauthorizedReason::TokenExpired { label: label(), at: expired_at }),
        (bearer(&tenant.admin_token), UnauthorizedReason::AdminToken),
        (bearer(&read), UnauthorizedReason::ReadToken),
        (bearer(&other.scim_token), UnauthorizedReason::OtherTenant),
        (bearer(&format!("rc_acme_{}", "A".repeat(43))), UnauthorizedReason::UnknownToken),
        (bearer("nonsense"), UnauthorizedReason::UnknownToken),
        (bearer(&format!("Bearer {revoked}")), UnauthorizedReason::BearerTwice),
        (Some(format!("bearer  BEARER  {read}")), UnauthorizedReason::BearerTwice),
        (Some("Bearer Bearer".to_owned()), UnauthorizedReason::BearerTwice),
        (None, UnauthorizedReason::NoToken),
        (Some(String::new()), UnauthorizedReason::NoToken),
        (Some("Bearer ".to_owned()), UnauthorizedReason::NoToken),
        (Some("Basic b2t0YTpzZWNyZXQ=".to_owned()), UnauthorizedReason::NoBearerToken),
        (Some(revoked), UnauthorizedReason::NoBearerToken),
    ]
}

#[tokio::test]
async fn every_wrong_token_gets_the_same_answer_and_its_own_note_within_ten_seconds() {
    let tenant = acme().await;
    let mut answers = Vec::new();
    for (token, reason) in every_reason(&tenant).await {
        tenant.app.advance(Duration::seconds(10));
        let answer = send_header(&tenant, token.as_deref()).await;
        assert_eq!(answer.status, 401);
        // The answer follows the note, so the note is in the table now. The paused clock of a test lets the 60 ms pass
        // before an endpoint answers.
        if !is_on_an_endpoint() {
            // A reason can come twice, so the test looks at the latest one.
            let noted = reasons(&tenant).await;
            assert_eq!(noted.first(), Some(&reason), "{token:?}");
        }
        let headers: Vec<(String, Vec<u8>)> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id")
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        answers.push((headers, answer.bytes));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers are the same, byte for byte: {answers:?}");
}

#[tokio::test]
async fn no_part_of_a_wrong_token_is_in_the_table_the_log_or_on_a_page() {
    let tenant = acme().await;
    let log = Log::default();
    let guard = log.start();
    let mut secrets = Vec::new();
    for (token, _) in every_reason(&tenant).await {
        tenant.app.advance(Duration::seconds(10));
        send_header(&tenant, token.as_deref()).await;
        // The last word of a header is the token.
        let token = token.iter().flat_map(|header| header.rsplit(' ').next());
        let is_secret = |token: &&str| !token.is_empty() && *token != "Bearer";
        secrets.extend(
            token.filter(is_secret).map(|token| token.trim_start_matches("rc_").to_owned()),
        );
    }
    drop(guard);
    let browser = Browser::signed_in(&tenant).await;
    let mut texts = vec![("log", log.text())];
    for page in ["", "access", "activity", "requests?show=unauthorized", "connect/3"] {
        texts.push((page, browser.get(page).await.text()));
    }
    let items = tenant.items("TENANT#acme").await;
    texts.push(("the items", format!("{items:?}")));
    let history = tenant.items("TENANT#acme#HISTORY#SETTINGS").await;
    texts.push(("the history", format!("{history:?}")));
    assert!(format!("{items:?}").contains("endedTokens"), "the ended tokens are among the items");
    for (place, text) in &texts {
        for secret in &secrets {
            // The random part is long; a token without one is checked whole.
            let random = secret.get(secret.len().saturating_sub(43)..).unwrap_or(secret);
            assert!(!text.contains(random), "{place} has {secret}");
        }
    }
}

#[tokio::test]
async fn one_answer_in_ten_seconds_is_delayed_for_each_name_and_writes_the_note() {
    let tenant = acme().await;
    let nobody = TestTenant {
        id: rollcall::model::tenant::TenantId::parse("nobody").unwrap(),
        ..tenant.clone()
    };
    // An endpoint behind a socket needs real time, so its durations vary.
    if crate::support::is_on_an_endpoint() {
        return;
    }
    for server in [&tenant, &nobody] {
        // The runtime's clock stands still, except for the delay.
        let delays = async |number: usize| {
            let mut delays = Vec::new();
            for _ in 0..number {
                let started = Instant::now();
                assert_eq!(send(server, "nonsense").await.status, 401);
                delays.push(started.elapsed() >= REFUSAL_DELAY);
            }
            delays
        };
        assert_eq!(delays(3).await, [true, false, false], "{}", server.id);
        tenant.app.advance(Duration::seconds(9));
        assert_eq!(delays(1).await, [false], "{}", server.id);
        tenant.app.advance(Duration::seconds(1));
        assert_eq!(delays(2).await, [true, false], "{}", server.id);
    }
    let record = tenant.app.app.sync.record(&tenant.id).await.unwrap();
    assert_eq!(record.unauthorized[0].count, 5, "the last one waits in memory");
    assert!(tenant.items("TENANT#nobody").await.is_empty(), "an invented name gets no item");
}

#[tokio::test]
async fn another_wrong_token_is_noted_at_once_and_its_time_is_the_same_for_every_name() {
    if crate::support::is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    let tokens = ["nonsense", &*tenant.admin_token, "Bearer rc_acme_x", "Bearer rc_acme_y"];
    let nobody = TestTenant {
        id: rollcall::model::tenant::TenantId::parse("nobody").unwrap(),
        ..tenant.clone()
    };
    for server in [&tenant, &nobody] {
        let mut delays = Vec::new();
        for token in tokens {
            let started = Instant::now();
            assert_eq!(send(server, token).await.status, 401);
            delays.push(started.elapsed() >= REFUSAL_DELAY);
        }
        assert_eq!(delays, [true, true, true, false], "{}", server.id);
    }
    let record = tenant.at_another_server().app.app.sync.latest_record(&tenant.id).await.unwrap();
    let mut noted: Vec<&str> = record.unauthorized.iter().map(|one| one.reason.name()).collect();
    noted.sort_unstable();
    assert_eq!(noted, ["admin-token", "bearer-twice", "unknown-token"]);
    let count: u64 = record.unauthorized.iter().map(|one| one.count).sum();
    assert_eq!(count, 3, "the last one waits in memory");
}

#[tokio::test]
async fn the_answer_does_not_wait_for_a_note_that_fails_or_hangs() {
    if crate::support::is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    send(&tenant, "nonsense").await;
    tenant.app.advance(Duration::seconds(10));
    let failing = tenant.app.faults.plan_all("UpdateItem", Fault::internal());
    let started = Instant::now();
    assert_eq!(send(&tenant, "nonsense").await.status, 401);
    let elapsed = started.elapsed();
    assert!(elapsed >= REFUSAL_DELAY && elapsed < 2 * REFUSAL_DELAY, "{elapsed:?}");
    assert!(failing.end() > 0);
    tenant.app.advance(Duration::seconds(10));
    send_header(&tenant, None).await;
    let noted = reasons(&tenant).await;
    assert!(noted.contains(&UnauthorizedReason::NoToken), "{noted:?}");
    let record = tenant.app.app.sync.record(&tenant.id).await.unwrap();
    let unknown = record
        .unauthorized
        .iter()
        .find(|requests| requests.reason == UnauthorizedReason::UnknownToken);
    assert_eq!(unknown.map(|requests| requests.count), Some(2), "the failed note is not lost");
}

#[tokio::test]
async fn a_wrong_token_of_the_api_is_no_request_of_the_identity_provider() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let request = Request::get("/tenants/acme/api/employees")
        .header("authorization", format!("Bearer {}", tenant.scim_token));
    let answer = tenant.app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(reasons(&tenant).await, []);
}
