//! The notes on requests in the table: how often they are written, what they have, and how long they stay.

use crate::support::admin::{admin, get};
use crate::support::{TestTenant, acme, is_on_an_endpoint};
use axum::body::Body;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::Duration;

/// The path of a user.
fn path(id: &str) -> String {
    format!("/Users/{id}")
}

/// Creates a tenant whose token is older than an hour.
async fn old_tenant() -> TestTenant {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::hours(2));
    tenant.get("/Users").await.expect(200);
    tenant.app.faults.take_calls();
    tenant
}

/// The number of writes to a partition since the calls were last taken.
fn writes_to(tenant: &TestTenant, partition: &str) -> usize {
    let partition = format!("TENANT#acme#{partition}");
    let calls = tenant.app.faults.take_calls();
    let updates = calls.iter().filter(|call| call.operation == "UpdateItem");
    updates.filter(|call| call.request["Key"]["PK"]["S"] == *partition).count()
}

/// All items of the tenant, as text.
async fn raw_items(tenant: &TestTenant) -> String {
    let mut text = String::new();
    let own = |name: &String| *name == "TENANT#acme" || name.starts_with("TENANT#acme#");
    let partitions: BTreeSet<String> = tenant.app.faults.written_partitions();
    for partition in partitions.into_iter().filter(own) {
        text += &format!("{:?}", tenant.items(&partition).await);
    }
    text
}

#[tokio::test]
async fn ten_thousand_equal_failures_in_a_minute_write_six_pages_at_most() {
    let tenant = old_tenant().await;
    let body = json!({"userName": "ada@example.com", "active": "perhaps"});
    let mut written = 0;
    for _ in 0..59 {
        for _ in 0..170 {
            tenant.post("/Users", &body).await.expect_error(400, Some("invalidValue"));
        }
        written += writes_to(&tenant, "REQUESTS");
        tenant.app.advance(Duration::seconds(1));
    }
    assert!((1..=6).contains(&written), "{written} writes of pages");
    tenant.app.advance(Duration::minutes(1));
    tenant.get("/Users").await.expect(200);
    let noted = get(&tenant.at_another_server(), "/requests").await;
    let rows = noted["requests"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "equal requests are one row: {noted}");
    assert_eq!(rows[0]["count"], 59 * 170, "{noted}");
    let status = get(&tenant.at_another_server(), "/sync").await;
    assert_eq!(status["failedRequests"], 59 * 170);
}

#[tokio::test]
async fn two_servers_share_the_writes_of_a_minute() {
    let tenant = old_tenant().await;
    let servers: Vec<_> = (0..4).map(|_| tenant.at_another_server()).collect();
    let mut written = 0;
    for _ in 0..60 {
        for server in &servers {
            let body = json!({"userName": "ada", "active": "perhaps"});
            server.post("/Users", &body).await.expect_error(400, Some("invalidValue"));
        }
        written += writes_to(&tenant, "REQUESTS");
        tenant.app.advance(Duration::milliseconds(990));
    }
    assert!((1..=6).contains(&written), "{written} writes of pages");
}

#[tokio::test]
async fn a_full_page_leads_to_the_next_one_and_the_ring_keeps_all_rows() {
    let tenant = old_tenant().await;
    for n in 0..24 {
        // The ids differ, so the rows differ.
        let body = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
        let id = tenant.create(&json!({"userName": format!("ada{n}@example.com")})).await;
        tenant.patch(&path(&id), &body).await.expect_error(400, Some("invalidValue"));
        tenant.app.advance(Duration::seconds(11));
    }
    tenant.app.advance(Duration::minutes(1));
    tenant.get("/Users").await.expect(200);
    let noted = get(&tenant.at_another_server(), "/requests").await;
    assert_eq!(noted["requests"].as_array().map(Vec::len), Some(24), "{noted}");
    assert_eq!(tenant.items("TENANT#acme#REQUESTS").await.len(), 3);
    tenant.expect_settled_and_sound().await;
}

const MARKER: &str = "Zq7marker";

#[tokio::test]
async fn a_value_of_a_failed_request_leaves_no_trace_in_the_table() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    admin(&tenant, "POST", "/requests/record", json!({"record": true})).await.expect(200);
    let ada = path(&ada);
    let wrong = [
        json!({"userName": MARKER, "active": MARKER}),
        json!({"userName": "x", "title": {"x": MARKER}}),
        json!({"userName": "x", "title": MARKER.repeat(2_000)}),
        json!({"userName": "x", "emails": [{"value": MARKER, "primary": MARKER}]}),
        json!({"userName": format!("{MARKER}\u{202e}")}),
        json!({"schemas": [MARKER], "userName": "x"}),
        json!({"displayName": MARKER}),
    ];
    for body in &wrong {
        assert!(tenant.post("/Users", body).await.status.as_u16() >= 400, "{body}");
        tenant.app.advance(Duration::seconds(3));
    }
    // A key with a broken filter is ignored, and the row has the attribute alone.
    let extension = "urn:example:params:User";
    let ignored = [
        json!({"userName": "one", format!("emails[value eq \"{MARKER}"): "x"}),
        json!({"userName": "two", format!("emails[value eq \"{MARKER}\" and].type"): "x"}),
        json!({"userName": "three", extension: {format!("rooms[value eq \"{MARKER}"): 1}}),
    ];
    for body in &ignored {
        tenant.post("/Users", body).await;
        tenant.app.advance(Duration::seconds(3));
    }
    let patches = [
        json!([{"op": "replace", "path": "active", "value": MARKER}]),
        json!([{"op": MARKER, "path": "title", "value": "x"}]),
        json!([{"op": "add", "path": format!("emails[type ne \"{MARKER}\"].value"), "value": "x"}]),
        json!([{"op": "add", "path": format!("emails[type eq \"{MARKER}\"].value"), "value": [1, {}]}]),
        json!([{"op": "replace", "path": format!("{MARKER}]["), "value": "x"}]),
        json!([{"op": "remove", "path": "userName", "value": MARKER}]),
        json!([{"op": "replace", "path": "id", "value": MARKER}]),
    ];
    for body in &patches {
        tenant.patch(&ada, body).await;
        tenant.app.advance(Duration::seconds(3));
    }
    for filter in
        [format!("userName gt {MARKER}"), format!("{MARKER} eq \"x\""), format!("({MARKER}")]
    {
        tenant.filter(&filter).await.expect_error(400, Some("invalidFilter"));
        tenant.app.advance(Duration::seconds(3));
    }
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": MARKER, "data": {"userName": MARKER, "active": MARKER}},
        {"method": "DELETE", "path": format!("/Users/{MARKER}")}]});
    tenant.post("/Bulk", &bulk).await.expect(200);
    for (method, path, body) in [
        ("POST", "/Users", format!("{{\"{MARKER}\"")),
        ("POST", "/Users", format!("[\"{MARKER}\"]")),
        ("PUT", &*format!("/Users/{MARKER}"), "{}".to_owned()),
        ("POST", &*format!("/{MARKER}"), "{}".to_owned()),
        (MARKER, "/Users", String::new()),
    ] {
        let headers = [("user-agent", MARKER), ("content-type", "application/json")];
        tenant.request(method, path, &headers, Body::from(body)).await;
        tenant.app.advance(Duration::seconds(3));
    }
    tenant.app.advance(Duration::minutes(2));
    tenant.get("/Users").await.expect(200);
    let noted = get(&tenant.at_another_server(), "/requests?show=all").await;
    let rows = noted["requests"].as_array().expect("rows");
    assert!(rows.len() > 20, "the requests are noted: {noted}");
    if is_on_an_endpoint() {
        // Raw items are read from the embedded engine only.
        return;
    }
    let raw = raw_items(&tenant).await;
    assert!(raw.contains("emails"), "the names of attributes are noted");
    assert!(raw.contains("body-not-json") && raw.contains("wrong-type"), "{raw}");
    assert!(!raw.to_lowercase().contains(&MARKER.to_lowercase()), "{raw}");
}

#[tokio::test]
async fn seven_days_later_nothing_is_left() {
    let tenant = acme().await;
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    admin(&tenant, "POST", "/requests/record", json!({"record": true})).await.expect(200);
    for _ in 0..30 {
        tenant.app.advance(Duration::seconds(11));
        tenant.post("/Users", &json!({})).await.expect_error(400, Some("invalidValue"));
        tenant.get("/Users").await.expect(200);
    }
    let partitions = ["REQUESTS", "TRAFFIC", "RECORDING"].map(|name| format!("TENANT#acme#{name}"));
    for partition in &partitions {
        assert!(!tenant.items(partition).await.is_empty(), "{partition}");
    }
    let counts = async || {
        let notes = tenant.items("TENANT#acme").await;
        let notes = notes.iter().find(|item| item["SK"].as_s().is_ok_and(|sort| sort == "NOTES"));
        notes.expect("notes")["failures"].as_s().expect("a text").clone()
    };
    assert!(counts().await.contains("value-required"));
    // The process writes a note each day, as the sync goes on.
    for _ in 0..8 {
        tenant.app.advance(Duration::days(1));
        tenant.get("/Users").await.expect(200);
    }
    for partition in [&partitions[0], &partitions[2]] {
        assert!(tenant.items(partition).await.is_empty(), "{partition}");
    }
    let traffic = tenant.items(&partitions[1]).await;
    let oldest = traffic.iter().map(|item| item["SK"].as_s().expect("a text").clone()).min();
    assert!(oldest.is_none_or(|oldest| *oldest > *"2026-11-24"), "{traffic:?}");
    assert_eq!(counts().await, "{}");
    let all = get(&tenant, "/requests?show=all").await;
    assert_eq!(all, json!({"requests": [], "unauthorized": [], "recordUntil": null}));
}

#[tokio::test]
async fn a_reader_drops_old_rows_before_they_are_removed() {
    let tenant = old_tenant().await;
    tenant.post("/Users", &json!({})).await.expect_error(400, Some("invalidValue"));
    let rows = async || get(&tenant.at_another_server(), "/requests").await["requests"].clone();
    assert_eq!(rows().await.as_array().map(Vec::len), Some(1));
    // On an endpoint, the clock advances during the calls.
    let margin = if is_on_an_endpoint() { Duration::MINUTE } else { Duration::SECOND };
    tenant.app.advance(Duration::days(7) - margin);
    assert_eq!(rows().await.as_array().map(Vec::len), Some(1));
    tenant.app.advance(margin * 2);
    assert_eq!(rows().await, Value::Array(Vec::new()));
}
