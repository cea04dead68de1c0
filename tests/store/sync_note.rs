//! The note of a sync. The service writes the note while it answers the request.
//! A slow note delays the response by a second at most. The service writes a failed note later.

use crate::support::faults::{Call, Fault};
use crate::support::{TestApp, TestTenant, is_on_an_endpoint};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A response waits at most this long for a note.
const PATIENCE: Duration = Duration::from_secs(1);
const MINUTE: time::Duration = time::Duration::MINUTE;

/// Creates a tenant whose token is older than an hour and whose next note is due. Returns the path of its only user too.
async fn tenant() -> Option<(TestTenant, String)> {
    if is_on_an_endpoint() {
        println!("how long requests wait is seen on the embedded engine only");
        return None;
    }
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    tenant.app.advance(2 * time::Duration::HOUR);
    tenant.app.faults.take_calls();
    Some((tenant, format!("/Users/{id}")))
}

/// The stored state of the sync. Another server shows it, because that server has no notes in memory.
async fn status(tenant: &TestTenant) -> Value {
    elsewhere(tenant, "sync").await
}

/// The number of failed requests in the stored rows.
async fn failed_in_rows(tenant: &TestTenant) -> u64 {
    let noted = elsewhere(tenant, "requests").await;
    let rows = noted["requests"].as_array().expect("rows").iter();
    rows.map(|row| row["count"].as_u64().expect("a count")).sum()
}

async fn elsewhere(tenant: &TestTenant, path: &str) -> Value {
    let elsewhere = tenant.app.another_server();
    let request = Request::get(format!("/tenants/acme/api/{path}"))
        .header("authorization", format!("Bearer {}", tenant.admin_token));
    elsewhere.send(request.body(Body::empty()).expect("a request")).await.expect(200)
}

fn only<'c>(calls: &'c [Call], operation: &str) -> &'c Call {
    let mut found = calls.iter().filter(|call| call.operation == operation);
    match (found.next(), found.next()) {
        (Some(call), None) => call,
        _ => panic!("one {operation} is expected: {calls:?}"),
    }
}

#[track_caller]
fn expect_waited(since: Instant, expected: Duration) {
    let waited = since.elapsed();
    // Timers are exact to a millisecond.
    assert!(waited >= expected && waited <= expected + Duration::from_millis(2), "{waited:?}");
}

#[tokio::test]
async fn a_note_is_written_beside_the_calls_of_the_request() {
    let Some((tenant, path)) = tenant().await else { return };
    let retitle = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
    tenant.patch(&path, &retitle).await.expect(200);
    let calls = tenant.app.faults.take_calls();
    let (note, write) = (only(&calls, "UpdateItem"), only(&calls, "TransactWriteItems"));
    assert!(note.span.0 < write.span.1, "the note does not wait for the response: {calls:?}");
    // The service writes one note a minute.
    tenant.patch(&path, &retitle).await.expect(200);
    let calls = tenant.app.faults.take_calls();
    assert!(calls.iter().all(|call| call.operation != "UpdateItem"), "{calls:?}");
}

#[tokio::test]
async fn a_note_that_hangs_keeps_an_answer_back_for_a_second_and_only_once() {
    let Some((tenant, path)) = tenant().await else { return };
    let never = Arc::new(Notify::new());
    tenant.app.faults.plan("UpdateItem", Fault::Held(never));
    let begun = Instant::now();
    let retitle = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
    let changed = tenant.patch(&path, &retitle).await.expect(200);
    expect_waited(begun, PATIENCE);
    assert_eq!(tenant.app.faults.left(), 0);
    let begun = Instant::now();
    assert_eq!(tenant.get(&path).await.expect(200), changed);
    expect_waited(begun, Duration::ZERO);

    // The service writes the note of the next minute.
    let before = status(&tenant).await;
    assert_eq!(before["lastRequest"], "2026-11-23T09:30:00.000Z", "{before}");
    tenant.app.advance(MINUTE);
    tenant.get(&path).await.expect(200);
    let after = status(&tenant).await;
    assert_eq!(after["lastRequest"], "2026-11-23T11:31:00.000Z", "{after}");
}

#[tokio::test]
async fn the_wait_for_a_note_runs_beside_the_request_and_not_after_it() {
    let Some((tenant, path)) = tenant().await else { return };
    let (never, later) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    tenant.app.faults.plan("UpdateItem", Fault::Held(never));
    // The request's own write takes three seconds.
    tenant.app.faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&later)));
    let begun = Instant::now();
    let request = {
        let tenant = tenant.clone();
        let retitle = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
        tokio::spawn(async move { tenant.patch(&path, &retitle).await })
    };
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!request.is_finished());
    later.notify_one();
    request.await.expect("a task that ends").expect(200);
    expect_waited(begun, Duration::from_secs(3));
}

/// The service knows of a refusal only after the handler ends, so it writes the refusal's note then.
#[tokio::test]
async fn a_refusal_waits_for_two_notes_at_most_and_is_not_lost() {
    let Some((tenant, path)) = tenant().await else { return };
    let never = Arc::new(Notify::new());
    for _ in 0..2 {
        tenant.app.faults.plan("UpdateItem", Fault::Held(Arc::clone(&never)));
    }
    let wrong = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
    let begun = Instant::now();
    tenant.patch(&path, &wrong).await.expect_error(400, Some("invalidValue"));
    expect_waited(begun, 2 * PATIENCE);
    assert_eq!(tenant.app.faults.left(), 0);
    // The next note contains the refusals of the same minute.
    for _ in 0..3 {
        tenant.app.advance(time::Duration::SECOND);
        let begun = Instant::now();
        tenant.patch(&path, &wrong).await.expect_error(400, Some("invalidValue"));
        expect_waited(begun, Duration::ZERO);
    }
    assert_eq!(failed_in_rows(&tenant).await, 0);
    tenant.app.advance(MINUTE);
    tenant.get(&path).await.expect(200);
    assert_eq!(failed_in_rows(&tenant).await, 4);
    assert_eq!(status(&tenant).await["failedRequests"], 4);
}

#[tokio::test]
async fn a_note_that_fails_changes_no_response_and_is_written_later() {
    let Some((tenant, path)) = tenant().await else { return };
    let wrong = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
    for fault in [Fault::throttled(), Fault::internal(), Fault::Cut] {
        // The note of the request fails. The note of its refusal also fails, if it is due.
        let failing = tenant.app.faults.plan_all("UpdateItem", fault);
        let begun = Instant::now();
        tenant.patch(&path, &wrong).await.expect_error(400, Some("invalidValue"));
        expect_waited(begun, Duration::ZERO);
        let calls = tenant.app.faults.take_calls();
        assert!(calls.iter().all(|call| call.operation != "UpdateItem"), "{calls:?}");
        assert!((1..=2).contains(&failing.end()));
        tenant.app.advance(MINUTE);
    }
    tenant.get(&path).await.expect(200);
    let after = status(&tenant).await;
    assert_eq!(after["lastRequest"], "2026-11-23T11:33:00.000Z", "{after}");
    assert_eq!(
        (&after["failedRequests"], failed_in_rows(&tenant).await),
        (&json!(3), 3),
        "{after}"
    );
}

/// A client may close its connection while the note hangs.
#[tokio::test]
async fn a_request_that_is_dropped_while_its_note_hangs_loses_no_refusal() {
    let Some((tenant, path)) = tenant().await else { return };
    tenant.get(&path).await.expect(200);
    let never = Arc::new(Notify::new());
    tenant.app.faults.plan("UpdateItem", Fault::Held(never));
    let request = {
        let (tenant, path) = (tenant.clone(), path.clone());
        let wrong = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
        tokio::spawn(async move { tenant.patch(&path, &wrong).await })
    };
    tenant.app.faults.all_met().await;
    request.abort();
    assert!(request.await.expect_err("it was dropped").is_cancelled());
    tenant.app.advance(MINUTE);
    tenant.get(&path).await.expect(200);
    assert_eq!(failed_in_rows(&tenant).await, 1);
    assert_eq!(status(&tenant).await["failedRequests"], 1);
}
