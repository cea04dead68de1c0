//! Sign-out: the session ends on every server, and a failure still removes the cookie.

use super::at_acme;
use crate::support::START;
use crate::support::browser::Browser;
use crate::support::faults::Fault;
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::access::tenant_cache::TENANT_CACHE_SECS;
use std::sync::Arc;
use time::Duration;
use tokio::sync::Notify;

/// DynamoDB limits an expression to 4 KB. Each check of a token reads the item, so the item must stay small.
#[tokio::test]
async fn a_sign_out_removes_some_sessions_of_very_many() {
    let browser = at_acme().await;
    let now = START.unix_timestamp();
    let count = async || {
        let items = browser.tenant.items("TENANT#acme").await;
        let names = items.iter().flat_map(|item| item.keys());
        let names: Vec<String> =
            names.filter(|name| name.starts_with("session ")).cloned().collect();
        names
    };
    let plant = async |ends: &[(String, i64)]| {
        let number = |end: i64| AttributeValue::N(end.to_string());
        let sessions = ends.iter().map(|(name, end)| (&**name, number(*end)));
        browser.tenant.plant_own("SIGNEDOUT", sessions).await;
    };
    let name = |n: i64| format!("session {n:022}");
    for (ends, left) in [
        ((0..1_000).map(|n| (name(n), now - n)).collect::<Vec<_>>(), 901),
        ((0..1_050).map(|n| (name(n), now + 60 + n)).collect(), 1_000),
    ] {
        plant(&ends).await;
        let another = Browser::signed_in(&browser.tenant).await;
        browser.tenant.app.faults.take_calls();
        another.submit("sign-out", &[]).await.redirect();
        assert_eq!(
            another.get("employees").await.redirect(),
            "/tenants/acme/sign-in?next=employees"
        );
        let calls = browser.tenant.app.faults.take_calls();
        let expressions = calls.iter().filter_map(|call| call.request["UpdateExpression"].as_str());
        let longest = expressions.map(str::len).max().unwrap();
        assert!(longest < 4_096, "{longest}");
        let kept = count().await;
        assert_eq!(kept.len(), left);
        assert!(!kept.contains(&name(if left == 901 { 999 } else { 0 })), "the first to end goes");
        assert!(kept.contains(&name(if left == 901 { 0 } else { 1_049 })));
    }
}

/// The next user of the browser must not have the session.
#[tokio::test]
async fn a_sign_out_that_fails_takes_the_cookie_away() {
    let browser = at_acme().await;
    let faults = &browser.tenant.app.faults;
    // The write of the sign-out fails. Later the check of the tenant fails, when the server must read the tenant again.
    for (operation, status, fault) in [
        ("UpdateItem", 503, Fault::internal()),
        ("UpdateItem", 429, Fault::throttled()),
        ("Query", 503, Fault::internal()),
    ] {
        let failing = faults.plan_all(operation, fault);
        let answer = browser.submit("sign-out", &[]).await;
        let page = answer.page(status);
        assert!(page.contains("You are signed out in this browser, but"), "{page}");
        assert!(answer.header("set-cookie").contains("Max-Age=0"), "{operation}");
        let from_elsewhere = [("origin", "https://evil.example")];
        let fields = [("csrf", &*browser.csrf)];
        let answer = browser.post_from("sign-out", &fields, &from_elsewhere).await;
        assert_eq!(answer.header("set-cookie"), "", "{operation}");
        failing.end();
        browser.tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    }
}

#[tokio::test]
async fn a_read_that_began_before_a_sign_out_is_not_remembered_after_it() {
    let browser = at_acme().await;
    let app = &browser.tenant.app;
    app.advance(Duration::seconds(TENANT_CACHE_SECS));
    app.faults.take_calls();
    let let_go = Arc::new(Notify::new());
    app.faults.plan("Query", Fault::Late(Arc::clone(&let_go)));
    let early = {
        let browser = browser.clone();
        tokio::spawn(async move { browser.get("employees").await })
    };
    app.faults.recorded().await;
    browser.submit("sign-out", &[]).await.redirect();
    let_go.notify_one();
    early.await.unwrap().page(200);
    assert_eq!(browser.get("employees").await.redirect(), "/tenants/acme/sign-in?next=employees");
}
