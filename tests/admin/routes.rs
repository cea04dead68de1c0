//! Each route of the JSON API requires a token of its own tenant, for every tenant id.

use crate::support::admin::{admin, call, get, make_read_token, problem};
use crate::support::{TestApp, TestTenant, counting_id};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_tenant_may_be_called_like_the_administration() {
    let app = TestApp::new().await;
    for id in ["api", "api-corp", "apix"] {
        let tenant = app.tenant(id).await;
        let uri = format!("/tenants/{id}/api/openapi.json");
        let open = app.send(Request::get(uri).body(Body::empty()).unwrap()).await.expect(200);
        assert_eq!(open["servers"][0]["url"], format!("https://rollcall.example/tenants/{id}/api"));
        let new = admin(&tenant, "POST", "/tokens/scim/replace", json!({})).await.expect(200);
        assert_eq!(new["tenantUrl"], format!("https://rollcall.example/tenants/{id}/scim/v2"));
        problem(&call(&tenant, "", "GET", "/settings", Value::Null).await, 401);
    }
}

/// Returns every route of the description. Example values replace the placeholders.
fn routes(document: &Value) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{id}", &counting_id(1).to_string()).replace("{scope}", "scim");
        let path = path.replace("{urn}", "urn:acme:x").replace("{name}", "badge");
        let path = path.replace("{attribute}", "location");
        for method in methods.as_object().expect("methods").keys() {
            routes.push((method.to_uppercase(), path.clone()));
        }
    }
    routes
}

#[tokio::test]
async fn every_route_wants_an_admin_token_of_its_own_tenant() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    acme.create(&json!({"userName": "ada@example.com"})).await;
    let document = get(&acme, "/openapi.json").await;
    let routes = routes(&document);
    let others_read_token = make_read_token(&other).await;
    let forged = others_read_token.replace("rc_other_", "rc_acme_");
    assert_eq!(routes.len(), 56, "{routes:?}");
    for (method, path) in routes {
        let wrong = ["", "nonsense", &acme.scim_token, &other.admin_token, &other.scim_token];
        let mut details = BTreeSet::new();
        for token in wrong.into_iter().chain([&*others_read_token, &*forged]) {
            let answer = call(&acme, token, &method, &path, json!({})).await;
            let detail = problem(&answer, 401);
            assert!(detail.contains("admin token"), "{method} {path}: {detail}");
            details.insert(detail);
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
        assert_eq!(details.len(), 1, "{details:?}");
    }
    acme.get("/Users").await.expect(200);
    let with_admin_token = TestTenant { scim_token: acme.admin_token.clone(), ..acme.clone() };
    with_admin_token.get("/Users").await.expect_error(401, None);
}
