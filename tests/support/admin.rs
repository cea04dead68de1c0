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

/// Makes the tenant's first read token, or replaces its read token.
pub async fn make_read_token(tenant: &TestTenant) -> String {
    let made = admin(tenant, "POST", "/tokens/read", json!({})).await;
    let made = match made.status.as_u16() {
        409 => admin(tenant, "POST", "/tokens/read/replace", json!({})).await.expect(200),
        _ => made.expect(201),
    };
    made["token"].as_str().expect("a token").to_owned()
}

/// Checks everything that a problem must have (RFC 9457 §3). Returns the problem's detail.
#[track_caller]
pub fn problem(answer: &Answer, status: u16) -> String {
    let body = answer.expect(status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let cause = body["cause"].as_str().expect("a cause");
    assert_eq!(body["type"], format!("https://rollcall.example/problems/{cause}"));
    assert_eq!(body["status"], json!(status));
    assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{body}");
    assert_eq!(body["requestId"], answer.header("x-request-id"));
    body["detail"].as_str().expect("a detail").to_owned()
}

/// Checks a problem with this cause. Returns its detail.
#[track_caller]
pub fn problem_of(answer: &Answer, status: u16, cause: &str) -> String {
    let detail = problem(answer, status);
    assert_eq!(answer.json()["cause"], cause);
    detail
}
