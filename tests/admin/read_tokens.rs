//! Read tokens: each operation of the JSON API is closed, unless its route is declared readable.

use crate::support::admin::{admin, call, get, make_read_token, problem, problem_of};
use crate::support::destinations::{create, id, webhook};
use crate::support::groups::group;
use crate::support::request::Answer;
use crate::support::{TestTenant, acme};
use rollcall::directory::access::tenant_cache::TENANT_CACHE_SECS;
use rollcall::directory::access::token_set::DEFAULT_OVERLAP;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::Duration;

/// The operations that a read token opens.
const READABLE: [&str; 17] = [
    "/attributes",
    "/counts",
    "/destinations",
    "/destinations/{id}",
    "/destinations/{id}/deliveries",
    "/employees",
    "/employees/export",
    "/employees/{id}",
    "/employees/{id}/history",
    "/employees/{id}/reports",
    "/events",
    "/events/{id}",
    "/groups",
    "/groups/{id}",
    "/groups/{id}/history",
    "/groups/{id}/members",
    "/sync",
];

#[track_caller]
fn expect_read_only(answer: &Answer, what: &str) {
    assert_eq!(answer.status.as_u16(), 403, "{what}");
    let detail = problem_of(answer, 403, "read-only-token");
    assert_eq!(detail, "This token can only read. Use an admin token.", "{what}");
}

/// Every operation of the description: its path, its path with ids that exist, and its method.
async fn operations(tenant: &TestTenant) -> Vec<(String, String, String)> {
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let crew = group(tenant, "Crew", &[&ada]).await;
    let hook = id(&create(tenant, webhook()).await).to_string();
    let events = get(tenant, "/events?from=start").await;
    let newest_event = events["events"][0]["id"].as_str().expect("an event").to_owned();
    let document = get(tenant, "/openapi.json").await;
    let mut operations = Vec::new();
    for (route, methods) in document["paths"].as_object().expect("paths") {
        let event = newest_event.as_str();
        let id = match route.as_str() {
            "/events/{id}" => event,
            route if route.starts_with("/destinations/") => &*hook,
            route if route.starts_with("/groups/") => &*crew,
            _ => &*ada,
        };
        let path = route.replace("{id}", id).replace("{scope}", "scim");
        let path = path.replace("{urn}", "urn:acme:x").replace("{name}", "badge");
        for method in methods.as_object().expect("methods").keys() {
            let query = if route == "/events" { "?from=start" } else { "" };
            operations.push((route.clone(), format!("{path}{query}"), method.to_uppercase()));
        }
    }
    operations
}

#[tokio::test]
async fn a_read_token_reads_what_is_declared_readable_and_nothing_else() {
    let tenant = acme().await;
    let token = make_read_token(&tenant).await;
    let operations = operations(&tenant).await;
    let tokens = get(&tenant, "/tokens").await;
    let history = get(&tenant, "/history").await;
    let mut open = BTreeSet::new();
    for (route, path, method) in &operations {
        let what = format!("{method} {route}");
        if method == "GET" && READABLE.contains(&&**route) {
            open.insert(route.as_str());
            let ours = admin(&tenant, "GET", path, Value::Null).await;
            let theirs = call(&tenant, &token, "GET", path, Value::Null).await;
            assert_eq!((ours.status.as_u16(), theirs.status.as_u16()), (200, 200), "{what}");
            assert_eq!(ours.decoded(), theirs.decoded(), "{what}");
            let head = call(&tenant, &token, "HEAD", path, Value::Null).await;
            assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0), "{what}");
        } else {
            expect_read_only(&call(&tenant, &token, method, path, json!({})).await, &what);
        }
    }
    assert_eq!(open, BTreeSet::from(READABLE));
    // No operation has these methods. A read token learns nothing about them.
    for (route, path, _) in &operations {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let answer = call(&tenant, &token, method, path, json!({})).await;
            expect_read_only(&answer, &format!("{method} {route}"));
        }
    }
    let head = call(&tenant, &token, "HEAD", "/tokens", Value::Null).await;
    assert_eq!(head.status.as_u16(), 403);
    assert_eq!(get(&tenant, "/history").await, history, "nothing was written");
    let without_use = |tokens: Value| {
        let mut tokens = tokens["tokens"].as_array().expect("tokens").clone();
        tokens.iter_mut().for_each(|token| token["lastUsed"] = Value::Null);
        tokens
    };
    assert_eq!(without_use(get(&tenant, "/tokens").await), without_use(tokens));
}

#[tokio::test]
async fn an_unknown_path_and_the_description_are_no_secrets() {
    let tenant = acme().await;
    let token = make_read_token(&tenant).await;
    let unknown = call(&tenant, &token, "GET", "/made-up", Value::Null).await;
    assert!(problem(&unknown, 404).contains("openapi.json"));
    call(&tenant, &token, "GET", "/openapi.json", Value::Null).await.expect(200);
    let post = call(&tenant, &token, "POST", "/openapi.json", json!({})).await;
    expect_read_only(&post, "POST /openapi.json");
}

#[tokio::test]
async fn the_description_names_the_token_of_each_operation() {
    let document = get(&acme().await, "/openapi.json").await;
    let mut open = BTreeSet::new();
    for (route, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let refusal = &operation["responses"]["403"]["$ref"];
            if operation.get("security").is_some() {
                assert_eq!(method, "get", "{route}");
                let both = json!([{"adminToken": []}, {"readToken": []}]);
                assert_eq!((&operation["security"], refusal), (&both, &Value::Null), "{route}");
                open.insert(route.as_str());
            } else {
                assert_eq!(refusal, "#/components/responses/ReadOnlyToken", "{method} {route}");
            }
        }
    }
    assert_eq!(open, BTreeSet::from(READABLE));
    assert_eq!(document["security"], json!([{"adminToken": []}]));
    for scheme in ["adminToken", "readToken"] {
        let scheme = &document["components"]["securitySchemes"][scheme];
        assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
        assert!(scheme["description"].is_string(), "{scheme}");
    }
}

#[tokio::test]
async fn a_previous_read_token_reads_until_its_overlap_ends() {
    let tenant = acme().await;
    let status = async |token: &str| {
        call(&tenant, token, "GET", "/employees", Value::Null).await.status.as_u16()
    };
    let listed = async || {
        let tokens = get(&tenant, "/tokens").await;
        let tokens = tokens["tokens"].as_array().expect("tokens").clone();
        tokens.into_iter().filter(|token| token["scope"] == "read").collect::<Vec<Value>>()
    };
    assert_eq!(listed().await, Vec::<Value>::new(), "a new tenant has no read token");
    let first = make_read_token(&tenant).await;
    tenant.app.advance(Duration::seconds(2));
    let [made] = &*listed().await else { panic!("one token") };
    assert_eq!((&made["stage"], &made["label"]), (&json!("current"), &json!("Read-only Client")));
    assert_eq!((&made["expires"], &made["lastUsed"]), (&Value::Null, &Value::Null));
    assert_eq!(status(&first).await, 200);
    assert_eq!(listed().await[0]["lastUsed"], "2026-11-23");

    let second = make_read_token(&tenant).await;
    let again = admin(&tenant, "POST", "/tokens/read/replace", json!({})).await;
    assert!(problem(&again, 409).contains("still valid"));
    tenant.app.advance(DEFAULT_OVERLAP - Duration::milliseconds(1));
    assert_eq!((status(&first).await, status(&second).await), (200, 200));
    let refused = call(&tenant, &first, "GET", "/settings", Value::Null).await;
    expect_read_only(&refused, "the previous token");
    tenant.app.advance(Duration::milliseconds(1));
    assert_eq!((status(&first).await, status(&second).await), (401, 200));

    let path = format!("/tokens/read/{}", listed().await[0]["id"].as_str().expect("an id"));
    assert_eq!(admin(&tenant, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(status(&second).await, 401, "at once here");
    let third = make_read_token(&tenant).await;
    // Another server caches the token.
    let elsewhere = tenant.at_another_server();
    call(&elsewhere, &third, "GET", "/employees", Value::Null).await.expect(200);
    let both = admin(&tenant, "DELETE", "/tokens/read", Value::Null).await;
    assert_eq!(both.expect(200), json!({"revoked": 1}));
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    problem(&call(&elsewhere, &third, "GET", "/employees", Value::Null).await, 401);
    admin(&tenant, "GET", "/employees", Value::Null).await.expect(200);
    let scim = get(&tenant, "/tokens").await["tokens"].as_array().expect("tokens").len();
    assert_eq!(scim, 2, "the other scopes keep their tokens");
}

/// A token of either scope is looked up once, and a wrong token costs as much as a right one.
#[tokio::test]
async fn each_scope_is_looked_up_with_the_same_calls() {
    let tenant = acme().await;
    let read_token = make_read_token(&tenant).await;
    // The use of each token is noted, so that a further request notes nothing.
    for token in [&read_token, &tenant.admin_token] {
        call(&tenant, token, "GET", "/attributes", Value::Null).await.expect(200);
    }
    tenant.app.advance(Duration::seconds(2));
    let calls = async |token: &str, path: &str, status: u16| {
        let server = tenant.at_another_server();
        server.app.faults.take_calls();
        let answer = call(&server, token, "GET", path, Value::Null).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        server.app.faults.take_operations()
    };
    let with_admin_token = calls(&tenant.admin_token, "/attributes", 200).await;
    assert_eq!(calls(&read_token, "/attributes", 200).await, with_admin_token);
    let wrong = format!("rc_acme_{}", "A".repeat(43));
    let refused = calls(&wrong, "/attributes", 401).await;
    assert_eq!(calls(&tenant.scim_token, "/attributes", 401).await, refused);
    assert!(with_admin_token.starts_with(&refused), "{with_admin_token:?} {refused:?}");
}
