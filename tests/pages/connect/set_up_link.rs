//! The set-up link on the pages of an administrator.

use super::with_new_token;
use crate::pages::at_acme;
use crate::support::browser::{Browser, after};
use rollcall::directory::{ActorRecord, LinkScope, OPEN_COMMAND};
use secrecy::ExposeSecret;
use serde_json::json;

#[tokio::test]
async fn a_link_is_made_with_its_risk_and_shown_once() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    tenant.create(&json!({"userName": "ada@example.com"})).await;
    let form = browser.get("connect/link").await.page(200);
    let risk = "This link lets its holder connect an identity provider to this tenant.";
    assert!(form.contains(risk) && !form.contains("ends the link before"), "{form}");
    let page = browser.submit("connect/link", &[]).await.page(200);
    let url = after(&page, "<code id=\"setup-link\">", "<").to_owned();
    let path = url.strip_prefix("https://rollcall.example/tenants/acme/").expect("a path");
    assert!(path.starts_with("connect/link/rcl_acme_"), "{url}");
    assert!(browser.get("connect/link").await.page(200).contains("ends the link before"));
    let summary = browser.get("connect").await.page(200);
    assert!(summary.contains("not opened yet") && !summary.contains("rcl_"), "{summary}");
    Browser::new(&tenant).post(path, &[]).await.redirect();
    let summary = browser.get("connect").await.page(200);
    assert!(summary.contains("Another browser"), "{summary}");
    let revoked = browser.submit("connect/link/revoke", &[]).await.redirect();
    assert_eq!(revoked, "/tenants/acme/access?done=link-revoked");
    assert!(browser.get("connect").await.page(200).contains("without an Admin token"));
}

#[tokio::test]
async fn all_link_sessions_can_be_ended_together() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    tenant.create(&json!({"userName": "ada@example.com"})).await;
    assert!(!browser.get("connect").await.page(200).contains("End all link sessions"));
    let actor = ActorRecord::operator(OPEN_COMMAND);
    let access = &tenant.app.app.access;
    let link = access.create_link(&tenant.id, LinkScope::Admin, &actor).await.expect("a link");
    let path = format!("sign-in/link/{}", link.text.expose_secret());
    let mut operator = Browser::new(&tenant);
    operator.keep(&operator.post(&path, &[]).await);
    operator.get("employees").await.page(200);
    assert!(browser.get("connect").await.page(200).contains("End all link sessions"));
    browser.submit("access/end-link-sessions", &[]).await.redirect();
    assert_eq!(operator.get("employees").await.status, 303);
    browser.get("employees").await.page(200);
}
