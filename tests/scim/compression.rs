//! Compressed answers: which answers, for which clients, and that compression changes nothing else.

use crate::support::browser::Browser;
use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use rollcall::app::App;
use serde_json::json;
use std::sync::Arc;

const GZIP: [(&str, &str); 1] = [("accept-encoding", "gzip, deflate, br")];

/// A tenant with a user whose resource is longer than 1 KB, and the user's path.
async fn tenant_with_long_user() -> (TestTenant, String) {
    let tenant = TestApp::new().await.tenant("acme").await;
    let id = tenant.create(&json!({"userName": "ada@example.com", "title": "x".repeat(900)})).await;
    (tenant, format!("/Users/{id}"))
}

async fn admin_get(tenant: &TestTenant, rest: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder()
        .uri(format!("/tenants/{}/api{rest}", tenant.id))
        .header("authorization", format!("Bearer {}", tenant.admin_token));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    tenant.app.send(request.body(Body::empty()).unwrap()).await
}

/// Checks that two answers differ in their content coding and in nothing else.
#[track_caller]
fn same_but_for_the_coding(plain: &Answer, compressed: &Answer) {
    assert_eq!((plain.status, compressed.status), (http::StatusCode::OK, http::StatusCode::OK));
    assert_eq!(compressed.header("content-encoding"), "gzip");
    assert_eq!(*compressed.decoded(), plain.bytes);
    for answer in [plain, compressed] {
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("content-length"), answer.bytes.len().to_string());
    }
    let mut expected = plain.headers.clone();
    let mut headers = compressed.headers.clone();
    for name in ["content-length", "content-encoding", "x-request-id"] {
        expected.remove(name);
        headers.remove(name);
    }
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn a_page_of_200_users_is_a_tenth_as_long() {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    for n in 0..200 {
        let user = json!({
            "userName": format!("person{n}@example.com"),
            "externalId": format!("00u{n}"),
            "name": {"givenName": "Person", "familyName": format!("Number {n}")},
            "emails": [{"value": format!("person{n}@example.com"), "type": "work"}],
        });
        tenant.create(&user).await;
    }
    let plain = tenant.get("/Users?count=200").await;
    let compressed = tenant.request("GET", "/Users?count=200", &GZIP, Body::empty()).await;
    same_but_for_the_coding(&plain, &compressed);
    assert_eq!(plain.json()["itemsPerPage"], 200);
    assert!(compressed.bytes.len() * 9 < plain.bytes.len(), "{}", compressed.bytes.len());
}

#[tokio::test]
async fn one_entity_tag_stands_for_both_forms() {
    let (tenant, path) = tenant_with_long_user().await;
    let plain = tenant.get(&path).await;
    let compressed = tenant.request("GET", &path, &GZIP, Body::empty()).await;
    same_but_for_the_coding(&plain, &compressed);
    let tag = compressed.header("etag").to_owned();
    assert!(tag.starts_with("W/"), "{tag}");
    for headers in [vec![], GZIP.to_vec()] {
        let headers: Vec<_> = headers.into_iter().chain([("if-none-match", &*tag)]).collect();
        let unchanged = tenant.request("GET", &path, &headers, Body::empty()).await;
        assert_eq!(unchanged.status, 304);
        assert_eq!(
            (unchanged.header("etag"), unchanged.header("vary")),
            (&*tag, "accept-encoding")
        );
        assert_eq!((unchanged.bytes.len(), unchanged.header("content-encoding")), (0, ""));
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let (tenant, path) = tenant_with_long_user().await;
    for headers in [&[][..], &GZIP] {
        let get = tenant.request("GET", &path, headers, Body::empty()).await;
        let head = tenant.request("HEAD", &path, headers, Body::empty()).await;
        assert_eq!((head.status, head.bytes.len()), (get.status, 0));
        let (mut expected, mut seen) = (get.headers, head.headers);
        expected.remove("x-request-id");
        seen.remove("x-request-id");
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn answers_to_writes_are_compressed_and_empty_ones_are_empty() {
    let (tenant, path) = tenant_with_long_user().await;
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": {"displayName": "Ada"}}],
    });
    let headers = [GZIP[0], ("content-type", "application/scim+json")];
    let changed = tenant.request("PATCH", &path, &headers, patch.to_string()).await;
    assert_eq!(changed.header("content-encoding"), "gzip");
    assert_eq!(changed.expect(200), tenant.get(&path).await.expect(200));
    let gone = tenant.request("DELETE", &path, &GZIP, Body::empty()).await;
    assert_eq!((gone.status.as_u16(), gone.bytes.len()), (204, 0));
    assert_eq!((gone.header("content-encoding"), gone.header("vary")), ("", ""));
}

#[tokio::test]
async fn short_answers_and_failures_are_sent_as_they_are() {
    let tenant = TestApp::new().await.tenant("acme").await;
    for (path, status) in [("/Users", 200), ("/Users/nobody", 404), ("/Users?filter=x", 400)] {
        let answer = tenant.request("GET", path, &GZIP, Body::empty()).await;
        answer.expect(status);
        assert_eq!((answer.header("content-encoding"), answer.header("vary")), ("", ""), "{path}");
    }
}

/// A write is complete before the service builds its answer. A client that accepts no form of the answer must not get
/// an error for a write that succeeded.
#[tokio::test]
async fn a_client_that_accepts_nothing_gets_the_answer_as_it_is() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let body = json!({"userName": "ada@example.com", "title": "x".repeat(900)}).to_string();
    for (n, accepted) in ["identity;q=0", "*;q=0", "br, *;q=0", "nonsense;;q"].iter().enumerate() {
        let body = body.replace("ada", &format!("ada{n}"));
        let headers = [("accept-encoding", *accepted), ("content-type", "application/scim+json")];
        let created = tenant.request("POST", "/Users", &headers, body).await;
        created.expect(201);
        assert_eq!(created.header("content-encoding"), "", "{accepted}");
        assert_eq!(created.header("vary"), "accept-encoding", "{accepted}");
    }
}

#[tokio::test]
async fn the_json_api_and_exports_are_compressed() {
    let tenant = TestApp::new().await.tenant("acme").await;
    for n in 0..20 {
        tenant.create(&json!({"userName": format!("person{n}@example.com")})).await;
    }
    let exports = ["/employees/export", "/employees/export?format=jsonl"];
    for path in ["/employees", "/openapi.json"].into_iter().chain(exports) {
        let plain = admin_get(&tenant, path, &[]).await;
        let compressed = admin_get(&tenant, path, &GZIP).await;
        same_but_for_the_coding(&plain, &compressed);
    }
}

/// A page with a form key or a token also holds text that other people can choose. The length of the compressed body
/// would show how much of the secret they guessed (BREACH).
#[tokio::test]
async fn what_holds_a_secret_is_never_compressed() {
    let tenant = TestApp::new().await.tenant("acme").await;
    let browser = Browser::signed_in(&tenant).await;
    for below in ["access", "employees", "groups", "activity"] {
        let page = browser.get_with(below, &GZIP).await;
        assert!(page.bytes.len() > 1_024, "{below}: {}", page.text());
        assert_eq!((page.header("content-encoding"), page.header("vary")), ("", ""), "{below}");
    }
    // This answer holds a token and is long enough to be compressed.
    let public_url = Arc::from(format!("https://rollcall.example/{}", "x".repeat(2_000)));
    let app = tenant.app.serving(App { public_url, ..tenant.app.app.clone() });
    let request = Request::builder()
        .method("POST")
        .uri("/tenants/acme/api/tokens/scim/replace")
        .header("authorization", format!("Bearer {}", tenant.admin_token))
        .header("accept-encoding", "gzip")
        .header("content-type", "application/json");
    let replaced = app.send(request.body(Body::from("{}")).unwrap()).await;
    assert!(replaced.expect(200)["token"].is_string());
    assert!(replaced.bytes.len() > 1_024);
    assert_eq!((replaced.header("content-encoding"), replaced.header("vary")), ("", ""));
}
