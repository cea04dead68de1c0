//! The log of requests for pages.

use crate::support::acme;
use crate::support::browser::{Browser, after};
use crate::support::log::{Log, says_nothing_secret};
use serde_json::{Value, json};

#[tokio::test]
async fn the_log_says_nothing_of_what_is_on_the_pages() {
    let tenant = acme().await;
    let log = Log::default();
    let guard = log.start();
    let browser = Browser::signed_in(&tenant).await;
    let body = json!({"userName": "zebra@example.com", "displayName": "Zsofia Zwicky"});
    let id = tenant.create(&body).await;
    let path = format!("employees/{id}");
    browser.get("employees?search=zebra").await.page(200);
    browser.get(&path).await.page(200);
    browser.submit(&format!("{path}/local"), &[("location", "Zanzibar")]).await.redirect();
    browser.post("sign-in", &[("token", "zebra")]).await.page(401);
    browser.submit(&format!("{path}/erase"), &[("confirm", "zebra")]).await.page(400);
    let page = browser.get("").await.page(200);
    let seen = after(&page, "name=\"seen\" value=\"", "\"").to_owned();
    let shown = browser.submit("tokens/scim/rotate", &[("overlap", "1h"), ("seen", &*seen)]).await;
    let token = after(&shown.page(200), "id=\"token\">rc_acme_", "<").to_owned();
    drop(guard);
    says_nothing_secret(&log, &tenant);
    let text = log.text();
    for secret in [&token, &browser.pass, &browser.csrf, &id] {
        assert!(!text.contains(secret.as_str()), "{secret}");
    }
    let operations: Vec<Value> =
        log.lines().iter().map(|line| line["fields"]["operation"].clone()).collect();
    for operation in ["GET /", "POST /employees/{id}/local", "POST /tokens/{scope}/rotate"] {
        assert!(operations.contains(&json!(operation)), "{operation}: {operations:?}");
    }
}
