//! The state of the sync: the card, the live part and the badge of every page.

use super::super::at_acme;
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
