//! Errors of the JSON API: each problem (RFC 9457) names the expected input.

use crate::support::admin::{admin, get, problem};
use crate::support::faults::Fault;
use crate::support::{acme, counting_id};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn what_does_not_fit_is_refused_with_what_was_expected() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let check = async |method: &str, rest: &str, body: Value, status: u16, says: &str| {
        let answer = admin(&tenant, method, rest, body).await;
        let detail = problem(&answer, status);
        assert!(detail.contains(says), "{method} {rest}: {detail}");
    };
    let null = Value::Null;
    check("GET", "/employees?limit=0", null.clone(), 400, "from 1 to 200").await;
    check("GET", "/employees?limit=201", null.clone(), 400, "from 1 to 200").await;
    check("GET", "/employees?limit=x", null.clone(), 400, "from 1 to 200").await;
    check("GET", "/employees?status=gone", null.clone(), 400, "active, archived or all").await;
    check("GET", "/employees?cursor=x", null.clone(), 400, "cursor").await;
    check("GET", "/employees?search=%FF", null.clone(), 400, "UTF-8").await;
    check("GET", "/history?cursor=x", null.clone(), 400, "cursor").await;
    check("GET", "/employees/ada@example.com", null.clone(), 404, "no employee").await;
    check("GET", "/made-up", null.clone(), 404, "openapi.json").await;
    check("PUT", "/settings", json!({}), 405, "Allow").await;
    check("PATCH", "/settings", json!({"locationFromIDP": true}), 400, "locationFromIdp").await;
    check("PATCH", "/settings", json!({"locationFromIdp": "yes"}), 400, "boolean").await;
    check("PATCH", "/settings", json!([]), 400, "object").await;
    check("PATCH", &format!("/employees/{id}"), json!({"location": 3}), 400, "string").await;
    let long = json!({"location": "x".repeat(4_097)});
    check("PATCH", &format!("/employees/{id}"), long, 400, "4096").await;
    check("POST", "/tokens/idp/replace", json!({}), 404, "scim, admin or read").await;
    check(
        "POST",
        "/tokens/scim/replace",
        json!({"overlapSecs": -1}),
        400,
        "overlapSecs is not valid",
    )
    .await;
    check("POST", "/tokens/scim/replace", json!({"overlapSecs": 31_536_001}), 400, "year").await;
    for label in ["", "  ", "a\nb", &"x".repeat(101)] {
        check("POST", "/tokens/scim/replace", json!({"label": label}), 400, "100").await;
    }
    let control = json!({"location": "a\u{0}b"});
    check("PATCH", &format!("/employees/{id}"), control, 400, "control character").await;
    check("GET", "/employees?staus=archived", null.clone(), 400, "status").await;
    check("GET", "/employees?limit=1&limit=2", null.clone(), 400, "more than once").await;
    check(
        "GET",
        &format!("/employees/{}/history?cursor=5", counting_id(9)),
        null.clone(),
        404,
        "no employee",
    )
    .await;
    check("DELETE", "/tokens/scim/previous", null.clone(), 404, "no token with this id").await;
    check("DELETE", "/tokens/scim/", null.clone(), 404, "is missing in the path").await;
    check("DELETE", "/tokens/idp/x", null, 404, "scim, admin or read").await;
    let request = Request::builder()
        .method("PATCH")
        .uri("/tenants/acme/api/settings")
        .header("authorization", format!("Bearer {}", tenant.admin_token))
        .header("content-type", "text/plain");
    let answer = tenant.app.send(request.body(Body::from("{}")).unwrap()).await;
    problem(&answer, 415);
}

#[tokio::test]
async fn an_answer_does_not_grow_with_what_was_wrong() {
    let tenant = acme().await;
    let name = "x".repeat(900_000);
    for body in [json!({name.clone(): true}), json!({"locationFromIdp": "\u{7f}".repeat(900_000)})]
    {
        let answer = admin(&tenant, "PATCH", "/settings", body).await;
        problem(&answer, 400);
        assert!(answer.bytes.len() < 4_000, "{}", answer.bytes.len());
    }
    let name = "x".repeat(30_000);
    let answer = admin(&tenant, "GET", &format!("/employees?{name}=1"), Value::Null).await;
    problem(&answer, 400);
    assert!(answer.bytes.len() < 4_000, "{}", answer.bytes.len());
}

#[tokio::test]
async fn a_failure_of_the_store_is_a_problem_with_the_requests_id() {
    let tenant = acme().await;
    get(&tenant, "/settings").await;
    let _throttling = tenant.app.faults.plan_all("GetItem", Fault::throttled());
    let answer = admin(&tenant, "GET", "/settings", Value::Null).await;
    problem(&answer, 429);
    assert_eq!(answer.header("retry-after"), "2");
}
