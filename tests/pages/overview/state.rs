//! The state of the sync: the card, the live part and the badge of every page.

use super::super::activity::words;
use super::super::at_acme;
use super::to_do;
use crate::support::TestTenant;
use crate::support::admin::admin;
use crate::support::browser::{Browser, after};
use serde_json::{Value, json};
use time::Duration;

/// The word in the rail of a page.
async fn badge(browser: &Browser, page: &str) -> String {
    let page = browser.get(page).await.page(200);
    let rail = after(&page, "class=\"who\"", "<nav");
    after(rail, "<span class=\"badge", "</span>").split('>').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_page_has_the_state_as_a_badge() {
    let browser = at_acme().await;
    for page in ["menu", "employees", "sources", "notifications", "?skip=1"] {
        assert_eq!(badge(&browser, page).await, "Waiting", "{page}");
    }
    browser.tenant.get("/Users").await.expect(200);
    for page in ["menu", "employees", "sources", "notifications", "?skip=1"] {
        assert_eq!(badge(&browser, page).await, "Healthy", "{page}");
    }
    admin(&browser.tenant, "DELETE", "/tokens/scim", Value::Null).await.expect(200);
    let page = browser.get("?skip=1").await.page(200);
    assert_eq!(badge(&browser, "menu").await, "Not connected");
    let text =
        "No active Secret Token. Your identity provider cannot connect until you create one.";
    assert!(page.contains(text), "{page}");
}

#[tokio::test]
async fn entra_id_can_be_quiet() {
    let browser = at_acme().await;
    browser.tenant.create(&json!({"userName": "ada"})).await;
    let entra = json!({"provider": "entra"});
    admin(&browser.tenant, "PATCH", "/settings", entra).await.expect(200);
    browser.tenant.app.advance(Duration::hours(2));
    let page = browser.get("").await.page(200);
    let text = "Entra ID usually sends a request every 40 minutes. The last one came on 23 Nov, 09:30 UTC.";
    assert!(page.contains(text), "{page}");
    assert_eq!(badge(&browser, "menu").await, "Quiet");
    browser.tenant.get("/Users").await.expect(200);
    assert_eq!(badge(&browser, "menu").await, "Healthy");
}

#[tokio::test]
async fn the_live_part_costs_one_read_and_is_not_sent_twice() {
    let browser = at_acme().await;
    browser.tenant.create(&json!({"userName": "ada"})).await;
    let whole = browser.get("").await.page(200);
    assert!(whole.contains("data-live=\"/tenants/acme/\" data-every=\"10\""), "{whole}");
    browser.tenant.app.faults.take_calls();
    let part = [("rollcall-fragment", "1"), ("sec-fetch-site", "same-origin")];
    let answer = browser.get_with("", &part).await;
    let text = answer.page(200);
    assert!(text.contains("data-part=\"state\"") && !text.contains("<html"), "{text}");
    let calls = browser.tenant.app.faults.take_calls();
    let names: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(names, ["GetItem"], "{calls:?}");
    let tag = answer.header("etag").to_owned();
    let again = [part[0], part[1], ("if-none-match", tag.as_str())];
    assert_eq!(browser.get_with("", &again).await.status, 304);
    browser.tenant.app.advance(Duration::minutes(5));
    browser.tenant.get("/Users").await.expect(200);
    assert_eq!(browser.get_with("", &again).await.status, 200, "a new request came");
}

#[tokio::test]
async fn a_page_without_its_badge_is_better_than_no_page() {
    let browser = at_acme().await;
    let throttling =
        browser.tenant.app.faults.plan_all("GetItem", crate::support::faults::Fault::throttled());
    let page = browser.get("menu").await.page(200);
    assert!(throttling.end() > 0);
    assert!(!after(&page, "class=\"who\"", "<nav").contains("badge"), "{page}");
}

/// The card with the state of the sync, without markup.
async fn card(browser: &Browser) -> String {
    words(after(&browser.get("").await.page(200), "data-part=\"state\"", "data-check"))
}

/// Lists users with a token. Returns the status.
async fn list_with(browser: &Browser, token: &str) -> u16 {
    let tenant = TestTenant { scim_token: token.to_owned(), ..browser.tenant.clone() };
    tenant.app.advance(Duration::minutes(2));
    tenant.get("/Users").await.status.as_u16()
}

#[tokio::test]
async fn a_token_that_was_replaced_and_is_still_sent_is_the_state_until_the_new_one_comes() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    admin(tenant, "PATCH", "/settings", json!({"provider": "okta"})).await.expect(200);
    let old = tenant.scim_token.clone();
    tenant.create(&json!({"userName": "ada"})).await;
    tenant.post("/Users", &json!({"userName": "ada"})).await.expect_error(409, Some("uniqueness"));
    let replacement = json!({"label": "Okta 2027", "overlapSecs": 3600});
    let new = admin(tenant, "POST", "/tokens/scim/replace", replacement).await.expect(200);
    let new = new["token"].as_str().expect("a token").to_owned();

    // The old token still works.
    assert_eq!(list_with(&browser, &old).await, 200);
    let unused = "The new token “Okta 2027” is not used yet. Okta’s last request came \
                  2026-11-23 09:32 UTC with “Identity Provider”.";
    let shown = card(&browser).await;
    assert!(shown.contains(unused), "{shown}");
    assert_eq!(badge(&browser, "menu").await, "Some requests fail");

    // The overlap is over, and no request came.
    tenant.app.advance(Duration::hours(1));
    let browser = Browser::signed_in(tenant).await;
    let shown = card(&browser).await;
    assert!(shown.contains(unused) && !shown.contains("Waiting for"), "{shown}");
    assert_eq!(badge(&browser, "menu").await, "Waiting");

    assert_eq!(list_with(&browser, &old).await, 401);
    let sentence = "A request came with the token “Identity Provider”, which expired on";
    let shown = card(&browser).await;
    assert!(shown.contains(sentence) && !shown.contains("not used yet"), "{shown}");
    assert!(shown.contains("Show tokens Show unauthorized requests"), "{shown}");
    assert_eq!(badge(&browser, "menu").await, "Failing");
    let list = to_do(&browser).await;
    assert!(list.contains(sentence), "{list}");
    assert!(list.contains("href=\"/tenants/acme/requests?show=unauthorized\""), "{list}");

    assert_eq!(list_with(&browser, &new).await, 200);
    assert_eq!(badge(&browser, "menu").await, "Some requests fail", "the userName was taken");
    let shown = card(&browser).await;
    assert!(!shown.contains("not used yet") && !shown.contains("came with"), "{shown}");
}
