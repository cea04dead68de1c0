//! Single sign-on through the JSON API: configured, checked, removed, and its secrets hidden.

use crate::support::admin::{admin, call, get, make_read_token, problem, problem_of};
use crate::support::destinations::if_match;
use crate::support::groups::group;
use crate::support::log::Log;
use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, acme, counting_id};
use serde_json::{Value, json};
use time::Duration;

const SECRET: &str = "s3cr3t-of-the-client";

/// A configuration with one named administrator.
fn configuration(admin: &str) -> Value {
    json!({
        "issuer": "https://example.okta.com", "clientId": "0oa1b2c3", "clientAuth": "secret",
        "clientSecret": SECRET, "admins": [admin],
    })
}

async fn ada(tenant: &TestTenant) -> String {
    tenant.create(&json!({"userName": "ada@example.com", "displayName": "Ada Lovelace"})).await
}

/// A tenant with a configuration, and its administrator's id.
async fn configured() -> (TestTenant, String) {
    let tenant = acme().await;
    let ada = ada(&tenant).await;
    put(&tenant, configuration(&ada)).await.expect(200);
    (tenant, ada)
}

async fn put(tenant: &TestTenant, body: Value) -> Answer {
    admin(tenant, "PUT", "/sso", body).await
}

/// `before` with other members.
fn with(before: &Value, members: Value) -> Value {
    let mut body = before.clone();
    for (name, value) in members.as_object().expect("members") {
        body[name] = value.clone();
    }
    body
}

/// Checks a problem with a code of single sign-on.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> String {
    let detail = problem_of(answer, status, "sso-conflict");
    assert_eq!(answer.json()["code"], code);
    detail
}

#[tokio::test]
async fn a_configuration_is_shown_without_its_secret() {
    let tenant = acme().await;
    let ada = ada(&tenant).await;
    let group = group(&tenant, "Administrators", &[&ada]).await;
    let more = json!({"secretEndsOn": "2027-11-30", "match": "sub=externalId", "group": group, "hours": 4});
    let answer = put(&tenant, with(&configuration(&ada), more)).await;
    let shown = answer.expect(200);
    let root = "https://rollcall.example/tenants/acme";
    let at = "2026-11-23T09:30:00.000Z";
    assert_eq!(
        shown,
        json!({
            "issuer": "https://example.okta.com", "clientId": "0oa1b2c3", "clientAuth": "secret",
            "match": "sub=externalId", "provider": "okta", "hd": null, "group": group,
            "admins": [{"id": ada, "since": at, "returned": false}], "hours": 4, "tokenSignIn": true, "provenAt": null,
            "secret": {"setAt": at, "endsOn": "2027-11-30", "readable": true}, "keys": [],
            "addresses": {
                "redirectUri": format!("{root}/sso/callback"),
                "initiateLoginUri": format!("{root}/sso/start"),
                "signOutUri": format!("{root}/sign-in"),
                "backChannelLogoutUri": format!("{root}/sso/logout"),
                "jwksUri": format!("{root}/sso/jwks.json"),
                "keyIssuer": format!("{root}/sso"),
            },
        })
    );
    let again = admin(&tenant, "GET", "/sso", Value::Null).await;
    assert_eq!((again.expect(200), again.header("etag")), (shown, answer.header("etag")));
    let history = get(&tenant, "/history").await;
    assert_eq!(history["entries"][0]["kind"], "ssoChanged");
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn without_a_configuration_there_is_nothing_to_use() {
    let tenant = acme().await;
    for (method, rest, body) in [
        ("GET", "/sso", Value::Null),
        ("DELETE", "/sso", Value::Null),
        ("POST", "/sso/check", Value::Null),
        ("POST", "/sso/keys", Value::Null),
        ("POST", "/sso/keys/use-next", Value::Null),
        ("POST", "/sso/sign-out", json!({})),
    ] {
        let answer = admin(&tenant, method, rest, body).await;
        problem_of(&answer, 404, "sso-not-found");
    }
    assert_eq!(get(&tenant, "/sso/sign-ins").await, json!({"entries": []}));
}

#[tokio::test]
async fn a_removal_leaves_nothing() {
    let (tenant, ada) = configured().await;
    admin(&tenant, "DELETE", "/sso", Value::Null).await.expect(204);
    problem_of(&admin(&tenant, "GET", "/sso", Value::Null).await, 404, "sso-not-found");
    // A secret from before the removal does not come back.
    let body = with(&configuration(&ada), json!({"clientSecret": null}));
    refused(&put(&tenant, body).await, 422, "secretRequired");
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_stale_entity_tag_changes_nothing() {
    let (tenant, ada) = configured().await;
    let before = admin(&tenant, "GET", "/sso", Value::Null).await;
    let body = with(&configuration(&ada), json!({"hours": 2}));
    for method in ["PUT", "DELETE"] {
        assert_eq!(if_match(&tenant, "W/\"999\"", method, "/sso", body.clone()).await, 412);
    }
    let after = admin(&tenant, "GET", "/sso", Value::Null).await;
    assert_eq!(after.expect(200), before.expect(200));
    assert_eq!(if_match(&tenant, before.header("etag"), "PUT", "/sso", body).await, 200);
    assert_eq!(get(&tenant, "/sso").await["hours"], 2);
    let stale = if_match(&tenant, before.header("etag"), "DELETE", "/sso", json!({})).await;
    assert_eq!(stale, 412, "the version of before the change");
}

/// Row 7: an issuer of Entra that serves every directory.
#[tokio::test]
async fn an_issuer_of_every_directory_is_refused() {
    let (tenant, ada) = configured().await;
    for directory in ["common", "organizations", "consumers"] {
        let issuer = format!("https://login.microsoftonline.com/{directory}/v2.0");
        let body = with(&configuration(&ada), json!({"issuer": issuer}));
        let detail = refused(&put(&tenant, body).await, 422, "multiTenantIssuer");
        assert!(detail.contains("serves every Entra directory"), "{detail}");
    }
    assert_eq!(get(&tenant, "/sso").await["issuer"], "https://example.okta.com");
}

/// Row 24: a secret never follows a changed issuer.
#[tokio::test]
async fn a_secret_stays_with_its_issuer() {
    let (tenant, ada) = configured().await;
    let before = get(&tenant, "/sso").await;
    let silent = with(&configuration(&ada), json!({"clientSecret": null}));
    let other = with(&silent, json!({"issuer": "https://evil.example"}));
    let detail = refused(&put(&tenant, other.clone()).await, 422, "secretRequired");
    assert_eq!(detail, "The issuer changed. Enter the client secret again.");
    assert_eq!(get(&tenant, "/sso").await, before, "nothing is saved");

    put(&tenant, with(&silent, json!({"hours": 3}))).await.expect(200);
    assert_eq!(get(&tenant, "/sso").await["secret"], before["secret"], "the same issuer");

    for auth in ["key", "none"] {
        put(&tenant, with(&other, json!({"clientAuth": auth}))).await.expect(200);
        assert_eq!(get(&tenant, "/sso").await["secret"], Value::Null, "{auth}");
        refused(&put(&tenant, silent.clone()).await, 422, "secretRequired");
        // The other issuer has no secret yet.
        let detail = refused(&put(&tenant, other.clone()).await, 422, "secretRequired");
        assert!(detail.starts_with("Enter the client secret"), "{detail}");
    }
}

/// Row 27: a token cannot lock itself out.
#[tokio::test]
async fn a_token_does_not_turn_token_sign_in_off() {
    let (tenant, ada) = configured().await;
    let body = with(&configuration(&ada), json!({"tokenSignIn": false}));
    let detail = refused(&put(&tenant, body).await, 409, "tokenSignInRequired");
    assert_eq!(detail, "Sign in with single sign-on first. Then turn token sign-in off.");
    assert_eq!(get(&tenant, "/sso").await["tokenSignIn"], true);
}

#[tokio::test]
async fn a_configuration_without_administrators_is_refused() {
    let (tenant, ada) = configured().await;
    let body = with(&configuration(&ada), json!({"admins": []}));
    refused(&put(&tenant, body).await, 422, "noAdministrators");
    assert_eq!(get(&tenant, "/sso").await["admins"][0]["id"], ada);
}

/// A naming ends with a deletion and a return. A PUT names the employee again, from its own time on.
#[tokio::test]
async fn a_put_names_a_returned_administrator_again() {
    let (tenant, ada_id) = configured().await;
    let first = get(&tenant, "/sso").await["admins"][0].clone();
    tenant.app.advance(Duration::HOUR);
    tenant.delete(&format!("/Users/{ada_id}")).await.expect(204);
    tenant.app.advance(Duration::HOUR);
    let restore = format!("/employees/{ada_id}/restore");
    admin(&tenant, "POST", &restore, Value::Null).await.expect(200);
    let ended = with(&first, json!({"returned": true}));
    assert_eq!(get(&tenant, "/sso").await["admins"], json!([ended]));
    tenant.app.advance(Duration::HOUR);
    let shown = put(&tenant, configuration(&ada_id)).await.expect(200);
    let again = with(&first, json!({"since": "2026-11-23T12:30:00.000Z"}));
    assert_eq!(shown["admins"], json!([again]));
    // Another PUT keeps the time.
    tenant.app.advance(Duration::HOUR);
    let shown = put(&tenant, configuration(&ada_id)).await.expect(200);
    assert_eq!(shown["admins"], json!([again]));
}

#[tokio::test]
async fn a_wrong_value_names_its_field() {
    let (tenant, ada) = configured().await;
    let before = get(&tenant, "/sso").await;
    let many: Vec<_> = (1_000..1_051).map(counting_id).collect();
    for (field, value) in [
        ("issuer", json!("http://example.okta.com")),
        ("issuer", json!("https://example.okta.com/?a=b")),
        ("issuer", json!("example.okta.com")),
        ("issuer", json!(format!("https://example.com/{}", "x".repeat(255)))),
        ("clientId", json!("")),
        ("clientId", json!("x".repeat(256))),
        ("clientAuth", json!("password")),
        ("secretEndsOn", json!("30.11.2027")),
        ("match", json!("sub=userName")),
        ("provider", json!("saml")),
        ("group", json!("administrators")),
        ("group", json!(counting_id(9_999))),
        ("admins", json!(many)),
        ("admins", json!([counting_id(9_999)])),
        ("hours", json!(0)),
        ("hours", json!(25)),
        ("unknown", json!(1)),
    ] {
        let body = with(&configuration(&ada), json!({field: value}));
        let answer = put(&tenant, body).await;
        let detail = problem(&answer, 400);
        assert!(detail.contains(field), "{field}: {detail}");
    }
    assert_eq!(get(&tenant, "/sso").await, before);
}

#[tokio::test]
async fn keys_are_made_published_and_replaced() {
    let (tenant, ada) = configured().await;
    let post = async |rest: &str| admin(&tenant, "POST", rest, Value::Null).await;
    refused(&post("/sso/keys").await, 409, "notAKeyConfiguration");
    let body = with(&configuration(&ada), json!({"clientAuth": "key", "clientSecret": null}));
    let shown = put(&tenant, body).await.expect(200);
    refused(&post("/sso/keys/use-next").await, 409, "noNextKey");
    let states = |shown: &Value| -> Vec<(String, String)> {
        let keys = shown["keys"].as_array().expect("keys").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        keys.map(|key| (text(&key["kid"]), text(&key["state"]))).collect()
    };
    // The first key comes with the configuration.
    let first = states(&shown);
    assert!(matches!(&*first, [(_, state)] if state == "current"), "{first:?}");
    let two = states(&post("/sso/keys").await.expect(200));
    assert!(matches!(&*two, [one, (_, next)] if *one == first[0] && next == "next"), "{two:?}");
    let used = states(&post("/sso/keys/use-next").await.expect(200));
    assert_eq!(used, [(two[1].0.clone(), "current".to_owned())]);
    refused(&post("/sso/keys/use-next").await, 409, "noNextKey");
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_check_reports_an_issuer_that_must_not_be_called_and_is_limited() {
    let (tenant, ada) = configured().await;
    let body = with(&configuration(&ada), json!({"issuer": "https://localhost"}));
    let saved = put(&tenant, body).await.status.as_u16();
    // The address may be refused when it is saved, or by the check.
    if saved == 200 {
        let report = admin(&tenant, "POST", "/sso/check", Value::Null).await.expect(200);
        assert_eq!(
            (&report["ok"], &report["issuer"]),
            (&json!(false), &json!("https://localhost"))
        );
        assert_eq!(report["problem"]["code"], "unreachable", "{report}");
    } else {
        assert_eq!(saved, 400);
    }
    let before = get(&tenant, "/history").await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let answer = admin(&tenant, "POST", "/sso/check", Value::Null).await;
        statuses.push(answer.status.as_u16());
        if answer.status.as_u16() == 429 {
            assert_eq!(answer.header("retry-after"), "60");
            problem_of(&answer, 429, "too-many-requests");
        }
    }
    assert_eq!(statuses.last(), Some(&429));
    assert!(statuses.iter().filter(|status| **status == 200).count() >= 9, "{statuses:?}");
    assert_eq!(get(&tenant, "/history").await, before, "a check writes no history");
}

#[tokio::test]
async fn sessions_end_for_all_or_for_one() {
    let (tenant, ada) = configured().await;
    let before = admin(&tenant, "GET", "/sso", Value::Null).await.header("etag").to_owned();
    admin(&tenant, "POST", "/sso/sign-out", json!({})).await.expect(204);
    let after = admin(&tenant, "GET", "/sso", Value::Null).await;
    assert_ne!(after.header("etag"), before, "the configuration has another version");
    let one = json!({"employeeId": ada});
    admin(&tenant, "POST", "/sso/sign-out", one).await.expect(204);
    problem(&admin(&tenant, "POST", "/sso/sign-out", json!({"employee": ada})).await, 400);
    let path = format!("/employees/{ada}/account");
    problem_of(&admin(&tenant, "DELETE", &path, Value::Null).await, 404, "sso-not-found");
}

/// Row 28: a configuration is of one tenant.
#[tokio::test]
async fn other_tokens_and_other_tenants_reach_no_configuration() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let ada = ada(&acme).await;
    put(&acme, configuration(&ada)).await.expect(200);
    problem_of(&admin(&other, "GET", "/sso", Value::Null).await, 404, "sso-not-found");
    problem(&put(&other, configuration(&ada)).await, 400);
    let read = make_read_token(&acme).await;
    for (method, rest) in [("GET", "/sso"), ("GET", "/sso/sign-ins"), ("POST", "/sso/check")] {
        let answer = call(&acme, &read, method, rest, Value::Null).await;
        problem_of(&answer, 403, "read-only-token");
    }
    let scim = call(&acme, &acme.scim_token, "GET", "/sso", Value::Null).await;
    problem(&scim, 401);
}

/// Row 23: no secret in a table, a log or an answer.
#[tokio::test]
async fn neither_the_table_nor_the_log_nor_an_answer_has_a_secret() {
    let tenant = acme().await;
    let ada = ada(&tenant).await;
    let log = Log::default();
    let _guard = log.start();
    let mut texts = vec![put(&tenant, configuration(&ada)).await.expect(200).to_string()];
    texts.push(get(&tenant, "/sso").await.to_string());
    let unknown = with(&configuration(&ada), json!({"clientSecret": {"wrong": SECRET}}));
    texts.push(put(&tenant, unknown).await.json().to_string());
    let key = json!({"clientAuth": "key", "clientSecret": null});
    put(&tenant, with(&configuration(&ada), key)).await.expect(200);
    texts.push(admin(&tenant, "POST", "/sso/keys", Value::Null).await.expect(200).to_string());
    texts.push(log.text());
    for partition in tenant.app.faults.written_partitions() {
        texts.push(format!("{:?}", tenant.items(&partition).await));
    }
    for text in texts {
        assert!(!text.contains("s3cr3t") && !text.contains("\"d\":"), "{text}");
    }
}
