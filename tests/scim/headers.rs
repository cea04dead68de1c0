//! Headers of requests: content types, and headers that a request must have exactly once.

use super::refusals::Bench;
use super::users::{ada, with_ada};
use crate::support::TestApp;
use axum::body::Body;
use serde_json::{Value, json};

#[tokio::test]
async fn plain_json_may_be_asked_for() {
    let (tenant, path) = with_ada().await;
    for accept in ["application/json", "*/*", "application/scim+json"] {
        let headers = [("accept", accept), ("content-type", "application/json")];
        let send = async |method: &str, path: &str, body: Value| {
            let answer = tenant.request(method, path, &headers, body.to_string()).await;
            assert_eq!(answer.header("content-type"), "application/scim+json", "{method}");
            answer
        };
        send("GET", &path, Value::Null).await.expect(200);
        send("PUT", &path, ada()).await.expect(200);
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "title", "value": "New"}],
        });
        send("PATCH", &path, patch).await.expect(200);
        send("POST", "/Users", json!({"userName": accept})).await.expect(201);
        send("POST", "/Users", ada()).await.expect_error(409, Some("uniqueness"));
    }
}

#[tokio::test]
async fn other_content_types_than_json_are_refused() {
    let bench = Bench::new().await;
    let body = json!({"userName": "grace"}).to_string();
    for media_type in [
        "text/plain",
        "text/xml",
        "application/xml; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/jsonx",
        "application/scim+xml",
        "json",
        "x; y=application/json",
    ] {
        for (method, path) in [("POST", "/Users"), ("PUT", &bench.path), ("PATCH", &bench.path)] {
            let headers = [("content-type", media_type)];
            let answer = bench.tenant.request(method, path, &headers, body.clone()).await;
            let detail = bench.refused(answer, 415, None).await;
            assert_eq!(
                detail,
                "The Content-Type must be application/scim+json, or another type of JSON. A \
                 request without a Content-Type is read as JSON"
            );
        }
    }
    let accepted = [
        "application/json",
        "application/scim+json;charset=UTF-8",
        "APPLICATION/JSON",
        "text/json",
        "application/vnd.x+json; charset=utf-16",
        "",
    ];
    for (n, media_type) in accepted.into_iter().enumerate() {
        let body = json!({"userName": format!("u{n}")}).to_string();
        let headers = [("content-type", media_type)];
        bench.tenant.request("POST", "/Users", &headers, body).await.expect(201);
    }
    let body = json!({"userName": "without"}).to_string();
    bench.tenant.request("POST", "/Users", &[], body).await.expect(201);
    let odd = [("content-type", "text/xml"), ("accept", "text/html")];
    let got = bench.tenant.request("GET", &bench.path, &odd, Body::empty()).await;
    got.expect(200);
    assert_eq!(got.header("content-type"), "application/scim+json");
    bench.tenant.request("DELETE", &bench.path, &odd, "<x/>").await.expect(204);
}

/// When a request has such a header twice, a proxy and the service may read different ones.
#[tokio::test]
async fn headers_that_say_who_and_where_must_be_there_once() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let token = format!("Bearer {}", tenant.scim_token);
    for more in [
        [("authorization", "Bearer x"), ("accept", "*/*")],
        [("authorization", &*token), ("accept", "*/*")],
        [("host", "a.example"), ("host", "b.example")],
        [("host", "a.example"), ("host", "a.example")],
    ] {
        for path in ["/Users", "/Schemas"] {
            let answer = tenant.request("GET", path, &more, Body::empty()).await;
            let detail = answer.expect_error(400, None);
            assert!(detail.contains("exactly one"), "{detail}");
        }
    }
    let one = [("host", "a.example"), ("accept", "a"), ("accept", "b")];
    tenant.request("GET", "/Users", &one, Body::empty()).await.expect(200);
}
