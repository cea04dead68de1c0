//! Notices that an administrator dismisses for 30 days, and the types of ignored attributes.

use crate::support::admin::{admin, call, get, make_read_token, problem};
use crate::support::{TestTenant, acme, is_on_an_endpoint};
use serde_json::{Value, json};
use time::Duration;

const BADGE: &str = "User urn:example:2.0:User:badge";

async fn dismiss(tenant: &TestTenant, body: Value) -> Vec<(String, String)> {
    let body = admin(tenant, "POST", "/dismissals", body).await.expect(200);
    let rows = body["dismissed"].as_array().expect("rows").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    rows.map(|row| (text(&row["name"]), text(&row["until"]))).collect()
}

#[tokio::test]
async fn a_cause_is_dismissed_for_30_days_or_shown_again() {
    let tenant = acme().await;
    let cause = |dismissed: bool| json!({"cause": "token-expires", "dismissed": dismissed});
    let until = |day: &str| vec![("token-expires".to_owned(), format!("{day}T09:30:00.000Z"))];
    assert_eq!(dismiss(&tenant, cause(true)).await, until("2026-12-23"));
    tenant.app.advance(Duration::days(1));
    assert_eq!(dismiss(&tenant, cause(true)).await, until("2026-12-24"), "30 days from now");
    let other = json!({"cause": "ignored-attributes", "dismissed": true});
    assert_eq!(dismiss(&tenant, other).await.len(), 2);
    assert_eq!(dismiss(&tenant, cause(false)).await.len(), 1);
    tenant.app.advance(Duration::days(30));
    assert!(dismiss(&tenant, cause(false)).await.is_empty(), "the other one is over");
}

#[tokio::test]
async fn an_ignored_attribute_has_a_type_and_can_be_hidden() {
    let tenant = acme().await;
    let body = json!({"userName": "ada", "urn:example:2.0:User": {"badge": 4711, "rooms": ["a"]}});
    tenant.create(&body).await;
    let status = get(&tenant, "/sync").await;
    let rows = status["unknownAttributes"].as_array().expect("rows").iter();
    let types: Vec<Value> =
        rows.map(|row| json!([row["attribute"], row["type"], row["multiValued"]])).collect();
    let expected = [
        json!(["urn:example:2.0:User:badge", "integer", false]),
        json!(["urn:example:2.0:User:rooms", "string", true]),
    ];
    assert_eq!(types, expected);
    assert!(!status.to_string().contains("4711"), "{status}");

    let hidden = dismiss(&tenant, json!({"attributes": [BADGE], "dismissed": true})).await;
    assert_eq!(hidden.len(), 1);
    assert!(!hidden[0].0.contains("badge"), "a digest: {hidden:?}");
    let nobody = json!({"attributes": ["User nobody@example.com"], "dismissed": true});
    assert_eq!(dismiss(&tenant, nobody).await, hidden, "no such attribute was sent");
    let again = json!({"attributes": [BADGE], "dismissed": false});
    assert!(dismiss(&tenant, again).await.is_empty());
}

#[tokio::test]
async fn an_erasure_clears_the_hidden_attributes() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada", "active": false, "ada": 1})).await;
    let hidden = dismiss(&tenant, json!({"attributes": ["User ada"], "dismissed": true})).await;
    assert_eq!(hidden.len(), 1);
    let path = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &path, json!({"confirm": id})).await.expect(204);
    let none = json!({"attributes": [], "dismissed": false});
    assert!(dismiss(&tenant, none).await.is_empty());
}

#[tokio::test]
async fn simultaneous_dismissals_lose_nothing() {
    let tenant = acme().await;
    if is_on_an_endpoint() {
        return;
    }
    let (one, other) = (tenant.clone(), tenant.at_another_server());
    let cause = |name: &str| json!({"cause": name, "dismissed": true});
    let both = tokio::join!(dismiss(&one, cause("one")), dismiss(&other, cause("other")));
    assert_eq!(both.0.len().max(both.1.len()), 2);
}

#[tokio::test]
async fn a_wrong_dismissal_is_explained() {
    let tenant = acme().await;
    for (body, part) in [
        (json!({"dismissed": true}), "either cause or attributes"),
        (json!({"cause": "a", "attributes": [], "dismissed": true}), "either cause or attributes"),
        (json!({"cause": "Ada Lovelace", "dismissed": true}), "lower-case"),
        (json!({"cause": "a".repeat(101), "dismissed": true}), "at most 100"),
        (json!({"cause": "token-expires"}), "dismissed"),
    ] {
        let answer = admin(&tenant, "POST", "/dismissals", body).await;
        assert!(problem(&answer, 400).contains(part), "{part}");
    }
    let token = make_read_token(&tenant).await;
    let body = json!({"cause": "token-expires", "dismissed": true});
    call(&tenant, &token, "POST", "/dismissals", body).await.expect(403);
}
