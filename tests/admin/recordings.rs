//! Recordings of all requests: the right to start them, their history, their limit, and erasures.

use crate::support::actors::OPERATOR;
use crate::support::admin::{admin, get};
use crate::support::{TestTenant, acme};
use rollcall::directory::access::token_set::{DEFAULT_OVERLAP, Earlier, Replacement};
use rollcall::directory::{ActorRecord, Error, Scope};
use serde_json::{Value, json};
use time::Duration;

async fn record(tenant: &TestTenant, is_on: bool) {
    admin(tenant, "POST", "/requests/record", json!({"record": is_on})).await.expect(200);
}

/// The number of rows of the recording, in the table.
async fn recorded(tenant: &TestTenant) -> u64 {
    tenant.app.app.sync.record(&tenant.id).await.expect("a record").recorded
}

#[tokio::test]
async fn a_replaced_admin_token_starts_and_stops_no_recording() {
    let tenant = acme().await;
    let tenants = &tenant.app.app.tenants;
    let before = tenants.get(&tenant.id).await.expect("a tenant");
    let replaced = ActorRecord::of_token(before.current_token(Scope::Admin).expect("a token"));
    let sync = &tenant.app.app.sync;
    let until = sync.set_recording(&tenant.id, true, &replaced).await.expect("a recording");
    let replacement = Replacement {
        label: None,
        overlap: DEFAULT_OVERLAP,
        earlier: Earlier::Drop,
        expected: None,
    };
    tenants
        .replace_token(&tenant.id, Scope::Admin, &replacement, &OPERATOR)
        .await
        .expect("a token");
    tenant.app.advance(Duration::seconds(1));
    for is_on in [true, false] {
        let refused = sync.set_recording(&tenant.id, is_on, &replaced).await;
        assert!(matches!(refused, Err(Error::TokenReplaced)), "{refused:?}");
    }
    tenant.app.advance(DEFAULT_OVERLAP);
    let refused = sync.set_recording(&tenant.id, true, &replaced).await;
    assert!(matches!(refused, Err(Error::TokenEnded)), "{refused:?}");
    assert_eq!(sync.record(&tenant.id).await.expect("a record").record_until, until);
}

#[tokio::test]
async fn the_history_of_the_tenant_has_each_start_and_stop() {
    let tenant = acme().await;
    record(&tenant, true).await;
    tenant.app.advance(Duration::minutes(1));
    record(&tenant, false).await;
    record(&tenant, false).await;
    let history = get(&tenant, "/history").await;
    let entries = history["entries"].as_array().expect("entries").iter();
    let entries = entries.filter(|entry| entry["kind"] == "settingsChanged");
    let changes: Vec<&Value> = entries.map(|entry| &entry["changes"][0]).collect();
    let until = "2026-11-23T10:30:00.000Z";
    let [stop, start] = changes[..] else { panic!("two entries are expected: {history}") };
    assert_eq!((&start["attribute"], &start["new"]), (&json!("recordUntil"), &json!(until)));
    assert_eq!((&stop["attribute"], &stop["old"]), (&json!("recordUntil"), &json!(until)));
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_recording_that_goes_on_keeps_the_number_of_its_rows() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    record(&tenant, true).await;
    tenant.app.advance(Duration::seconds(3));
    tenant.get("/Users").await.expect(200);
    assert_eq!(recorded(&tenant).await, 1);
    record(&tenant, true).await;
    assert_eq!(recorded(&tenant).await, 1);
    tenant.app.advance(Duration::minutes(61));
    record(&tenant, true).await;
    assert_eq!(recorded(&tenant).await, 0, "the last recording has ended");
}

#[tokio::test]
async fn an_erasure_removes_recorded_requests() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    record(&tenant, true).await;
    tenant.app.advance(Duration::seconds(3));
    let body = json!({"userName": "ada", "active": false, "badgeOfAdaLovelace": 1});
    let id = tenant.create(&body).await;
    tenant.app.advance(Duration::seconds(1));
    // This one waits in memory.
    tenant.put(&format!("/Users/{id}"), &body).await.expect(200);
    let noted = get(&tenant, "/requests?show=recorded").await;
    assert_eq!(noted["requests"].as_array().map(Vec::len), Some(2), "{noted}");
    assert_eq!(tenant.items("TENANT#acme#RECORDING").await.len(), 1);
    let erase = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &erase, json!({"confirm": id})).await.expect(204);
    assert!(tenant.items("TENANT#acme#RECORDING").await.is_empty());
    let noted = get(&tenant, "/requests?show=recorded").await;
    assert_eq!(noted["requests"], json!([]));
}
