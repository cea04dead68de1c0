//! The to-do list, and its dismissals.

use super::super::at_acme;
use super::to_do;
use crate::support::admin::admin;
use crate::support::browser::after;
use crate::support::urns::ENTERPRISE;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn a_sync_without_trouble_has_nothing_to_do() {
    let browser = at_acme().await;
    browser.tenant.create(&json!({"userName": "ada"})).await;
    assert!(to_do(&browser).await.contains("Nothing to do."));
}

#[tokio::test]
async fn an_attribute_that_is_sent_and_not_used_leads_to_its_preview() {
    let browser = at_acme().await;
    for n in 0..3 {
        let mut body = json!({"userName": format!("u{n}")});
        if n > 0 {
            body[ENTERPRISE] = json!({"department": "Research"});
        }
        browser.tenant.create(&body).await;
    }
    let text = "Your identity provider sends department for 2 of 3 people; you use your own values";
    let list = to_do(&browser).await;
    assert!(list.contains(text), "{list}");
    assert!(
        list.contains("href=\"/tenants/acme/sources/department/preview?source=idp\" data-dialog")
    );
    assert!(!list.contains("action=\"/tenants/acme/sources/"), "a preview comes first: {list}");
    let preview = browser.get("sources/department/preview?source=idp").await.page(200);
    assert!(preview.contains("2 of 3 active people would change."), "{preview}");
    browser.submit("sources/department", &[("source", "idp")]).await.redirect();
    assert!(to_do(&browser).await.contains("Nothing to do."));
}

#[tokio::test]
async fn a_cause_is_dismissed_for_30_days_and_shown_again_by_undo() {
    let browser = at_acme().await;
    let body = json!({"userName": "ada", ENTERPRISE: {"location": "GB"}});
    browser.tenant.create(&body).await;
    assert!(to_do(&browser).await.contains("name=\"cause\" value=\"source-location\""));
    let page = browser.submit("dismiss", &[("cause", "source-location")]).await.page(200);
    assert!(page.contains("Dismissed for 30 days.") && page.contains("Nothing to do."), "{page}");
    let undo = after(&page, "data-toast", "</form>");
    assert!(undo.contains("action=\"/tenants/acme/dismiss\""), "{undo}");
    assert!(undo.contains("name=\"show\" value=\"1\"") && undo.contains("source-location"));
    browser.submit("dismiss", &[("cause", "source-location"), ("show", "1")]).await.page(200);
    assert!(to_do(&browser).await.contains("source-location"));

    browser.submit("dismiss", &[("cause", "source-location")]).await.page(200);
    browser.tenant.app.advance(Duration::days(30));
    let browser = crate::support::browser::Browser::signed_in(&browser.tenant).await;
    assert!(to_do(&browser).await.contains("source-location"), "30 days are over");

    for wrong in [&[][..], &[("cause", "Ada Lovelace")], &[("cause", "")]] {
        browser.submit("dismiss", wrong).await.page(400);
    }
}

#[tokio::test]
async fn ignored_attributes_are_one_entry_and_a_new_one_shows_it_again() {
    let browser = at_acme().await;
    let body =
        json!({"userName": "ada", "urn:acme:2.0:User": {"badgeNumber": 7}, "tshirtSize": "M"});
    browser.tenant.create(&body).await;
    let list = to_do(&browser).await;
    assert!(list.contains("2 attributes are ignored: tshirtSize, badgeNumber"), "{list}");
    assert!(
        list.contains("sources/custom?keep=User%20urn%3Aacme%3A2%2E0%3AUser%3AbadgeNumber"),
        "{list}"
    );
    assert!(list.contains("Keep badgeNumber"), "{list}");
    let both =
        [("attribute", "User tshirtSize"), ("attribute", "User urn:acme:2.0:User:badgeNumber")];
    let page = browser.submit("dismiss", &both).await.page(200);
    assert!(page.contains("Nothing to do."), "{page}");
    browser.tenant.create(&json!({"userName": "bob", "deskPhone": "1"})).await;
    let list = to_do(&browser).await;
    assert!(list.contains("1 attribute is ignored: deskPhone"), "{list}");
}

#[tokio::test]
async fn imported_people_are_an_entry_until_the_identity_provider_knows_them() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    tenant.create(&json!({"userName": "ada"})).await;
    for name in ["bob", "cleo", "dan"] {
        let person = json!({"userName": name, "department": "Sales"});
        admin(tenant, "POST", "/employees", person).await.expect(201);
    }
    let list = to_do(&browser).await;
    let text = "3 imported employees are not in your identity provider yet.";
    assert!(list.contains(text), "{list}");
    assert!(list.contains("href=\"/tenants/acme/employees?linked=no\">Show</a>"), "{list}");
    tenant.create(&json!({"userName": "bob"})).await;
    let gone = admin(tenant, "POST", "/employees", json!({"userName": "eve"})).await.expect(201);
    let gone = gone["id"].as_str().expect("an id");
    browser.submit(&format!("employees/{gone}/archive"), &[]).await.redirect();
    assert!(to_do(&browser).await.contains("2 imported employees are not in"));

    let page = browser.get("employees?linked=no").await.page(200);
    let shown = |page: &str, name: &str| page.contains(&format!("<bdi>{name}</bdi></a>"));
    let all = ["ada", "bob", "cleo", "dan", "eve"];
    assert_eq!(all.map(|name| shown(&page, name)), [false, false, true, true, false], "{page}");
    assert!(page.contains("<bdi>Not in your identity provider yet</bdi>"), "{page}");
    assert!(page.contains("href=\"/tenants/acme/employees?status=active\"><span><span class"));
    assert!(page.contains("employees?status=archived&#38;linked=no"), "{page}");
    let page = browser.get("employees?linked=no&q=cle").await.page(200);
    assert_eq!(all.map(|name| shown(&page, name)), [false, false, true, false, false], "{page}");
    assert!(page.contains("name=\"linked\" value=\"no\""), "a search keeps the filter: {page}");
    browser.get("employees?linked=yes").await.page(400);
    for name in ["cleo", "dan"] {
        tenant.create(&json!({"userName": name})).await;
    }
    assert!(to_do(&browser).await.contains("Nothing to do."));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn failed_requests_have_the_words_of_requests_and_the_rest_is_one_entry() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    tenant.create(&json!({"userName": "ada"})).await;
    let fail = async |body: serde_json::Value| {
        tenant.app.advance(Duration::seconds(1));
        assert_eq!(tenant.post("/Users", &body).await.status.as_u16() / 100, 4);
    };
    for _ in 0..2 {
        fail(json!({"userName": "x", "active": "perhaps"})).await;
    }
    let list = to_do(&browser).await;
    assert!(list.contains("2 requests failed: active must be true or false<"), "{list}");
    fail(json!({"userName": "x", "title": {"x": 1}})).await;
    let list = to_do(&browser).await;
    assert!(list.contains("3 requests failed: A value has the wrong type<"), "{list}");

    for n in 0..4 {
        fail(json!({"userName": "ada"})).await;
        fail(json!({"displayName": n.to_string()})).await;
    }
    fail(json!({"userName": "x", "Title": "a", "title": "b"})).await;
    for _ in 0..2 {
        fail(json!({"userName": "x", "title": "x".repeat(5_000)})).await;
    }
    let gone = "/Users/00000000-0000-4000-8000-00000000dead";
    let put = tenant.put(gone, &json!({"userName": "x"})).await;
    put.expect_error(404, None);
    tenant.get("/Nonsense").await.expect_error(404, None);
    let page = browser.get("").await.page(200);
    assert!(page.contains(">16</a></dd>"), "{page}");
    let list = to_do(&browser).await;
    assert_eq!(list.matches("<li>").count(), 6, "{list}");
    let last = list.rsplit("<li>").next().unwrap_or_default();
    assert!(last.contains("2 more requests failed, for 2 causes"), "{last}");
    assert!(last.contains("href=\"/tenants/acme/requests?show=failed\""), "{last}");
    assert!(!last.contains("Dismiss"), "{last}");
}
