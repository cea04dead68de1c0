//! Requests to the JSON API of a tenant.

use super::TestTenant;
use super::request::Answer;
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

/// Sends a request to the admin API with a token. A null `body` means an empty body.
pub async fn call(
    tenant: &TestTenant,
    token: &str,
    method: &str,
    rest: &str,
    body: Value,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/tenants/{}/api{rest}", tenant.id))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    tenant.app.send(request.body(body).unwrap()).await
}

pub async fn admin(tenant: &TestTenant, method: &str, rest: &str, body: Value) -> Answer {
    call(tenant, &tenant.admin_token, method, rest, body).await
}

pub async fn get(tenant: &TestTenant, rest: &str) -> Value {
    let answer = admin(tenant, "GET", rest, Value::Null).await;
    assert_eq!(answer.header("content-type"), "application/json");
    answer.expect(200)
}

/// Checks everything that a problem must have (RFC 9457 §3). Returns the problem's detail.
#[track_caller]
pub fn problem(answer: &Answer, status: u16) -> String {
    let body = answer.expect(status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!((&body["type"], &body["status"]), (&json!("about:blank"), &json!(status)));
    assert_eq!(body["title"], answer.status.canonical_reason().expect("a reason"));
    assert_eq!(body["requestId"], answer.header("x-request-id"));
    body["detail"].as_str().expect("a detail").to_owned()
}
