//! Tokens on the settings page: a new token is shown once.

use super::at_acme;
use crate::support::browser::{Browser, after};
use axum::body::Body;
use http::Request;
use serde_json::json;
use time::Duration;

/// Returns the name of a scope's newest token, from the form that revokes it. The page lists the newest token first.
pub async fn newest_token(browser: &Browser, scope: &str) -> String {
    let page = browser.get("").await.page(200);
    let form = after(&page, &format!("tokens/{scope}/revoke\">"), "</form>");
    after(form, "name=\"token\" value=\"", "\"").to_owned()
}

/// Rotates the admin token through the API. The token of the session stays valid for `overlap_secs` seconds.
pub async fn rotate(browser: &Browser, overlap_secs: u32) {
    let request = Request::post("/tenants/acme/api/tokens/admin/rotate")
        .header("authorization", format!("Bearer {}", browser.tenant.admin_token));
    let body = json!({"overlapSecs": overlap_secs}).to_string();
    browser.tenant.app.send(request.body(Body::from(body)).unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_new_token_is_shown_once_and_the_one_before_works_as_long_as_was_chosen() {
    let browser = at_acme().await;
    let old = browser.tenant.scim_token.clone();
    let works = async |token: &str| {
        let mut tenant = browser.tenant.clone();
        tenant.scim_token = token.to_owned();
        tenant.get("/Users").await.status == 200
    };
    let seen = |page: &str| after(page, "name=\"seen\" value=\"", "\"").to_owned();
    let page = browser.get("").await.page(200);
    let first = seen(&page);
    browser.tenant.app.advance(Duration::minutes(1));
    let rotation = [("overlap", "1h"), ("label", "Okta <b>"), ("seen", &*first)];
    let shown = browser.submit("tokens/scim/rotate", &rotation).await.page(200);
    let token = after(&shown, "id=\"token\">", "<").to_owned();
    assert!(token.starts_with("rc_acme_") && token.len() == 51, "{token}");
    assert!(
        shown.contains("<bdi>Identity Provider</bdi> (<code>")
            && shown.contains("works until <time"),
        "{shown}"
    );
    assert!(works(&token).await && works(&old).await);
    let page = browser.get("").await.page(200);
    assert!(!page.contains(&token) && page.contains("Okta &#60;b&#62;"));
    assert!(page.contains("2026-11-23 10:31 UTC"), "when the overlap ends");
    let again = browser.submit("tokens/scim/rotate", &rotation).await.page(409);
    assert!(
        again.contains("shown only once") && !again.contains("rc_acme_"),
        "a reload makes none"
    );
    let second = seen(&page);
    let too_soon = [("overlap", "none"), ("seen", &*second)];
    assert!(
        browser.submit("tokens/scim/rotate", &too_soon).await.page(409).contains("still valid")
    );
    browser.tenant.app.advance(Duration::minutes(2));
    assert!(!page.contains("value=\"replace-unused\""), "the current token was used");
    let drop = [("overlap", "none"), ("seen", &*second), ("earlier", "drop")];
    let shown = browser.submit("tokens/scim/rotate", &drop).await.page(200);
    for label in ["Identity Provider", "Okta &#60;b&#62;"] {
        let ended = after(&shown, &format!("<bdi>{label}</bdi> (<code>"), "</p>");
        assert!(ended.contains("</code>) has ended"), "{ended}");
    }
    let newest = after(&shown, "id=\"token\">", "<").to_owned();
    assert!(works(&newest).await && !works(&token).await && !works(&old).await);
    for bad in ["", "1y"] {
        browser.submit("tokens/scim/rotate", &[("overlap", bad)]).await.page(400);
    }
    browser.submit("tokens/idp/rotate", &[("overlap", "1h")]).await.page(404);
    let current = newest_token(&browser, "scim").await;
    let answer = browser.submit("tokens/scim/revoke", &[("token", &current)]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/?done=revoked");
    assert!(!works(&newest).await, "at once here");
    for gone in [&*current, ""] {
        let page = browser.submit("tokens/scim/revoke", &[("token", gone)]).await.page(404);
        assert!(
            page.contains("no such token"),
            "nothing was revoked, and the page says so: {page}"
        );
    }
    let page = browser.get("activity").await.page(200);
    for text in ["Token rotated", "Token revoked", "Okta &#60;b&#62;"] {
        assert!(page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_new_token_is_shown_whatever_fails_after_it_was_made() {
    let browser = at_acme().await;
    let seen = after(&browser.get("").await.page(200), "name=\"seen\" value=\"", "\"").to_owned();
    browser.tenant.app.faults.take_calls();
    let rotation = [("overlap", "1h"), ("seen", &*seen)];
    let shown = browser.submit("tokens/scim/rotate", &rotation).await.page(200);
    // The rotation reads the uses of the tokens, and the tenant. No read follows the rotation, so the response cannot
    // fail.
    let operations = browser.tenant.app.faults.take_operations();
    assert_eq!(operations, ["GetItem", "GetItem", "TransactWriteItems"]);
    let mut tenant = browser.tenant.clone();
    tenant.scim_token = after(&shown, "id=\"token\">", "<").to_owned();
    tenant.get("/Users").await.expect(200);
}

#[tokio::test]
async fn one_form_makes_one_token_however_often_it_is_sent() {
    let browser = at_acme().await;
    let page = browser.get("").await.page(200);
    let seen = after(&page, "name=\"seen\" value=\"", "\"");
    let fields = [("overlap", "24h"), ("label", ""), ("seen", seen)];
    let sent = futures_util::future::join_all(
        (0..8).map(|_| browser.submit("tokens/scim/rotate", &fields)),
    );
    let statuses: Vec<u16> = sent.await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
}

/// A new tenant has no read token: the page makes the first one.
#[tokio::test]
async fn the_page_makes_the_first_read_token_and_shows_where_it_reads() {
    let browser = at_acme().await;
    let read = async |token: &str| {
        let request = Request::get("/tenants/acme/api/employees")
            .header("authorization", format!("Bearer {token}"));
        browser.tenant.app.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    let section = async || {
        let page = browser.get("").await.page(200);
        after(&page, "<h3>Read token: for another product that follows changes", "</section>")
            .to_owned()
    };
    let first = section().await;
    assert!(first.contains("There is no valid token. To let another product read"), "{first}");
    assert!(first.contains("<summary>Make a Read token</summary>"), "{first}");
    assert!(!first.contains("<select") && !first.contains("sign in"), "{first}");
    let (overlap, seen) = ("name=\"overlap\" value=\"", "name=\"seen\" value=\"");
    let fields = [("overlap", after(&first, overlap, "\"")), ("seen", after(&first, seen, "\""))];
    let shown = browser.submit("tokens/read/rotate", &fields).await.page(200);
    let token = after(&shown, "id=\"token\">", "<").to_owned();
    assert_eq!(after(&shown, "id=\"api-url\">", "<"), "https://rollcall.example/tenants/acme/api");
    assert!(!shown.contains("Tenant URL") && !shown.contains("Sign in"), "{shown}");
    assert_eq!(read(&token).await, 200);
    browser.submit("tokens/read/rotate", &fields).await.page(409);

    let second = section().await;
    assert!(second.contains("<bdi>Read-only Client</bdi>"), "{second}");
    assert!(second.contains("<summary>Rotate the Read token</summary>"), "{second}");
    assert!(second.contains("<option value=\"24h\" selected>") && !second.contains("sign in"));
    let name = newest_token(&browser, "read").await;
    let revoked = browser.submit("tokens/read/revoke", &[("token", &name)]).await;
    assert_eq!(revoked.redirect(), "/tenants/acme/?done=revoked");
    assert_eq!(read(&token).await, 401, "at once here");
    assert!(section().await.contains("There is no valid token."));
    let page = browser.get("activity").await.page(200);
    assert!(page.contains("Token revoked") && page.contains("Read token"), "{page}");
}
