//! Tokens through the JSON API: replace, revoke, list, and the overlap of an earlier token.

use crate::support::actors::{OPERATOR, administrator};
use crate::support::admin::{admin, call, get, problem, problem_of};
use crate::support::faults::Fault;
use crate::support::{TestTenant, acme};
use rollcall::directory::Error;
use rollcall::directory::access::tenant_cache::TENANT_CACHE_SECS;
use rollcall::model::tenant::Scope;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use time::Duration;

/// Returns the path of a listed token, found by its scope and stage.
async fn token_path(tenant: &TestTenant, scope: &str, stage: &str) -> String {
    let listed = get(tenant, "/tokens").await;
    let tokens = listed["tokens"].as_array().expect("tokens");
    let is_it = |token: &&Value| token["scope"] == scope && token["stage"] == stage;
    let id = tokens.iter().find(is_it).expect("such a token")["id"].as_str().expect("an id");
    format!("/tokens/{scope}/{id}")
}

#[tokio::test]
async fn a_replaced_token_works_through_its_overlap_and_a_revoked_one_for_a_minute() {
    let tenant = acme().await;
    let old = tenant.scim_token.clone();
    tenant.get("/Users").await.expect(200);
    let replacement = json!({"overlapSecs": 3600, "label": "Okta"});
    let new = admin(&tenant, "POST", "/tokens/scim/replace", replacement.clone()).await.expect(200);
    assert_eq!(new["tenantUrl"], "https://rollcall.example/tenants/acme/scim/v2");
    let token = new["token"].as_str().expect("a token").to_owned();
    let lists = |token: String| {
        let mut tenant = tenant.clone();
        tenant.scim_token = token;
        async move { tenant.get("/Users").await.status.as_u16() }
    };
    tenant.app.advance(Duration::seconds(2));
    assert_eq!((lists(token.clone()).await, lists(old.clone()).await), (200, 200));
    let tokens = get(&tenant, "/tokens").await;
    let stages: Vec<(&Value, &Value, &Value)> = tokens["tokens"]
        .as_array()
        .expect("tokens")
        .iter()
        .map(|token| (&token["scope"], &token["stage"], &token["label"]))
        .collect();
    let text = |text: &str| Value::from(text);
    let expected = [
        (&text("scim"), &text("current"), &text("Okta")),
        (&text("scim"), &text("previous"), &text("Identity Provider")),
        (&text("admin"), &text("current"), &text("Administrator")),
    ];
    for entry in &expected {
        assert!(stages.contains(entry), "{tokens}");
    }
    assert!(!tokens.to_string().contains("digest") && !tokens.to_string().contains(&token));
    let current = token_path(&tenant, "scim", "current").await;
    assert_eq!(current, format!("/tokens/scim/{}", new["id"].as_str().expect("an id")));
    let again = admin(&tenant, "POST", "/tokens/scim/replace", replacement).await;
    assert!(problem(&again, 409).contains("2026-11-23T10:30:00"), "until when");
    let previous = token_path(&tenant, "scim", "previous").await;
    let revoked = admin(&tenant, "DELETE", &previous, Value::Null).await;
    assert_eq!(revoked.status, 204);
    tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!((lists(token).await, lists(old).await), (200, 401));
    let history = get(&tenant, "/history").await;
    let kinds: Vec<&Value> = history["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| &entry["kind"])
        .collect();
    assert_eq!(kinds, ["tokenRevoked", "tokenReplaced", "created"], "newest first");
    assert_eq!(history["entries"][0]["actor"], administrator(&tenant).await);
}

#[tokio::test]
async fn an_overlap_ends_by_itself_and_then_the_token_is_not_listed() {
    let mut tenant = acme().await;
    let replacement = json!({"overlapSecs": 60.0});
    let new = admin(&tenant, "POST", "/tokens/admin/replace", replacement).await.expect(200);
    tenant.app.advance(Duration::seconds(59));
    let listed = |tokens: Value| tokens["tokens"].as_array().expect("tokens").len();
    assert_eq!(listed(get(&tenant, "/tokens").await), 3);
    tenant.app.advance(Duration::seconds(1));
    problem(&admin(&tenant, "GET", "/tokens", Value::Null).await, 401);
    tenant.admin_token = new["token"].as_str().expect("a token").to_owned();
    assert_eq!(listed(get(&tenant, "/tokens").await), 2);
}

#[tokio::test]
async fn a_revoked_admin_token_makes_itself_no_successor() {
    let tenant = acme().await;
    let old = tenant.admin_token.clone();
    let replacement = json!({"overlapSecs": 3_600});
    let new = admin(&tenant, "POST", "/tokens/admin/replace", replacement).await.expect(200);
    let new = new["token"].as_str().expect("a token").to_owned();
    let scim = token_path(&tenant, "scim", "current").await;
    // This server and another server cache both tokens.
    let elsewhere = tenant.at_another_server();
    for server in [&tenant, &elsewhere] {
        call(server, &old, "GET", "/settings", Value::Null).await.expect(200);
    }
    let previous = token_path(&tenant, "admin", "previous").await;
    let revoked = call(&tenant, &new, "DELETE", &previous, Value::Null).await;
    assert_eq!(revoked.status, 204);
    let id = tenant.create(&json!({"userName": "ada@example.com", "active": false})).await;
    let before = call(&tenant, &new, "GET", "/history", Value::Null).await.expect(200);
    for server in [&tenant, &elsewhere] {
        for (method, path, body) in [
            ("POST", "/tokens/admin/replace".to_owned(), json!({})),
            ("POST", "/tokens/scim/replace".to_owned(), json!({})),
            ("DELETE", scim.clone(), Value::Null),
            ("PATCH", "/settings".to_owned(), json!({"locationFromIdp": true})),
            ("POST", format!("/employees/{id}/erase"), json!({"confirm": id})),
            ("POST", format!("/employees/{id}/restore"), Value::Null),
            ("PATCH", format!("/employees/{id}"), json!({"location": "GB"})),
        ] {
            problem(&call(server, &old, method, &path, body).await, 401);
        }
    }
    let after = call(&tenant, &new, "GET", "/history", Value::Null).await.expect(200);
    assert_eq!(after, before, "nothing was written");
}

/// A leaked token must not gain control of the tenant during its overlap.
#[tokio::test]
async fn a_previous_admin_token_reads_and_revokes_itself_and_nothing_else() {
    let tenant = acme().await;
    let old = tenant.admin_token.clone();
    let id = tenant.create(&json!({"userName": "ada@example.com", "active": false})).await;
    // The other server caches the token as the current token.
    let elsewhere = tenant.at_another_server();
    call(&elsewhere, &old, "GET", "/settings", Value::Null).await.expect(200);
    let replacement = json!({"overlapSecs": 3_600});
    let new = admin(&tenant, "POST", "/tokens/admin/replace", replacement).await.expect(200);
    let new = new["token"].as_str().expect("a token").to_owned();
    let own = token_path(&tenant, "admin", "previous").await;
    let current = token_path(&tenant, "admin", "current").await;
    let scim = token_path(&tenant, "scim", "current").await;
    let before = call(&tenant, &new, "GET", "/history", Value::Null).await.expect(200);
    let takeover = json!({"overlapSecs": 0, "earlier": "drop"});
    let changes = [
        ("POST", "/tokens/admin/replace".to_owned(), takeover.clone()),
        ("POST", "/tokens/scim/replace".to_owned(), takeover),
        ("DELETE", current, Value::Null),
        ("DELETE", scim, Value::Null),
        ("DELETE", "/tokens/admin".to_owned(), Value::Null),
        ("DELETE", "/tokens/scim".to_owned(), Value::Null),
        ("PATCH", "/settings".to_owned(), json!({"locationFromIdp": true})),
        ("PUT", "/attributes/urn:acme:x/a".to_owned(), json!({"type": "string"})),
        ("POST", format!("/employees/{id}/erase"), json!({"confirm": id})),
        ("POST", format!("/employees/{id}/restore"), Value::Null),
        ("PATCH", format!("/employees/{id}"), json!({"location": "GB"})),
    ];
    for (method, path, body) in &changes {
        for server in [&elsewhere, &tenant] {
            let refused = call(server, &old, method, path, body.clone()).await;
            let detail = problem(&refused, 403);
            assert!(detail.contains("new admin token"), "{method} {path}: {detail}");
        }
    }
    let after = call(&tenant, &old, "GET", "/history", Value::Null).await.expect(200);
    assert_eq!(after, before, "nothing was written, and the token reads");
    call(&tenant, &old, "DELETE", &own, Value::Null).await.expect(204);
    problem(&call(&tenant, &old, "GET", "/settings", Value::Null).await, 401);
    call(&tenant, &new, "GET", "/settings", Value::Null).await.expect(200);
}

#[tokio::test]
async fn an_admin_token_has_no_overlap_by_default() {
    let tenant = acme().await;
    let new = admin(&tenant, "POST", "/tokens/admin/replace", json!({})).await.expect(200);
    problem(&admin(&tenant, "GET", "/settings", Value::Null).await, 401);
    let new = new["token"].as_str().expect("a token");
    call(&tenant, new, "GET", "/settings", Value::Null).await.expect(200);
}

/// The response with the new token may get lost.
#[tokio::test]
async fn a_successor_without_a_use_is_created_again_without_a_wait() {
    let tenant = acme().await;
    let make = async |path: &str, body: Value, status: u16| {
        let made = admin(&tenant, "POST", path, body).await.expect(status);
        tenant.app.advance(Duration::seconds(2));
        let scim_token = made["token"].as_str().expect("a token").to_owned();
        (TestTenant { scim_token, ..tenant.clone() }, made["earlier"].clone())
    };
    let replace = async |body: Value| make("/tokens/scim/replace", body, 200).await;
    let create = async |body: Value| make("/tokens/scim", body, 201).await;
    let id_of = async |stage: &str| {
        let path = token_path(&tenant, "scim", stage).await;
        path.rsplit('/').next().expect("an id").to_owned()
    };
    tenant.get("/Users").await.expect(200);
    let refuses = async |path: &str, cause: &str, text: &str| {
        let refused = admin(&tenant, "POST", path, json!({})).await;
        let detail = problem_of(&refused, 409, cause);
        assert!(detail.contains(text), "{detail}");
        detail
    };
    refuses("/tokens/scim", "token-used", "current token has been used").await;
    let (lost, earlier) = replace(json!({"label": "Okta 2"})).await;
    let end = "2026-11-24T09:30:00.000Z";
    let first =
        json!({"id": id_of("previous").await, "label": "Identity Provider", "expires": end});
    assert_eq!(earlier, json!([first]));
    let cause = "previous-token-valid";
    assert!(refuses("/tokens/scim/replace", cause, "still valid").await.contains("POST /tokens"));
    let replaced = json!({"id": id_of("current").await, "label": "Okta 2", "expires": null});
    let (second, earlier) = create(json!({"label": "Okta 2"})).await;
    assert_eq!(earlier, json!([replaced, first]));
    lost.get("/Users").await.expect_error(401, None);
    // The identity provider's token stays valid until the end of its overlap.
    tenant.get("/Users").await.expect(200);
    second.get("/Users").await.expect(200);
    assert!(!refuses("/tokens/scim/replace", cause, "still valid").await.contains("POST /tokens"));
    refuses("/tokens/scim", "token-used", "current token has been used").await;
    // A token lost before its first use ends at once, also after the overlap.
    tenant.app.advance(Duration::hours(25));
    let (lost, _) = replace(json!({})).await;
    tenant.app.advance(Duration::hours(25));
    let (third, _) = create(json!({})).await;
    lost.get("/Users").await.expect_error(401, None);
    third.get("/Users").await.expect(200);

    // The same rule applies to admin tokens.
    let replacement = json!({"overlapSecs": 3_600});
    admin(&tenant, "POST", "/tokens/admin/replace", replacement).await.expect(200);
    let tenants = &tenant.app.app.tenants;
    let new = tenants.create_token(&tenant.id, Scope::Admin, None, &OPERATOR).await;
    let new = new.expect("a token");
    tenant.app.advance(Duration::seconds(2));
    call(&tenant, new.token.expose_secret(), "GET", "/settings", Value::Null).await.expect(200);
    admin(&tenant, "GET", "/settings", Value::Null).await.expect(200);
    let again = tenants.create_token(&tenant.id, Scope::Admin, None, &OPERATOR).await;
    assert!(matches!(again, Err(Error::TokenUsed)));
}

#[tokio::test]
async fn a_scope_without_a_token_gets_its_first_one() {
    let tenant = acme().await;
    let created = admin(&tenant, "POST", "/tokens/read", json!({"label": "Payroll"})).await;
    let created = created.expect(201);
    assert_eq!(created["earlier"], json!([]));
    let token = created["token"].as_str().expect("a token");
    call(&tenant, token, "GET", "/employees", Value::Null).await.expect(200);
    let again = admin(&tenant, "POST", "/tokens/read", json!({})).await;
    problem_of(&again, 409, "token-used");
    admin(&tenant, "DELETE", "/tokens/read", Value::Null).await.expect(200);
    admin(&tenant, "POST", "/tokens/read", json!({})).await.expect(201);
    let unknown = admin(&tenant, "POST", "/tokens/read", json!({"overlapSecs": 1})).await;
    problem_of(&unknown, 400, "invalid-body");
    problem_of(&admin(&tenant, "POST", "/tokens/idp", json!({})).await, 404, "token-not-found");
}

/// A request with a token is a use of the token, even if the server fails to record the use.
#[tokio::test]
async fn an_admin_token_does_not_replace_itself_as_unused() {
    let tenant = acme().await;
    let replacement = json!({"overlapSecs": 3_600});
    let new = admin(&tenant, "POST", "/tokens/admin/replace", replacement).await.expect(200);
    let new = new["token"].as_str().expect("a token");
    tenant.app.advance(Duration::seconds(2));
    let failing = tenant.app.faults.plan_all("UpdateItem", Fault::internal());
    let refused = call(&tenant, new, "POST", "/tokens/admin", json!({})).await;
    problem_of(&refused, 409, "token-used");
    assert!(failing.end() > 0, "the note is lost");
    call(&tenant, new, "GET", "/settings", Value::Null).await.expect(200);
}

#[tokio::test]
async fn the_last_admin_token_stays() {
    let tenant = acme().await;
    for path in [&*token_path(&tenant, "admin", "current").await, "/tokens/admin"] {
        let refused = admin(&tenant, "DELETE", path, Value::Null).await;
        assert!(problem(&refused, 409).contains("last admin token"));
    }
    admin(&tenant, "POST", "/tokens/scim/replace", json!({})).await.expect(200);
    let both = admin(&tenant, "DELETE", "/tokens/scim", Value::Null).await;
    assert_eq!(both.expect(200), json!({"revoked": 2}));
}

#[tokio::test]
async fn a_revocation_ends_the_token_that_was_listed_and_no_other() {
    let tenant = acme().await;
    let first = token_path(&tenant, "scim", "current").await;
    admin(&tenant, "POST", "/tokens/scim/replace", json!({})).await.expect(200);
    let second = token_path(&tenant, "scim", "current").await;
    assert_eq!(token_path(&tenant, "scim", "previous").await, first, "by its own id still");
    let elsewhere = first.replace("/scim/", "/admin/");
    problem(&admin(&tenant, "DELETE", &elsewhere, Value::Null).await, 404);
    assert_eq!(admin(&tenant, "DELETE", &first, Value::Null).await.status, 204);
    problem(&admin(&tenant, "DELETE", &first, Value::Null).await, 404);
    assert_eq!(token_path(&tenant, "scim", "current").await, second, "it goes on");
}
