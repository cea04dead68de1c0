//! The administration's JSON API, as another product or the account settings page calls it.

pub(crate) mod groups;
pub(crate) mod export;

use crate::support::engine::Fault;
use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, counting_id, pause_time};
use axum::body::Body;
use http::Request;
use rollcall::directory::Error;
use rollcall::directory::access::SESSION_TTL_SECS;
use rollcall::directory::access::token_set::{Earlier, Rotation};
use rollcall::model::tenant::Scope;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use time::Duration;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

/// A request to the administration with a token and, unless it is null, a body.
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

/// The path of a token that is listed, by its stage.
async fn token_path(tenant: &TestTenant, scope: &str, stage: &str) -> String {
    let listed = get(tenant, "/tokens").await;
    let tokens = listed["tokens"].as_array().expect("tokens");
    let is_it = |token: &&Value| token["scope"] == scope && token["stage"] == stage;
    let id = tokens.iter().find(is_it).expect("such a token")["id"].as_str().expect("an id");
    format!("/tokens/{scope}/{id}")
}

/// The detail of a problem, after checking everything a problem must have (RFC 9457 §3).
#[track_caller]
pub fn problem(answer: &Answer, status: u16) -> String {
    let body = answer.expect(status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!((&body["type"], &body["status"]), (&json!("about:blank"), &json!(status)));
    assert_eq!(body["title"], answer.status.canonical_reason().expect("a reason"));
    assert_eq!(body["requestId"], answer.header("x-request-id"));
    body["detail"].as_str().expect("a detail").to_owned()
}

#[tokio::test]
async fn a_setting_takes_effect_at_once_and_without_another_sync() {
    let tenant = acme().await;
    let body = json!({"userName": "ada@example.com", ENTERPRISE: {
        "location": "GB", "department": "R&D", "manager": {"value": "grace@example.com"},
    }});
    let ada = tenant.create(&body).await;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = tenant.create(&grace).await;
    let employee = format!("/employees/{ada}");
    let before = get(&tenant, &employee).await;
    assert_eq!(
        before["location"],
        json!({"value": null, "origin": "local", "fromIdp": "GB", "local": null})
    );
    let local = json!({"location": "Leeds"});
    let set = admin(&tenant, "PATCH", &employee, local).await.expect(200);
    assert_eq!(set["location"]["value"], "Leeds");
    let on = json!({"locationFromIdp": true, "managerFromIdp": true});
    let settings = admin(&tenant, "PATCH", "/settings", on).await.expect(200);
    let expected =
        json!({"locationFromIdp": true, "departmentFromIdp": false, "managerFromIdp": true});
    assert_eq!((&settings, &get(&tenant, "/settings").await), (&expected, &expected));
    let after = get(&tenant, &employee).await;
    assert_eq!(
        after["location"],
        json!({"value": "GB", "origin": "identityProvider", "fromIdp": "GB", "local": "Leeds"})
    );
    assert_eq!(after["department"]["value"], Value::Null);
    assert_eq!(
        after["managerColleague"],
        json!({"id": grace, "userName": "grace@example.com", "displayName": "Grace Hopper", "archived": false})
    );
    assert_eq!(after["fromIdentityProvider"][ENTERPRISE]["location"], "GB");
    let off = json!({"locationFromIdp": false});
    admin(&tenant, "PATCH", "/settings", off).await.expect(200);
    assert_eq!(get(&tenant, &employee).await["location"]["value"], "Leeds");
    let cleared = admin(&tenant, "PATCH", &employee, json!({"location": null})).await.expect(200);
    assert_eq!(cleared["location"]["value"], Value::Null);
    let scim = tenant.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(scim[ENTERPRISE]["location"], "GB", "SCIM never sees any of it");
}

#[tokio::test]
async fn a_rotated_token_works_through_its_overlap_and_a_revoked_one_for_a_minute() {
    let tenant = acme().await;
    let old = tenant.scim_token.clone();
    tenant.get("/Users").await.expect(200);
    let rotation = json!({"overlapSecs": 3600, "label": "Okta"});
    let new = admin(&tenant, "POST", "/tokens/scim/rotate", rotation.clone()).await.expect(200);
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
    let again = admin(&tenant, "POST", "/tokens/scim/rotate", rotation).await;
    assert!(problem(&again, 409).contains("2026-11-23T10:30:00"), "until when");
    let previous = token_path(&tenant, "scim", "previous").await;
    let revoked = admin(&tenant, "DELETE", &previous, Value::Null).await;
    assert_eq!(revoked.status, 204);
    tenant.app.advance(Duration::seconds(SESSION_TTL_SECS));
    assert_eq!((lists(token).await, lists(old).await), (200, 401));
    let history = get(&tenant, "/history").await;
    let kinds: Vec<&Value> = history["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| &entry["kind"])
        .collect();
    assert_eq!(kinds, ["tokenRevoked", "tokenRotated", "created"], "newest first");
    assert_eq!(history["entries"][0]["by"], "Administrator");
}

#[tokio::test]
async fn an_overlap_ends_by_itself_and_then_the_token_is_not_listed() {
    let mut tenant = acme().await;
    let rotation = json!({"overlapSecs": 60.0});
    let new = admin(&tenant, "POST", "/tokens/admin/rotate", rotation).await.expect(200);
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
    let rotation = json!({"overlapSecs": 3_600});
    let new = admin(&tenant, "POST", "/tokens/admin/rotate", rotation).await.expect(200);
    let new = new["token"].as_str().expect("a token").to_owned();
    let scim = token_path(&tenant, "scim", "current").await;
    // Both are remembered, by this server and by another one.
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
            ("POST", "/tokens/admin/rotate".to_owned(), json!({})),
            ("POST", "/tokens/scim/rotate".to_owned(), json!({})),
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

/// A leaked token must not take the tenant over within its overlap.
#[tokio::test]
async fn a_previous_admin_token_reads_and_revokes_itself_and_nothing_else() {
    let tenant = acme().await;
    let old = tenant.admin_token.clone();
    let id = tenant.create(&json!({"userName": "ada@example.com", "active": false})).await;
    // This server remembers the token as the current one.
    let elsewhere = tenant.at_another_server();
    call(&elsewhere, &old, "GET", "/settings", Value::Null).await.expect(200);
    let rotation = json!({"overlapSecs": 3_600});
    let new = admin(&tenant, "POST", "/tokens/admin/rotate", rotation).await.expect(200);
    let new = new["token"].as_str().expect("a token").to_owned();
    let own = token_path(&tenant, "admin", "previous").await;
    let current = token_path(&tenant, "admin", "current").await;
    let scim = token_path(&tenant, "scim", "current").await;
    let before = call(&tenant, &new, "GET", "/history", Value::Null).await.expect(200);
    let takeover = json!({"overlapSecs": 0, "earlier": "drop"});
    let changes = [
        ("POST", "/tokens/admin/rotate".to_owned(), takeover.clone()),
        ("POST", "/tokens/scim/rotate".to_owned(), takeover),
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
    let new = admin(&tenant, "POST", "/tokens/admin/rotate", json!({})).await.expect(200);
    problem(&admin(&tenant, "GET", "/settings", Value::Null).await, 401);
    let new = new["token"].as_str().expect("a token");
    call(&tenant, new, "GET", "/settings", Value::Null).await.expect(200);
}

/// The response with the new token may get lost.
#[tokio::test]
async fn a_successor_without_a_use_is_replaced_without_a_wait_by_request() {
    let tenant = acme().await;
    let rotate = async |body: Value| {
        let rotated = admin(&tenant, "POST", "/tokens/scim/rotate", body).await.expect(200);
        tenant.app.advance(Duration::seconds(2));
        let scim_token = rotated["token"].as_str().expect("a token").to_owned();
        (TestTenant { scim_token, ..tenant.clone() }, rotated["earlier"].clone())
    };
    let id_of = async |stage: &str| {
        let path = token_path(&tenant, "scim", stage).await;
        path.rsplit('/').next().expect("an id").to_owned()
    };
    tenant.get("/Users").await.expect(200);
    let replace = json!({"earlier": "replaceUnused", "label": "Okta 2"});
    let refuses = async |body: &Value, text: &str| {
        let refused = admin(&tenant, "POST", "/tokens/scim/rotate", body.clone()).await;
        let detail = problem(&refused, 409);
        assert!(detail.contains(text), "{detail}");
        detail
    };
    refuses(&replace, "current token has been used").await;
    let (lost, earlier) = rotate(json!({"label": "Okta 2"})).await;
    let end = "2026-11-24T09:30:00.000Z";
    let first =
        json!({"id": id_of("previous").await, "label": "Identity Provider", "expires": end});
    assert_eq!(earlier, json!([first]));
    assert!(refuses(&json!({}), "still valid").await.contains("replaceUnused"));
    let replaced = json!({"id": id_of("current").await, "label": "Okta 2", "expires": null});
    let (second, earlier) = rotate(replace.clone()).await;
    assert_eq!(earlier, json!([replaced, first]));
    lost.get("/Users").await.expect_error(401, None);
    // The overlap of the identity provider's token goes on.
    tenant.get("/Users").await.expect(200);
    second.get("/Users").await.expect(200);
    assert!(!refuses(&json!({}), "still valid").await.contains("replaceUnused"));
    refuses(&replace, "current token has been used").await;
    // After the overlap too, a token that was lost before its first use ends at once.
    tenant.app.advance(Duration::hours(25));
    let (lost, _) = rotate(json!({})).await;
    tenant.app.advance(Duration::hours(25));
    let (third, _) = rotate(replace).await;
    lost.get("/Users").await.expect_error(401, None);
    third.get("/Users").await.expect(200);
    let unknown = json!({"earlier": "both"});
    problem(&admin(&tenant, "POST", "/tokens/scim/rotate", unknown).await, 400);

    // Admin tokens have the same rule.
    let rotation = json!({"overlapSecs": 3_600});
    admin(&tenant, "POST", "/tokens/admin/rotate", rotation).await.expect(200);
    let (tenants, by) = (&tenant.app.app.tenants, "operator");
    let rotation = Rotation {
        label: None,
        overlap: Duration::ZERO,
        earlier: Earlier::ReplaceUnused,
        expected: None,
    };
    let new = tenants.rotate_token(&tenant.id, Scope::Admin, &rotation, by).await.expect("a token");
    tenant.app.advance(Duration::seconds(2));
    call(&tenant, new.token.expose_secret(), "GET", "/settings", Value::Null).await.expect(200);
    admin(&tenant, "GET", "/settings", Value::Null).await.expect(200);
    let again = tenants.rotate_token(&tenant.id, Scope::Admin, &rotation, by).await;
    assert!(matches!(again, Err(Error::TokenUsed)));
}

/// Its own rotation is a use, also when the note of it is lost.
#[tokio::test]
async fn an_admin_token_does_not_replace_itself_as_unused() {
    let tenant = acme().await;
    let rotation = json!({"overlapSecs": 3_600});
    let new = admin(&tenant, "POST", "/tokens/admin/rotate", rotation).await.expect(200);
    let new = new["token"].as_str().expect("a token");
    let replace = json!({"earlier": "replaceUnused"});
    tenant.app.advance(Duration::seconds(2));
    pause_time();
    (0..30).for_each(|_| tenant.app.faults.plan("UpdateItem", Fault::internal()));
    problem(&call(&tenant, new, "POST", "/tokens/admin/rotate", replace).await, 409);
    assert!(tenant.app.faults.left() < 30, "the note is lost");
    tenant.app.faults.clear();
    call(&tenant, new, "GET", "/settings", Value::Null).await.expect(200);
}

#[tokio::test]
async fn the_last_admin_token_stays() {
    let tenant = acme().await;
    for path in [&*token_path(&tenant, "admin", "current").await, "/tokens/admin"] {
        let refused = admin(&tenant, "DELETE", path, Value::Null).await;
        assert!(problem(&refused, 409).contains("last admin token"));
    }
    admin(&tenant, "POST", "/tokens/scim/rotate", json!({})).await.expect(200);
    let both = admin(&tenant, "DELETE", "/tokens/scim", Value::Null).await;
    assert_eq!(both.expect(200), json!({"revoked": 2}));
}

#[tokio::test]
async fn a_revocation_ends_the_token_that_was_listed_and_no_other() {
    let tenant = acme().await;
    let first = token_path(&tenant, "scim", "current").await;
    admin(&tenant, "POST", "/tokens/scim/rotate", json!({})).await.expect(200);
    let second = token_path(&tenant, "scim", "current").await;
    assert_eq!(token_path(&tenant, "scim", "previous").await, first, "by its own id still");
    let elsewhere = first.replace("/scim/", "/admin/");
    problem(&admin(&tenant, "DELETE", &elsewhere, Value::Null).await, 404);
    assert_eq!(admin(&tenant, "DELETE", &first, Value::Null).await.status, 204);
    problem(&admin(&tenant, "DELETE", &first, Value::Null).await, 404);
    assert_eq!(token_path(&tenant, "scim", "current").await, second, "it goes on");
}

#[tokio::test]
async fn a_tenant_may_be_called_like_the_administration() {
    let app = TestApp::new().await;
    for id in ["api", "api-corp", "apix"] {
        let tenant = app.tenant(id).await;
        let uri = format!("/tenants/{id}/api/openapi.json");
        let open = app.send(Request::get(uri).body(Body::empty()).unwrap()).await.expect(200);
        assert_eq!(open["servers"][0]["url"], format!("https://rollcall.example/tenants/{id}/api"));
        let new = admin(&tenant, "POST", "/tokens/scim/rotate", json!({})).await.expect(200);
        assert_eq!(new["tenantUrl"], format!("https://rollcall.example/tenants/{id}/scim/v2"));
        problem(&call(&tenant, "", "GET", "/settings", Value::Null).await, 401);
    }
}

#[tokio::test]
async fn a_list_reads_no_more_than_it_must() {
    let tenant = acme().await;
    for n in 0..30 {
        tenant.create(&json!({"userName": format!("user{n}@example.com")})).await;
    }
    get(&tenant, "/settings").await;
    let queries = async |path: &str| {
        tenant.app.faults.take_calls();
        get(&tenant, path).await;
        let calls = tenant.app.faults.take_calls();
        calls.iter().filter(|call| call.operation == "Query").count()
    };
    assert_eq!(queries("/employees?limit=5").await, 1);
    assert_eq!(queries("/employees?status=archived&limit=1").await, 2, "both places, once");
    assert_eq!(queries("/employees?search=nobody&limit=1").await, 2);
}

#[tokio::test]
async fn how_the_sync_is_doing_is_noticed() {
    let tenant = acme().await;
    let never = get(&tenant, "/sync").await;
    let nothing = json!({"created": 0, "updated": 0, "archived": 0, "restored": 0});
    assert_eq!(
        never,
        json!({"lastRequest": null, "lastDay": nothing, "refusals": [], "unknownAttributes": []})
    );
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let bob = json!({"userName": "bob@example.com", "externalId": "00u2"});
    let bob = tenant.create(&bob).await;
    let set = |value: Value| json!([{"op": "replace", "value": value}]);
    let (ada, bob) = (format!("/Users/{ada}"), format!("/Users/{bob}"));
    tenant.patch(&ada, &set(json!({"title": "Countess"}))).await.expect(200);
    tenant.patch(&ada, &set(json!({"active": false}))).await.expect(200);
    tenant.patch(&ada, &set(json!({"active": true}))).await.expect(200);
    tenant.delete(&bob).await.expect(204);
    // Again there for the identity provider, and still archived: nobody came back.
    let again = json!({"userName": "bob@example.com", "externalId": "00u2", "active": false});
    tenant.post("/Users", &again).await.expect(201);
    tenant.app.advance(Duration::seconds(10));
    tenant.patch(&ada, &set(json!({"active": "perhaps"}))).await.expect(400);
    tenant.get("/Users/nobody").await.expect(404);
    tenant.post("/Users", &json!({"userName": "ADA@example.com"})).await.expect(409);
    let status = get(&tenant, "/sync").await;
    assert_eq!(status["lastRequest"], "2026-11-23T09:30:10.000Z");
    let expected = json!({"created": 2, "updated": 1, "archived": 2, "restored": 1});
    assert_eq!(status["lastDay"], expected);
    let [taken, refusal] = &status["refusals"].as_array().expect("refusals")[..] else {
        panic!("two, the last one first: {status}")
    };
    assert_eq!((&taken["status"], &taken["operation"]), (&json!(409), &json!("POST /Users")));
    assert_eq!(
        (&refusal["at"], &refusal["operation"], &refusal["status"]),
        (&json!("2026-11-23T09:30:10.000Z"), &json!("PATCH /Users/{id}"), &json!(400))
    );
    assert!(refusal["detail"].as_str().expect("text").contains("active"));
    // The first one was written at once, the second one waits for its turn: another server does not know it yet.
    let other = tenant.at_another_server();
    let elsewhere = get(&other, "/sync").await;
    assert_eq!(elsewhere["refusals"], json!([refusal]));
    tenant.app.advance(Duration::minutes(1));
    tenant.get("/Users").await.expect(200);
    assert_eq!(get(&other, "/sync").await["refusals"], json!([taken, refusal]));
    let tokens = get(&tenant, "/tokens").await;
    let used = |scope: &str| {
        let tokens = tokens["tokens"].as_array().expect("tokens");
        tokens.iter().find(|token| token["scope"] == scope).expect("a token")["lastUsed"].clone()
    };
    assert_eq!((used("scim"), used("admin")), (json!("2026-11-23"), json!("2026-11-23")));
    tenant.app.advance(Duration::hours(23));
    assert_eq!(get(&tenant, "/sync").await["lastDay"], expected);
    tenant.app.advance(Duration::hours(1));
    assert_eq!(get(&tenant, "/sync").await["lastDay"], nothing);
    tenant.app.advance(Duration::days(6));
    assert_eq!(
        get(&tenant, "/sync").await["refusals"],
        json!([]),
        "nobody mends what is a week old"
    );
}

/// A mapping that leads nowhere, and how it is mended.
#[tokio::test]
async fn unknown_attributes_are_shown() {
    let tenant = acme().await;
    let unknown = async |tenant: &TestTenant| -> Vec<String> {
        let status = get(tenant, "/sync").await;
        let rows = status["unknownAttributes"].as_array().expect("rows").iter();
        rows.map(|row| format!("{} {} {}", row["resourceType"], row["attribute"], row["day"]))
            .map(|row| row.replace('"', ""))
            .collect()
    };
    let body = json!({"userName": "ada", "urn:example:2.0:User": {"badge": "7"}});
    let ada = format!("/Users/{}", tenant.create(&body).await);
    tenant.put(&ada, &json!({"userName": "ada", "name": {"nick": "A"}})).await.expect(200);
    let patch =
        json!([{"op": "add", "path": "emails[type eq \"ada@example.com\"].seen", "value": "x"}]);
    tenant.patch(&ada, &patch).await.expect(200);
    let crew = tenant.post("/Groups", &json!({"displayName": "Crew"})).await.expect(201);
    let crew = format!("/Groups/{}", crew["id"].as_str().expect("an id"));
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "PATCH", "path": crew, "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
            {"op": "replace", "value": {"description": "All of us"}}]}}]});
    tenant.post("/Bulk", &bulk).await.expect(200);
    let day = "2026-11-23";
    let expected = [
        format!("User emails.seen {day}"),
        format!("User name.nick {day}"),
        format!("Group description {day}"),
        format!("User urn:example:2.0:User:badge {day}"),
    ];
    let mut found = unknown(&tenant).await;
    let mut sorted = expected.to_vec();
    found.sort();
    sorted.sort();
    assert_eq!(found, sorted);
    // Another server knows it when it is written.
    let other = tenant.at_another_server();
    tenant.app.advance(Duration::minutes(1));
    tenant.get("/Users").await.expect(200);
    assert_eq!(unknown(&other).await.len(), 4);
    // The same again is no news, so nothing is written.
    tenant.app.faults.take_calls();
    tenant.patch(&ada, &patch).await.expect(200);
    let calls = tenant.app.faults.take_calls();
    assert!(calls.iter().all(|call| call.operation != "UpdateItem"), "{calls:?}");

    let badge = "/attributes/urn:example:2.0:User/badge";
    admin(&tenant, "PUT", badge, json!({"type": "string"})).await.expect(201);
    assert!(!unknown(&tenant).await.iter().any(|row| row.contains("badge")), "declared");
    tenant.app.advance(Duration::days(3));
    tenant.patch(&ada, &patch).await.expect(200);
    tenant.app.advance(Duration::days(5));
    assert_eq!(unknown(&other).await, ["User emails.seen 2026-11-26"], "the others are mended");

    let id = tenant.create(&json!({"userName": "bob", "active": false, "bob": 1})).await;
    assert_eq!(unknown(&tenant).await.len(), 2);
    let erase = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &erase, json!({"confirm": id})).await.expect(204);
    assert!(unknown(&tenant).await.is_empty(), "a name may be somebody's");
}

#[tokio::test]
async fn what_cannot_be_written_of_a_sync_is_written_later_and_harms_no_answer() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    tenant.app.advance(Duration::minutes(2));
    for _ in 0..20 {
        tenant.app.faults.plan("UpdateItem", crate::support::engine::Fault::throttled());
    }
    crate::support::pause_time();
    tenant.post("/Users", &json!({})).await.expect(400);
    tenant.app.faults.clear();
    tenant.app.advance(Duration::minutes(2));
    tenant.get("/Users").await.expect(200);
    let other = tenant.at_another_server();
    let status = get(&other, "/sync").await;
    assert_eq!(status["refusals"].as_array().map(Vec::len), Some(1), "{status}");
}

#[tokio::test]
async fn an_erasure_takes_what_the_identity_provider_was_refused_with_it() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com", "active": false})).await;
    tenant.filter("userName gt ada@example.com").await.expect(400);
    assert_eq!(get(&tenant, "/sync").await["refusals"].as_array().map(Vec::len), Some(1));
    let path = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &path, json!({"confirm": id})).await.expect(204);
    assert_eq!(get(&tenant, "/sync").await["refusals"], json!([]));
}

#[tokio::test]
async fn an_erasure_that_stops_halfway_takes_what_waits_to_be_written_with_it() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com", "active": false})).await;
    for _ in 0..2 {
        tenant.filter("userName gt ada@example.com").await.expect(400);
    }
    for _ in 0..20 {
        tenant.app.faults.plan("Query", crate::support::engine::Fault::throttled());
    }
    crate::support::pause_time();
    let path = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &path, json!({"confirm": id})).await.expect(429);
    assert!(tenant.app.faults.left() < 20, "the history could not be read");
    tenant.app.faults.clear();
    assert_eq!(get(&tenant, "/sync").await["refusals"], json!([]));
    admin(&tenant, "POST", &path, json!({"confirm": id})).await.expect(204);
}

#[tokio::test]
async fn refusals_that_are_many_are_kept_in_part() {
    let tenant = acme().await;
    let other = tenant.at_another_server();
    // Two servers write what they refused once a minute, and more than the record can hold.
    for minute in 0..3 {
        for n in 0..30 {
            tenant.app.advance(Duration::seconds(2));
            let server = if n % 2 == 0 { &tenant } else { &other };
            server
                .post("/Users", &json!({"userName": format!("{minute}"), "active": n}))
                .await
                .expect(400);
        }
    }
    let status = get(&tenant, "/sync").await;
    assert_eq!(status["refusals"].as_array().map(Vec::len), Some(20), "with those that wait");
    tenant.app.advance(Duration::minutes(1));
    for server in [&tenant, &other] {
        server.get("/Users").await.expect(200);
    }
    let status = get(&tenant, "/sync").await;
    let refusals = status["refusals"].as_array().expect("refusals");
    assert_eq!(refusals.len(), 20);
    let last =
        refusals.iter().filter(|refusal| refusal["detail"].as_str().unwrap().ends_with("29"));
    assert_eq!(last.count(), 1, "{status}");
}

#[tokio::test]
async fn employees_are_found_by_status_and_by_the_start_of_a_word() {
    let tenant = acme().await;
    for (name, display) in
        [("ada", "Ada Lovelace"), ("bob", "Bob Łoboda"), ("eve", "Eve Ada-Jones")]
    {
        let user_name = format!("{name}@example.com");
        let body = json!({"userName": user_name, "displayName": display,
            "emails": [{"value": format!("{name}.mail@example.com")}]});
        tenant.create(&body).await;
    }
    let active = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{}", counting_id(2)), &active).await.expect(200);
    tenant.delete(&format!("/Users/{}", counting_id(3))).await.expect(204);
    let check = async |query: &str, expected: &[&str]| {
        let page = get(&tenant, &format!("/employees{query}")).await;
        let names: Vec<&str> = page["employees"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["userName"].as_str().expect("text"))
            .collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(page["nextCursor"], Value::Null, "{query}");
    };
    let [ada, bob, eve] = ["ada@example.com", "bob@example.com", "eve@example.com"];
    check("", &[ada, bob, eve]).await;
    check("?status=active", &[ada]).await;
    check("?status=archived", &[bob, eve]).await;
    check("?search=ADA", &[ada, eve]).await;
    check("?search=love", &[ada]).await;
    check("?search=%C5%82ob", &[bob]).await;
    check("?search=eve.mail", &[eve]).await;
    check("?search=lovelace+x", &[]).await;
    check("?search=ada+love&status=active", &[ada]).await;
    let archived = get(&tenant, "/employees?status=archived").await;
    assert_eq!(
        archived["employees"][1],
        json!({
            "id": counting_id(3), "userName": eve, "displayName": "Eve Ada-Jones",
            "email": "eve.mail@example.com", "status": "archived", "deletedInIdp": true,
            "archivedAt": "2026-11-23T09:30:00.000Z",
        })
    );
}

#[tokio::test]
async fn pages_follow_each_other_by_cursor_and_none_is_missed() {
    let tenant = acme().await;
    for n in 0..7 {
        tenant.create(&json!({"userName": format!("user{n}@example.com")})).await;
    }
    for n in [2, 5] {
        tenant.delete(&format!("/Users/{}", counting_id(n))).await.expect(204);
    }
    for limit in 1..=8 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&tenant, &format!("/employees?limit={limit}{cursor}")).await;
            let rows = page["employees"].as_array().expect("rows");
            assert!(rows.len() <= limit);
            seen.extend(rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()));
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let expected = [1, 3, 4, 6, 7, 2, 5].map(|n| counting_id(n).to_string());
        assert_eq!(seen, expected, "limit {limit}");
    }
    let history = format!("/employees/{}/history", counting_id(2));
    let first = get(&tenant, &format!("{history}?limit=1")).await;
    assert_eq!(first["entries"][0]["kind"], "deleted");
    let next = first["nextCursor"].as_str().expect("a cursor");
    let second = get(&tenant, &format!("{history}?limit=1&cursor={next}")).await;
    assert_eq!(second["entries"][0]["kind"], "created");
}

#[tokio::test]
async fn employees_are_exported_with_what_counts() {
    let tenant = acme().await;
    let ada = json!({"userName": "ada@example.com", "displayName": "Ada \"The\" Lovelace",
        "title": "=HYPERLINK(\"http://evil.example\")",
        "emails": [{"value": "ada@example.com"}],
        ENTERPRISE: {"location": "Leeds, GB", "department": "R&D"}});
    tenant.create(&ada).await;
    let bob = tenant.create(&json!({"userName": "bob@example.com", "active": false})).await;
    admin(&tenant, "PATCH", "/settings", json!({"locationFromIdp": true})).await.expect(200);
    let export = async |query: &str| {
        admin(&tenant, "GET", &format!("/employees/export{query}"), Value::Null).await
    };
    let csv = export("").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("employees.csv"));
    let text = String::from_utf8(csv.bytes).expect("text");
    let at = "2026-11-23T09:30:00.000Z";
    let rows: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| record.expect("a record").iter().map(ToOwned::to_owned).collect())
        .collect();
    let id = counting_id(1).to_string();
    let expected: [[&str; 15]; 3] = [
        [
            "id",
            "userName",
            "externalId",
            "employeeNumber",
            "displayName",
            "email",
            "title",
            "status",
            "deletedInIdp",
            "archivedAt",
            "location",
            "department",
            "manager",
            "created",
            "lastModified",
        ],
        [
            &id,
            "ada@example.com",
            "",
            "",
            "Ada \"The\" Lovelace",
            "ada@example.com",
            "'=HYPERLINK(\"http://evil.example\")",
            "active",
            "false",
            "",
            "Leeds, GB",
            "",
            "",
            at,
            at,
        ],
        [&bob, "bob@example.com", "", "", "", "", "", "archived", "false", at, "", "", "", at, at],
    ];
    assert_eq!(rows, expected);
    assert!(text.lines().all(|line| line.starts_with('"') && line.ends_with('"')), "all is quoted");
    let lines = export("?format=jsonl&status=archived").await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    let text = String::from_utf8(lines.bytes).expect("text");
    let [line] = text.lines().collect::<Vec<_>>()[..] else { panic!("one line: {text}") };
    let row: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(
        (&row["id"], &row["status"], &row["title"]),
        (&json!(bob), &json!("archived"), &Value::Null)
    );
    assert!(problem(&export("?format=xls").await, 400).contains("csv or jsonl"));
    assert!(problem(&export("?columns=x").await, 400).contains("columns"));
}

#[tokio::test]
async fn an_export_comes_in_parts_that_fit_an_answer() {
    let tenant = acme().await;
    // As long as it gets in the answer of a Lambda.
    let long = "\"".repeat(4_000);
    let values = json!({"location": long, "department": long, "manager": long});
    for n in 0..260 {
        let id = tenant.create(&json!({"userName": format!("user{n}@example.com")})).await;
        admin(&tenant, "PATCH", &format!("/employees/{id}"), values.clone()).await.expect(200);
    }
    let (mut rows, mut parts, mut path) = (Vec::new(), 0, "/employees/export".to_owned());
    loop {
        let part = admin(&tenant, "GET", &path, Value::Null).await;
        assert_eq!(part.status.as_u16(), 200);
        let text = String::from_utf8(part.bytes.clone()).expect("text");
        let escaped = serde_json::to_string(&text).expect("JSON").len();
        assert!(escaped < 6_000_000, "{escaped}");
        rows.extend(text.lines().map(|line| line.split(',').take(1).collect::<String>()));
        parts += 1;
        let Some(link) = part.header("link").strip_prefix('<') else { break };
        let (address, rest) = link.split_once('>').expect("a link");
        assert_eq!(rest, "; rel=\"next\"");
        path = address.split_once("/api").expect("below the administration").1.to_owned();
    }
    assert_eq!((rows.remove(0), rows.len()), ("\"id\"".to_owned(), 260));
    rows.dedup();
    assert_eq!(rows.len(), 260);
    assert!(parts > 1, "{parts}");
}

#[tokio::test]
async fn an_administrator_archives_restores_and_erases() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let employee = format!("/employees/{id}");
    let act = |what: &'static str, body: Value| {
        let path = format!("{employee}/{what}");
        let tenant = tenant.clone();
        async move { admin(&tenant, "POST", &path, body).await }
    };
    let confirmed = json!({"confirm": id});
    assert!(problem(&act("erase", confirmed.clone()).await, 409).contains("archive"));
    assert_eq!(act("archive", Value::Null).await.expect(200)["status"], "archived");
    assert_eq!(tenant.get(&format!("/Users/{id}")).await.expect(200)["active"], false);
    assert_eq!(act("restore", Value::Null).await.expect(200)["status"], "active");
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    let back = act("restore", Value::Null).await.expect(200);
    assert_eq!((&back["status"], &back["deletedInIdp"]), (&json!("active"), &json!(false)));
    assert_eq!(tenant.get(&format!("/Users/{id}")).await.expect(200)["active"], true);
    assert_eq!(tenant.found("userName eq \"ada@example.com\"").await, ["ada@example.com"]);
    let history = get(&tenant, &format!("{employee}/history")).await;
    let kinds: Vec<(&Value, &Value)> = history["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| (&entry["kind"], &entry["by"]))
        .collect();
    let text = |text: &str| Value::from(text);
    let (idp, admin_label) = (text("Identity Provider"), text("Administrator"));
    let expected = [
        (&text("restored"), &admin_label),
        (&text("deleted"), &idp),
        (&text("restored"), &admin_label),
        (&text("archived"), &admin_label),
        (&text("created"), &idp),
    ];
    assert_eq!(kinds, expected);
    act("archive", Value::Null).await.expect(200);
    let wrong = act("erase", json!({"confirm": "ada@example.com"})).await;
    assert!(problem(&wrong, 409).contains("id"));
    act("erase", confirmed).await.expect(204);
    problem(&admin(&tenant, "GET", &employee, Value::Null).await, 404);
    problem(&admin(&tenant, "GET", &format!("{employee}/history"), Value::Null).await, 404);
    let log = get(&tenant, "/history").await;
    assert_eq!(log["entries"][0]["kind"], "erased");
    assert!(!log.to_string().contains("ada@"), "nothing of the person is left: {log}");
}

#[tokio::test]
async fn a_deleted_employee_whose_name_is_taken_does_not_come_back() {
    let tenant = acme().await;
    let body = json!({"userName": "ada@example.com", "externalId": "1"});
    let id = tenant.create(&body).await;
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    let other = tenant.create(&json!({"userName": "ADA@example.com", "externalId": "2"})).await;
    let refused = admin(&tenant, "POST", &format!("/employees/{id}/restore"), Value::Null).await;
    assert!(problem(&refused, 409).contains(&other), "says whose it is");
}

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
    check("POST", "/tokens/idp/rotate", json!({}), 404, "scim or admin").await;
    check(
        "POST",
        "/tokens/scim/rotate",
        json!({"overlapSecs": -1}),
        400,
        "overlapSecs is not valid",
    )
    .await;
    check("POST", "/tokens/scim/rotate", json!({"overlapSecs": 31_536_001}), 400, "year").await;
    for label in ["", "  ", "a\nb", &"x".repeat(101)] {
        check("POST", "/tokens/scim/rotate", json!({"label": label}), 400, "100").await;
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
    check("DELETE", "/tokens/idp/x", null, 404, "scim or admin").await;
    let request = Request::builder()
        .method("PATCH")
        .uri("/tenants/acme/api/settings")
        .header("authorization", format!("Bearer {}", tenant.admin_token))
        .header("content-type", "text/plain");
    let answer = tenant.app.send(request.body(Body::from("{}")).unwrap()).await;
    problem(&answer, 415);
}

#[tokio::test]
async fn a_change_with_if_match_is_made_from_that_version_only() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let employee = format!("/employees/{id}");
    for (shown, method, changed, body) in [
        ("/settings", "PATCH", "/settings", json!({"locationFromIdp": true})),
        (&employee, "PATCH", &employee, json!({"location": "GB"})),
        (&employee, "POST", &format!("{employee}/archive"), Value::Null),
        (&employee, "POST", &format!("{employee}/restore"), Value::Null),
    ] {
        let change = async |tag: &str| {
            let request = Request::builder()
                .method(method)
                .uri(format!("/tenants/acme/api{changed}"))
                .header("authorization", format!("Bearer {}", tenant.admin_token))
                .header("if-match", tag);
            tenant.app.send(request.body(Body::from(body.to_string())).unwrap()).await
        };
        let before = admin(&tenant, "GET", shown, Value::Null).await;
        let tag = before.header("etag").to_owned();
        let detail = problem(&change("W/\"77\"").await, 412);
        assert!(detail.contains(&tag) && detail.contains("If-Match"), "{detail}");
        assert_eq!(get(&tenant, shown).await, before.expect(200), "nothing was changed");
        let after = change(&tag).await;
        after.expect(200);
        let now = after.header("etag").to_owned();
        assert_ne!(now, tag, "{method} {changed}");
        problem(&change(&tag).await, 412);
        assert_eq!(admin(&tenant, "GET", shown, Value::Null).await.header("etag"), now);
        change("*").await.expect(200);
    }
}

/// Every route of the description, with an id where one is wanted.
fn routes(document: &Value) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{id}", &counting_id(1).to_string()).replace("{scope}", "scim");
        let path = path.replace("{urn}", "urn:acme:x").replace("{name}", "badge");
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
    assert_eq!(routes.len(), 23, "{routes:?}");
    for (method, path) in routes {
        for token in ["", "nonsense", &acme.scim_token, &other.admin_token, &other.scim_token] {
            let answer = call(&acme, token, &method, &path, json!({})).await;
            let detail = problem(&answer, 401);
            assert!(detail.contains("admin token"), "{method} {path}: {detail}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    acme.get("/Users").await.expect(200);
    let with_admin_token = TestTenant { scim_token: acme.admin_token.clone(), ..acme.clone() };
    with_admin_token.get("/Users").await.expect_error(401, None);
}

#[tokio::test]
async fn the_description_is_open_and_says_the_same_of_every_tenant() {
    let tenant = acme().await;
    let open = async |id: &str| {
        let uri = format!("/tenants/{id}/api/openapi.json");
        let answer = tenant.app.send(Request::get(uri).body(Body::empty()).unwrap()).await;
        let mut document = answer.expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        let server = document["servers"][0]["url"].take();
        assert_eq!(server, format!("https://rollcall.example/tenants/{id}/api"));
        document
    };
    assert_eq!(open("acme").await, open("nobody").await);
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let document = get(&acme().await, "/openapi.json").await;
    let text = document.to_string();
    let mut found = 0;
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().expect("a pointer");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        found += 1;
    }
    assert!(found > 10, "{found}");
}

/// The rest of the specification is checked by validators in .ci/run.
#[tokio::test]
async fn names_in_the_description_are_valid() {
    let document = get(&acme().await, "/openapi.json").await;
    let is_valid = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    for components in document["components"].as_object().expect("components").values() {
        for name in components.as_object().expect("named components").keys() {
            assert!(is_valid(name), "{name:?}");
        }
    }
    let schemes = &document["components"]["securitySchemes"];
    let required = document["security"][0].as_object().expect("a requirement");
    assert!(required.keys().all(|name| schemes.get(name).is_some()), "{schemes}");
    assert_eq!(document["info"].get("license"), None);
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
    for _ in 0..20 {
        tenant.app.faults.plan("GetItem", crate::support::engine::Fault::throttled());
    }
    crate::support::pause_time();
    let answer = admin(&tenant, "GET", "/settings", Value::Null).await;
    problem(&answer, 429);
    assert_eq!(answer.header("retry-after"), "2");
}
