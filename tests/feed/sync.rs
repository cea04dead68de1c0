//! Findings about the identity provider's requests, in the feed.

use crate::support::admin::{admin, get};
use crate::support::{TestTenant, acme};
use serde_json::{Value, json};
use time::Duration;

/// The types of the findings in the feed, with the times.
async fn findings(tenant: &TestTenant) -> Vec<(String, String)> {
    let events = sync_events(tenant).await;
    let text = |event: &Value, name: &str| event[name].as_str().expect("a text").to_owned();
    let seen = |event: &Value| (text(event, "type"), text(event, "timestamp")[11..16].to_owned());
    events.iter().map(seen).collect()
}

/// The findings in the feed.
async fn sync_events(tenant: &TestTenant) -> Vec<Value> {
    let types = "sync.refused,sync.silent,sync.resumed";
    let page = get(tenant, &format!("/events?from=start&types={types}")).await;
    page["events"].as_array().expect("events").clone()
}

fn expected(findings: &[(&str, &str)]) -> Vec<(String, String)> {
    findings.iter().map(|(kind, at)| ((*kind).to_owned(), (*at).to_owned())).collect()
}

/// Sends a request that fails.
async fn fail(tenant: &TestTenant) {
    let body = json!({"userName": "ada@example.com", "active": "perhaps"});
    tenant.post("/Users", &body).await.expect_error(400, Some("invalidValue"));
}

#[tokio::test]
async fn the_first_failed_request_is_in_the_feed_at_once() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    tenant.app.advance(Duration::seconds(10));
    let wrong = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
    tenant.patch(&format!("/Users/{ada}"), &wrong).await.expect_error(400, Some("invalidValue"));
    let [event] = &sync_events(&tenant).await[..] else { panic!("one event is expected") };
    assert_eq!(event["type"], "sync.refused");
    assert_eq!(event["timestamp"], "2026-11-23T09:30:10.000Z");
    let data = json!({"count": 1, "status": 400, "operation": "PATCH /Users/{id}"});
    assert_eq!(event["data"], data, "no id, no name, no text of the failure");
    let noted = get(&tenant, "/requests").await;
    assert_eq!(noted["requests"].as_array().map(Vec::len), Some(1), "{noted}");
}

#[tokio::test]
async fn failed_requests_are_a_finding_once_an_hour_at_most() {
    let tenant = acme().await;
    // The notes of other news do not delay the finding.
    tenant.create(&json!({"userName": "bob@example.com", "badge": 1})).await;
    for minutes in [0, 1, 30, 59, 59] {
        tenant.app.advance(Duration::minutes(minutes));
        fail(&tenant).await;
    }
    assert_eq!(findings(&tenant).await, expected(&[("sync.refused", "09:30")]));
    // An hour without failed requests ends the series. A successful request writes the failed request that waits.
    tenant.app.advance(Duration::seconds(30));
    fail(&tenant).await;
    tenant.app.advance(Duration::minutes(59) + Duration::seconds(30));
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::seconds(30));
    fail(&tenant).await;
    let both = expected(&[("sync.refused", "09:30"), ("sync.refused", "12:59")]);
    assert_eq!(findings(&tenant).await, both);
}

#[tokio::test]
async fn two_servers_find_the_same_failed_requests_once() {
    let tenant = acme().await;
    let other = tenant.at_another_server();
    let both = async || {
        tokio::join!(fail(&tenant), fail(&other));
    };
    both().await;
    tenant.app.advance(Duration::minutes(40));
    fail(&other).await;
    tenant.app.advance(Duration::minutes(40));
    fail(&tenant).await;
    assert_eq!(findings(&tenant).await, expected(&[("sync.refused", "09:30")]));
    let status = get(&tenant.at_another_server(), "/sync").await;
    assert_eq!(status["failedRequests"], 4, "{status}");
    tenant.app.advance(Duration::minutes(60));
    both().await;
    let twice = expected(&[("sync.refused", "09:30"), ("sync.refused", "11:50")]);
    assert_eq!(findings(&other).await, twice);
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_second_finding() {
    let tenant = acme().await;
    fail(&tenant).await;
    for _ in 0..3 {
        tenant.app.advance(Duration::minutes(-40));
        fail(&tenant.at_another_server()).await;
    }
    assert_eq!(findings(&tenant).await, expected(&[("sync.refused", "09:30")]));
    // The clock starts again from 07:30.
    tenant.app.advance(Duration::hours(1));
    fail(&tenant.at_another_server()).await;
    let both = expected(&[("sync.refused", "08:30"), ("sync.refused", "09:30")]);
    let mut found = findings(&tenant).await;
    found.sort();
    assert_eq!(found, both);
}

#[tokio::test]
async fn an_erasure_changes_no_finding_and_makes_none() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "bob@example.com", "active": false})).await;
    fail(&tenant).await;
    let path = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &path, json!({"confirm": id})).await.expect(204);
    tenant.app.advance(Duration::minutes(30));
    fail(&tenant).await;
    assert_eq!(findings(&tenant).await, expected(&[("sync.refused", "09:30")]));
}

#[tokio::test]
async fn a_sync_without_failed_requests_writes_one_note_a_minute_and_no_finding() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::minutes(90));
    tenant.app.faults.take_calls();
    tenant.get("/Users/nobody").await.expect_error(404, None);
    let calls = tenant.app.faults.take_calls();
    let writes = calls.iter().filter(|call| call.operation.contains("Update"));
    assert_eq!(writes.count(), 1, "{calls:?}");
    assert!(calls.iter().all(|call| !call.operation.contains("Transact")), "{calls:?}");
    assert_eq!(findings(&tenant).await, []);
}

/// Gives the number of hours after which silence is an event.
async fn set_hours(tenant: &TestTenant, hours: Value) {
    let body = json!({"silentAfterHours": hours});
    admin(tenant, "PATCH", "/settings", body).await.expect(200);
}

/// Runs the work that is due, at every minute of some minutes.
async fn run_minutes(tenant: &TestTenant, minutes: i64) {
    for _ in 0..minutes {
        tenant.app.advance(Duration::minutes(1));
        run_due(tenant).await;
    }
}

/// Runs the work that is due now.
async fn run_due(tenant: &TestTenant) {
    assert_eq!(tenant.app.app.runner().run_due(false).await.failures, 0);
}

/// The number of checks that wait.
async fn checks(tenant: &TestTenant) -> usize {
    tenant.items("DUE").await.len()
}

#[tokio::test]
async fn a_silence_and_its_end_are_one_finding_each() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    set_hours(&tenant, json!(2)).await;
    run_minutes(&tenant, 119).await;
    assert_eq!(findings(&tenant).await, []);
    run_minutes(&tenant, 200).await;
    let silent = expected(&[("sync.silent", "11:30")]);
    assert_eq!(findings(&tenant).await, silent);
    assert_eq!(checks(&tenant).await, 1);
    // The first request after the silence ends it, at either server.
    let other = tenant.at_another_server();
    let (_, _) = tokio::join!(tenant.get("/Users"), other.get("/Users"));
    let resumed = expected(&[("sync.silent", "11:30"), ("sync.resumed", "14:49")]);
    assert_eq!(findings(&tenant).await, resumed);
    run_minutes(&tenant, 100).await;
    tenant.get("/Users").await.expect(200);
    run_minutes(&tenant, 119).await;
    assert_eq!(findings(&tenant).await, resumed);
    run_minutes(&tenant, 1).await;
    let again = [resumed, expected(&[("sync.silent", "18:29")])].concat();
    assert_eq!(findings(&tenant).await, again);
}

#[tokio::test]
async fn a_failed_request_can_end_a_silence() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    set_hours(&tenant, json!(1)).await;
    run_minutes(&tenant, 61).await;
    fail(&tenant).await;
    let mut found = findings(&tenant).await;
    found.sort();
    let all = [("sync.refused", "10:31"), ("sync.resumed", "10:31"), ("sync.silent", "10:30")];
    assert_eq!(found, expected(&all));
}

#[tokio::test]
async fn without_the_setting_no_silence_is_found() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::days(30));
    run_due(&tenant).await;
    assert_eq!(checks(&tenant).await, 0);
    set_hours(&tenant, json!(24)).await;
    set_hours(&tenant, Value::Null).await;
    run_due(&tenant).await;
    assert_eq!(checks(&tenant).await, 0, "the check ends itself");
    assert_eq!(findings(&tenant).await, []);
}

#[tokio::test]
async fn a_silence_that_was_found_ends_although_the_setting_is_off_by_then() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    set_hours(&tenant, json!(1)).await;
    run_minutes(&tenant, 60).await;
    set_hours(&tenant, Value::Null).await;
    tenant.app.advance(Duration::hours(3));
    tenant.get("/Users").await.expect(200);
    run_due(&tenant).await;
    let both = expected(&[("sync.silent", "10:30"), ("sync.resumed", "13:30")]);
    assert_eq!(findings(&tenant).await, both);
}

#[tokio::test]
async fn an_identity_provider_without_a_first_request_is_not_silent() {
    let tenant = acme().await;
    for hours in [1, 3, 2] {
        set_hours(&tenant, json!(hours)).await;
        tenant.app.advance(Duration::minutes(7));
    }
    run_minutes(&tenant, 300).await;
    assert_eq!(findings(&tenant).await, []);
    assert_eq!(checks(&tenant).await, 1, "the checks of earlier settings have joined");
    tenant.get("/Users").await.expect(200);
    run_minutes(&tenant, 120).await;
    assert_eq!(findings(&tenant).await, expected(&[("sync.silent", "16:51")]));
}

#[tokio::test]
async fn two_checks_at_the_same_time_find_one_silence() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    set_hours(&tenant, json!(1)).await;
    tenant.app.advance(Duration::minutes(70));
    let other = tenant.at_another_server();
    tokio::join!(run_due(&tenant), run_due(&other));
    assert_eq!(findings(&tenant).await, expected(&[("sync.silent", "10:40")]));
    assert_eq!(checks(&tenant).await, 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_nobody_silent_and_ends_no_check() {
    let tenant = acme().await;
    tenant.app.advance(Duration::days(100));
    tenant.get("/Users").await.expect(200);
    set_hours(&tenant, json!(1)).await;
    tenant.app.advance(Duration::days(-100));
    set_hours(&tenant, json!(2)).await;
    run_minutes(&tenant, 300).await;
    assert_eq!(findings(&tenant).await, []);
    // A request writes the present time, and the check of that time follows.
    tenant.at_another_server().get("/Users").await.expect(200);
    run_minutes(&tenant, 121).await;
    assert_eq!(findings(&tenant).await.len(), 1);
}

#[tokio::test]
async fn a_removed_tenant_has_no_check() {
    let tenant = acme().await;
    set_hours(&tenant, json!(1)).await;
    tenant.app.app.tenants.delete(&tenant.id).await.expect("a removal");
    assert_eq!(checks(&tenant).await, 0);
}
