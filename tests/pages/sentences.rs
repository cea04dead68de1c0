//! The sentences about settings, tokens, custom attributes and destinations, and about managers.

use super::activity::{change, rows, sentences, words};
use super::at_acme;
use crate::support::admin::admin;
use crate::support::browser::Browser;
use crate::support::destinations::{self, create, slack, webhook};
use crate::support::groups::user;
use crate::support::urns::ENTERPRISE;
use serde_json::{Value, json};

/// The newest sentence of the settings, and its whole row.
async fn newest(browser: &Browser) -> (String, String) {
    let page = browser.get("activity?kind=settings").await.page(200);
    let said = sentences(&page).into_iter().next().expect("a sentence");
    (said, rows(&page)[0].to_owned())
}

#[tokio::test]
async fn destinations_have_sentences_and_no_lists_of_attributes() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let hook = create(tenant, webhook()).await;
    let path = destinations::path(&hook);
    let link = format!("href=\"/tenants/acme/notifications/{}\"", destinations::id(&hook));
    let (said, row) = newest(&browser).await;
    assert_eq!(said, "Administrator added webhook “Asset manager”");
    assert!(row.contains(&link), "{row}");
    let details = words(&row);
    assert!(details.contains("host to hooks.example.com"), "{details}");
    assert!(details.contains("changes to employee.*"), "{details}");
    for hidden in ["action", "enabled", "path-that-nobody-sees", "s3cr3t"] {
        assert!(!details.contains(hidden), "{hidden} in {details}");
    }
    for (method, below, body, expected) in [
        ("POST", "/pause", Value::Null, "Administrator paused destination “Asset manager”"),
        (
            "POST",
            "/resume",
            json!({"from": "here"}),
            "Administrator resumed destination “Asset manager”",
        ),
        (
            "POST",
            "/secret/replace",
            json!({}),
            "Administrator replaced the signing secret of destination “Asset manager”",
        ),
        ("PATCH", "", json!({"name": "HR"}), "Administrator changed destination “HR”"),
    ] {
        admin(tenant, method, &format!("{path}{below}"), body).await.expect(200);
        assert_eq!(newest(&browser).await.0, expected);
    }
    let (_, row) = newest(&browser).await;
    assert!(words(&row).contains("name from Asset manager → to HR"), "{row}");
    admin(tenant, "PATCH", &path, json!({"types": ["group.*"]})).await.expect(200);
    let (_, row) = newest(&browser).await;
    assert!(words(&row).contains("changes from employee.* → to group.*"), "{row}");
    assert_eq!(admin(tenant, "DELETE", &path, Value::Null).await.status, 204);
    let (said, row) = newest(&browser).await;
    assert_eq!(said, "Administrator removed webhook “HR”");
    assert!(!row.contains(&link), "{row}");
    create(tenant, slack()).await;
    assert_eq!(newest(&browser).await.0, "Administrator added Slack channel “People”");
}

#[tokio::test]
async fn settings_tokens_and_custom_attributes_have_sentences() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let set = async |body: Value| admin(tenant, "PATCH", "/settings", body).await.expect(200);
    for (body, expected) in [
        (
            json!({"departmentFromIdp": true}),
            "Administrator set the source of Department to your identity provider",
        ),
        (
            json!({"departmentFromIdp": false, "managerFromIdp": true}),
            "Administrator set the source of Department to your values and set the source of \
             Manager to your identity provider",
        ),
        (
            json!({"silentAfterHours": 24}),
            "Administrator changed hours until silence is reported: to 24",
        ),
        (
            json!({"silentAfterHours": 48}),
            "Administrator changed hours until silence is reported: from 24 → to 48",
        ),
    ] {
        set(body).await;
        assert_eq!(newest(&browser).await.0, expected);
    }
    for (rest, expected) in [
        (
            "/tokens/scim/replace",
            "Administrator replaced Secret Token “Identity Provider” with “Okta 2027”",
        ),
        ("/tokens/read/replace", "Administrator created Read token “Okta 2027”"),
    ] {
        admin(tenant, "POST", rest, json!({"label": "Okta 2027"})).await.expect(200);
        assert_eq!(newest(&browser).await.0, expected);
    }
    admin(tenant, "DELETE", "/tokens/read", Value::Null).await.expect_success();
    assert_eq!(newest(&browser).await.0, "Administrator revoked Read token “Okta 2027”");
    let custom = "/attributes/urn:ietf:params:scim:schemas:extension:acme:2.0:User/badge";
    let answer = admin(tenant, "PUT", custom, json!({"type": "string"})).await;
    answer.expect_success();
    let (said, _) = newest(&browser).await;
    assert_eq!(said, "Administrator added the custom attribute “badge” (text)");
    let described = json!({"type": "string", "description": "The number on the badge"});
    admin(tenant, "PUT", custom, described).await.expect_success();
    let (said, row) = newest(&browser).await;
    assert_eq!(said, "Administrator changed the custom attribute “badge”");
    assert!(words(&row).contains("to The number on the badge"), "{row}");
    admin(tenant, "DELETE", custom, Value::Null).await.expect_success();
    let (said, _) = newest(&browser).await;
    assert_eq!(said, "Administrator removed the custom attribute “badge”");
}

#[tokio::test]
async fn values_are_plain_text_and_managers_have_names() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = tenant.create(&grace).await;
    let ada = user(tenant, "ada").await;
    admin(tenant, "PATCH", "/settings", json!({"managerFromIdp": true})).await.expect(200);
    let said = async || {
        let page = browser.get("activity?kind=employees").await.page(200);
        sentences(&page).into_iter().next().expect("a sentence")
    };
    change(tenant, &ada, json!({(ENTERPRISE): {"manager": {"value": grace}}})).await;
    assert_eq!(said().await, "Your identity provider set manager of ada: to Grace Hopper");
    change(tenant, &ada, json!({(ENTERPRISE): {"manager": {"value": "boss"}}})).await;
    let expected = "Your identity provider changed manager of ada: from Grace Hopper → to boss";
    assert_eq!(said().await, expected);
    let emails = json!([{"value": "ada@example.com", "type": "work", "primary": true}]);
    change(tenant, &ada, json!({"emails": emails})).await;
    let expected = "Your identity provider set email of ada: to ada@example.com (work)";
    assert_eq!(said().await, expected);
    let clear = json!([{"op": "remove", "path": "emails"}]);
    tenant.patch(&format!("/Users/{ada}"), &clear).await.expect(200);
    let expected =
        "Your identity provider cleared email of ada: from ada@example.com (work) → none";
    assert_eq!(said().await, expected);
    let local = json!({"location": "Leeds"});
    admin(tenant, "PATCH", &format!("/employees/{ada}"), local).await.expect(200);
    assert_eq!(said().await, "Administrator set your location value for ada: to Leeds");
    let long = "x".repeat(300);
    change(tenant, &ada, json!({"title": long})).await;
    let expected = format!("Your identity provider set title of ada: to {}…", "x".repeat(200));
    assert_eq!(said().await, expected);
}
