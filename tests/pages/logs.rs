//! The log of requests for pages.

use crate::access::setup_links::{guest_by, setup_link};
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
    browser.get("employees?q=zebra").await.page(200);
    browser.get(&path).await.page(200);
    browser.submit(&format!("{path}/values/location"), &[("value", "Zanzibar")]).await.redirect();
    browser.post("sign-in", &[("token", "zebra")]).await.page(401);
    browser.submit(&format!("{path}/erase"), &[("userName", "zebra")]).await.page(409);
    browser.submit(&format!("{path}/archive"), &[]).await.redirect();
    browser.submit(&format!("{path}/erase"), &[("userName", "zebra")]).await.page(422);
    for tab in ["history", "groups", "reports", "raw"] {
        browser.get(&format!("{path}/{tab}")).await.page(200);
    }
    let shown = browser.submit("access/read/create", &[("label", "zebra")]).await;
    let token = after(&shown.page(200), "id=\"token\">rc_acme_", "<").to_owned();
    let link = setup_link(&tenant).await;
    let guest = guest_by(&tenant, &link).await;
    browser.get("").await.page(200);
    drop(guard);
    says_nothing_secret(&log, &tenant);
    let text = log.text();
    for secret in
        [&token, &browser.pass, &browser.csrf, &id, &link, &guest.connect_pass, &guest.csrf]
    {
        let secret = secret.trim_start_matches("connect/link/");
        assert!(!text.contains(secret), "{secret}");
    }
    let operations: Vec<Value> =
        log.lines().iter().map(|line| line["fields"]["operation"].clone()).collect();
    for operation in [
        "GET /",
        "POST /employees/{id}/values/{name}",
        "POST /access/{scope}/create",
        "POST /connect/link/{link}",
        "GET /connect/{step}",
    ] {
        assert!(operations.contains(&json!(operation)), "{operation}: {operations:?}");
    }
}
