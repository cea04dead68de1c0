//! Destinations of a tenant, through the JSON API.

use super::admin::{admin, get};
use super::{START, TestTenant};
use axum::body::Body;
use http::Request;
use rollcall::model::delivery_log::{Attempt, DeliveryRun};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

/// The URL of each destination.
pub const URL: &str = "https://hooks.example.com/rollcall/path-that-nobody-sees?key=s3cr3t-of-hook";

/// The body of a new webhook.
pub fn webhook() -> Value {
    json!({"kind": "webhook", "name": "Asset manager", "url": URL, "types": ["employee.*"]})
}

/// The body of a new channel in Slack.
pub fn slack() -> Value {
    json!({"kind": "slack", "name": "People", "url": URL, "types": ["employee.created"], "every": "hour"})
}

/// Creates a destination.
pub async fn create(tenant: &TestTenant, body: Value) -> Value {
    admin(tenant, "POST", "/destinations", body).await.expect(201)
}

/// The path of a destination.
pub fn path(destination: &Value) -> String {
    format!("/destinations/{}", destination["id"].as_str().expect("an id"))
}

/// The id of a destination.
pub fn id(destination: &Value) -> Uuid {
    destination["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// Sends a request with `If-Match`.
pub async fn if_match(
    tenant: &TestTenant,
    tag: &str,
    method: &str,
    rest: &str,
    body: Value,
) -> u16 {
    let request = Request::builder()
        .method(method)
        .uri(format!("/tenants/{}/api{rest}", tenant.id))
        .header("authorization", format!("Bearer {}", tenant.admin_token))
        .header("content-type", "application/json")
        .header("if-match", tag);
    let request = request.body(Body::from(body.to_string())).expect("a request");
    tenant.app.send(request).await.status.as_u16()
}

/// The changes of the newest entry of the tenant's history, by attribute.
pub async fn last_change(tenant: &TestTenant) -> (Value, Vec<(String, Value, Value)>) {
    let history = get(tenant, "/history").await;
    let entry = &history["entries"][0];
    let changes = entry["changes"].as_array().expect("changes").iter();
    let changes = changes.map(|change| {
        (
            change["attribute"].as_str().unwrap().to_owned(),
            change["old"].clone(),
            change["new"].clone(),
        )
    });
    (entry["kind"].clone(), changes.collect())
}

#[track_caller]
pub fn expect_action(
    found: &(Value, Vec<(String, Value, Value)>),
    action: &str,
    destination: &Value,
) {
    assert_eq!(found.0, "destinationChanged");
    let named = |name: &str| found.1.iter().find(|change| change.0 == name).cloned();
    assert_eq!(named("action").unwrap().2, action);
    let (_, old, new) = named("id").unwrap();
    assert!([old, new].contains(&destination["id"]), "{found:?}");
}

/// A run with two deliveries. The second one has an answer.
pub fn run(run: u64, says: Option<&str>) -> DeliveryRun {
    let attempt = Attempt {
        at: START,
        number: run,
        event_type: "employee.updated".to_owned(),
        attempt: 1,
        status: Some(503),
        milliseconds: 84,
        failure: None,
        next_try: Some(START + Duration::MINUTE),
        says: says.map(str::to_owned),
    };
    let silent = Attempt {
        status: None,
        failure: Some("timeout".to_owned()),
        says: None,
        ..attempt.clone()
    };
    DeliveryRun { run, attempts: vec![silent, attempt] }
}
