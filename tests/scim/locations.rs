//! Addresses of resources: `meta.location`, `Content-Location`, and slashes in paths.

use super::users::with_ada;
use crate::support::{ORIGIN, acme, counting_id};
use axum::body::Body;
use http::Request;
use serde_json::json;

#[tokio::test]
async fn locations_come_from_the_configured_origin_whatever_the_client_says_its_host_is() {
    let tenant = acme().await;
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("content-type", "application/json"),
    ];
    let body = json!({"userName": "ada"}).to_string();
    let created = tenant.request("POST", "/Users", &headers, body).await;
    let expected = format!("{ORIGIN}/tenants/acme/scim/v2/Users/{}", counting_id(1));
    assert_eq!(created.expect(201)["meta"]["location"], expected);
    assert_eq!(created.header("location"), expected);
    for path in ["/Users", "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        let answer = tenant.request("GET", path, &headers, Body::empty()).await;
        let text = String::from_utf8(answer.bytes).unwrap();
        assert!(text.contains("https://rollcall.example/") && !text.contains("evil"), "{text}");
    }
    let absolute = Request::builder()
        .uri(format!("http://evil.example{}", tenant.path("/Users")))
        .header("authorization", format!("Bearer {}", tenant.scim_token))
        .body(Body::empty())
        .unwrap();
    let listed = tenant.app.send(absolute).await.expect(200);
    assert_eq!(listed["Resources"][0]["meta"]["location"], expected);
}

#[tokio::test]
async fn trailing_and_doubled_slashes_are_folded() {
    let (tenant, path) = with_ada().await;
    let one = tenant.get(&path).await.expect(200);
    for spelling in ["/Users/", "//Users", "///Users//", "//Users?count=5", "/Users/?count=5"] {
        assert_eq!(tenant.get(spelling).await.expect(200)["Resources"], json!([one]), "{spelling}");
    }
    for spelling in [format!("/{path}"), format!("{path}/"), path.replace("Users/", "Users//")] {
        assert_eq!(tenant.get(&spelling).await.expect(200), one, "{spelling}");
    }
    let root = format!("//tenants//acme/scim/v2//Users/{}", counting_id(1));
    let request = Request::builder()
        .uri(root)
        .header("authorization", format!("Bearer {}", tenant.scim_token))
        .body(Body::empty())
        .unwrap();
    assert_eq!(tenant.app.send(request).await.expect(200), one);
    tenant.post("//Users/", &json!({"userName": "grace"})).await.expect(201);
}

#[tokio::test]
async fn the_content_location_is_where_the_resource_says_it_is() {
    let (tenant, path) = with_ada().await;
    let body = json!({"userName": "ada", "title": "Countess"});
    let patch = json!([{"op": "replace", "path": "title", "value": "Engineer"}]);
    for answer in [
        tenant.post("/Users", &json!({"userName": "bob"})).await,
        tenant.post("/Groups", &json!({"displayName": "Crew"})).await,
        tenant.get(&path).await,
        tenant.put(&path, &body).await,
        tenant.patch(&path, &patch).await,
    ] {
        let location = answer.json()["meta"]["location"].clone();
        assert_eq!(answer.header("content-location"), location);
    }
    let whole = tenant.get(&path).await;
    let short = tenant.get(&format!("{path}?attributes=userName")).await;
    let without_groups = format!("{path}?excludedAttributes=groups");
    let tag = [("if-none-match", whole.header("etag"))];
    let same = tenant.request("GET", &without_groups, &tag, "").await;
    same.expect(304);
    for answer in [short, same] {
        assert_eq!(answer.header("content-location"), whole.header("content-location"));
    }
    assert_eq!(tenant.get("/Users").await.header("content-location"), "");
    assert_eq!(tenant.delete(&path).await.header("content-location"), "");
}

#[tokio::test]
async fn a_location_leads_to_its_resource_until_that_is_gone() {
    let (tenant, path) = with_ada().await;
    let body = tenant.get(&path).await.expect(200);
    let location = body["meta"]["location"].as_str().unwrap();
    let below = location.strip_prefix(&format!("{ORIGIN}{}", tenant.path(""))).unwrap();
    assert_eq!(tenant.get(below).await.expect(200), body);
    tenant.delete(below).await.expect(204);
    tenant.get(below).await.expect_error(404, None);
}
