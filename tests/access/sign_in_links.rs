//! The sign-in link of an operator: `rollcall open`.

use crate::support::admin::get;
use crate::support::browser::Browser;
use crate::support::{TestApp, TestTenant, acme};
use rollcall::directory::{ActorRecord, LinkScope, OPEN_COMMAND};
use secrecy::ExposeSecret;
use serde_json::json;
use time::Duration;

/// Makes a sign-in link. Returns its path below the pages.
async fn link(tenant: &TestTenant) -> String {
    let actor = ActorRecord::operator(OPEN_COMMAND);
    let link = tenant.app.app.access.create_link(&tenant.id, LinkScope::Admin, &actor).await;
    format!("sign-in/link/{}", link.expect("a link").text.expose_secret())
}

/// Opens a link in a new browser.
async fn signed_in_by(tenant: &TestTenant, link: &str) -> Browser {
    let mut browser = Browser::new(tenant);
    let answer = browser.post(link, &[]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/");
    browser.keep(&answer);
    let page = browser.get("employees").await.page(200);
    browser.csrf = crate::support::browser::after(&page, "name=\"csrf\" value=\"", "\"").to_owned();
    browser
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("employees").await.status == 200
}

#[tokio::test]
async fn a_sign_in_link_opens_all_pages_once_for_eight_hours() {
    let tenant = acme().await;
    let link = link(&tenant).await;
    assert!(link.starts_with("sign-in/link/rco_acme_"), "{link}");
    for _ in 0..3 {
        let page = Browser::new(&tenant).get(&link).await.page(200);
        assert!(page.contains("data-press") && page.contains("Sign in to"), "{page}");
    }
    let answer = Browser::new(&tenant).post(&link, &[]).await;
    let cookie = answer.header("set-cookie").to_owned();
    let flags = "Path=/tenants/acme/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(cookie.split_once("; ").expect("flags").1, flags);
    let mut browser = Browser::new(&tenant);
    browser.keep(&answer);
    assert!(is_signed_in(&browser).await);
    let again = Browser::new(&tenant).post(&link, &[]).await;
    assert!(again.page(410).contains("This link was opened on"));
    assert_eq!(again.header("set-cookie"), "");
    tenant.app.advance(Duration::hours(8) - Duration::seconds(1));
    assert!(is_signed_in(&browser).await);
    tenant.app.advance(Duration::seconds(1));
    assert!(!is_signed_in(&browser).await);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn the_history_names_the_operator_and_the_browser_of_a_link() {
    let tenant = acme().await;
    let link = link(&tenant).await;
    let agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut browser = Browser::new(&tenant);
    let headers = [("origin", "https://rollcall.example"), ("user-agent", agent)];
    browser.keep(&browser.post_from(&link, &[], &headers).await);
    let history = get(&tenant, "/history").await;
    let entries = history["entries"].as_array().expect("entries");
    let actor = json!({"kind": "operator", "label": "rollcall open"});
    let found: Vec<_> = entries
        .iter()
        .filter(|entry| entry["kind"] == "linkChanged")
        .map(|entry| {
            assert_eq!(entry["actor"], actor);
            let changes = entry["changes"].as_array().expect("changes").iter();
            changes.map(|change| change["new"].clone()).collect::<Vec<_>>()
        })
        .collect();
    let expected = json!([["opened", "admin", "Firefox on Windows"], ["created", "admin"]]);
    assert_eq!(json!(found), expected, "{history}");
    assert!(!history.to_string().contains("rco_"), "{history}");
}

#[tokio::test]
async fn an_unopened_sign_in_link_ends_after_ten_minutes() {
    let tenant = acme().await;
    let (early, late) = (link(&tenant).await, link(&tenant).await);
    tenant.app.advance(Duration::minutes(10) - Duration::seconds(1));
    signed_in_by(&tenant, &early).await;
    tenant.app.advance(Duration::seconds(1));
    let page = Browser::new(&tenant).get(&late).await.page(404);
    assert!(page.contains("unknown, expired or ended"), "{page}");
    let answer = Browser::new(&tenant).post(&late, &[]).await;
    assert!(answer.page(404).contains("unknown, expired or ended"));
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test]
async fn revoked_sign_in_links_end_at_the_next_request_on_every_server() {
    let tenant = acme().await;
    let (opened, unopened) = (link(&tenant).await, link(&tenant).await);
    let browser = signed_in_by(&tenant, &opened).await;
    let elsewhere = Browser { tenant: tenant.at_another_server(), ..browser.clone() };
    let by_token = Browser::signed_in(&tenant).await;
    assert!(is_signed_in(&browser).await && is_signed_in(&elsewhere).await);
    let actor = ActorRecord::operator(OPEN_COMMAND);
    let access = &tenant.app.app.access;
    assert_eq!(access.revoke_links(&tenant.id, LinkScope::Admin, &actor).await.unwrap().len(), 2);
    assert_eq!(access.revoke_links(&tenant.id, LinkScope::Admin, &actor).await.unwrap().len(), 0);
    assert!(!is_signed_in(&browser).await && !is_signed_in(&elsewhere).await);
    Browser::new(&tenant).post(&unopened, &[]).await.page(404);
    assert!(is_signed_in(&by_token).await, "a session of a token stays");
}

#[tokio::test]
async fn a_session_of_a_link_has_forms_of_its_own_and_can_sign_out() {
    let tenant = acme().await;
    let browser = signed_in_by(&tenant, &link(&tenant).await).await;
    let forged = Browser { csrf: Browser::signed_in(&tenant).await.csrf, ..browser.clone() };
    let path = "sources/location";
    forged.submit(path, &[("source", "idp")]).await.page(403);
    browser.submit(path, &[("source", "idp")]).await.redirect();
    assert_eq!(browser.submit("sign-out", &[]).await.status, 303);
    assert!(!is_signed_in(&browser).await);
}

#[tokio::test]
async fn a_link_of_another_tenant_or_scope_and_a_foreign_post_open_nothing() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let text = link(&acme).await;
    let elsewhere = Browser::new(&other);
    elsewhere.get(&text).await.page(404);
    elsewhere.post(&text, &[]).await.page(404);
    elsewhere.post(&text.replace("rco_acme_", "rco_other_"), &[]).await.page(404);
    let browser = Browser::new(&acme);
    browser.post(&text.replace("sign-in/", "connect/"), &[]).await.page(404);
    let as_setup = text.replace("sign-in/", "connect/").replace("rco_", "rcl_");
    browser.post(&as_setup, &[]).await.page(404);
    for wrong in ["sign-in/link/x", "sign-in/link/rco_acme_", "sign-in/link/rco_acme_é"] {
        browser.get(wrong).await.page(404);
        browser.post(wrong, &[]).await.page(404);
    }
    let evil = [("origin", "https://evil.example")];
    browser.post_from(&text, &[], &evil).await.page(403);
    browser.post_from(&text, &[], &[("sec-fetch-site", "cross-site")]).await.page(403);
    // The refused requests did not use the link up.
    let browser = signed_in_by(&acme, &text).await;
    let elsewhere = Browser { tenant: other, ..browser.clone() };
    assert!(!is_signed_in(&elsewhere).await);
    // The session is bound to the pages of its own cookie.
    let as_guest = Browser { connect_pass: browser.pass.clone(), ..Browser::new(&acme) };
    assert_eq!(as_guest.get("connect").await.status, 404);
}

#[tokio::test]
async fn the_planted_session_of_another_browser_stays_as_it_was() {
    let tenant = acme().await;
    let (one, two) = (link(&tenant).await, link(&tenant).await);
    let planted = signed_in_by(&tenant, &one).await;
    // The browser already has a session of somebody else. The link opens a new one.
    let mut victim = Browser { pass: planted.pass.clone(), ..Browser::new(&tenant) };
    let answer = victim.post(&two, &[]).await;
    victim.keep(&answer);
    assert_ne!(victim.pass, planted.pass);
    planted.submit("sign-out", &[]).await.redirect();
    assert!(is_signed_in(&victim).await && !is_signed_in(&planted).await);
}

#[tokio::test]
async fn of_two_posts_at_once_one_opens_the_link() {
    let tenant = acme().await;
    let link = link(&tenant).await;
    let elsewhere = tenant.at_another_server();
    let (one, two) = (Browser::new(&tenant), Browser::new(&elsewhere));
    let (one, two) = tokio::join!(one.post(&link, &[]), two.post(&link, &[]));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    tenant.expect_settled_and_sound().await;
}
