//! The account settings page, as a browser sees it.

pub(crate) mod groups;

use crate::support::browser::{Browser, after};
use crate::support::engine::Fault;
use crate::support::log::{Log, says_nothing_secret};
use crate::support::{START, TestApp, TestTenant, counting_id, pause_time};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Body;
use http::Request;
use rollcall::directory::access::SESSION_TTL_SECS;
use serde_json::{Value, json};
use std::sync::Arc;
use time::Duration;
use tokio::sync::Notify;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn acme() -> TestTenant {
    TestApp::new().await.tenant("acme").await
}

async fn at_acme() -> Browser {
    Browser::signed_in(&acme().await).await
}

/// The name of a scope's newest token, in the form that revokes it: the page has it first.
async fn newest_token(browser: &Browser, scope: &str) -> String {
    let page = browser.get("").await.page(200);
    let form = after(&page, &format!("tokens/{scope}/revoke\">"), "</form>");
    after(form, "name=\"token\" value=\"", "\"").to_owned()
}

/// Every route that changes something, with fields that fit but for the proof.
fn posts(id: &str) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let route = |path: &str, fields: &[(&'static str, &'static str)]| {
        (path.replace("{id}", id), fields.to_vec())
    };
    vec![
        route("settings", &[("location", "on")]),
        route("attributes", &[("urn", "urn:acme:x"), ("name", "a"), ("type", "string")]),
        route("attributes/remove", &[("urn", "urn:acme:x"), ("name", "a")]),
        route("tokens/scim/rotate", &[("overlap", "none")]),
        route("tokens/scim/revoke", &[]),
        route("employees/{id}/local", &[("location", "Zanzibar")]),
        route("employees/{id}/archive", &[]),
        route("employees/{id}/restore", &[]),
        route("employees/{id}/erase", &[("confirm", "x")]),
        route("sign-out", &[]),
    ]
}

#[tokio::test]
async fn an_admin_token_opens_the_page_and_no_other_does() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let mut browser = Browser::new(&acme);
    let page = browser.get("").await.page(200);
    assert!(page.contains("Sign in") && page.contains("for=\"token\""));
    for token in ["", "nonsense", &acme.scim_token, &other.admin_token, &other.scim_token] {
        let answer = browser.post("sign-in", &[("token", token)]).await;
        assert!(answer.page(401).contains("not a valid admin token"));
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("www-authenticate"), "");
    }
    let answer = browser.post("sign-in", &[("token", &format!(" {} ", acme.admin_token))]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/");
    let cookie = answer.header("set-cookie").to_owned();
    let (value, flags) = cookie.split_once("; ").expect("flags");
    assert_eq!(flags, "Path=/tenants/acme/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure");
    assert!(value.starts_with("rollcall_session=") && !value.contains(&acme.admin_token));
    browser.keep(&answer);
    let page = browser.get("").await.page(200);
    for text in [
        "https://rollcall.example/tenants/acme/scim/v2",
        "SCIM 2.0",
        "Set employee location info from Identity Provider",
        "Set employee department info from Identity Provider",
        "Set employee manager info from Identity Provider",
        "Identity Provider",
        "Administrator",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains(" checked"));
    // Neither tells which tenants there are.
    let nobody = TestTenant { id: "no".parse_id(), ..acme.clone() };
    let nobody = Browser::new(&nobody);
    nobody.get("").await.page(200);
    nobody.post("sign-in", &[("token", &acme.admin_token)]).await.page(401);
}

trait ParseId {
    fn parse_id(&self) -> rollcall::directory::TenantId;
}

impl ParseId for str {
    fn parse_id(&self) -> rollcall::directory::TenantId {
        rollcall::directory::TenantId::parse(self).expect("an id")
    }
}

#[tokio::test]
async fn a_session_opens_the_page_only_and_a_bearer_token_everything_else() {
    let browser = at_acme().await;
    let send = async |path: &str, name: &str, value: String| {
        let request = Request::get(format!("/tenants/acme{path}")).header(name, value);
        browser.tenant.app.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    let cookie = format!("rollcall_session={}", browser.pass);
    let bearer = format!("Bearer {}", browser.tenant.admin_token);
    for path in ["/scim/v2/Users", "/api/settings", "/api/employees"] {
        assert_eq!(send(path, "cookie", cookie.clone()).await, 401, "{path}");
    }
    assert_eq!(send("/api/settings", "authorization", bearer.clone()).await, 200);
    assert_eq!(send("/employees", "cookie", cookie).await, 200);
    assert_eq!(send("/employees", "authorization", bearer).await, 303);
    let other = browser.tenant.app.tenant("other").await;
    let elsewhere = Browser { tenant: other, ..browser.clone() };
    assert_eq!(elsewhere.get("employees").await.redirect(), "/tenants/other/");
}

#[tokio::test]
async fn forged_and_expired_sessions_lead_to_sign_in() {
    let browser = at_acme().await;
    browser.get("employees").await.page(200);
    let (payload, signature) = browser.pass.split_once('.').expect("a signature");
    let other = at_acme().await.pass;
    let forged = [
        format!("{payload}."),
        format!("{payload}.{}", "A".repeat(43)),
        format!("{payload}A.{signature}"),
        format!("{}.{signature}", other.split_once('.').expect("a payload").0),
        "x".to_owned(),
        "x".repeat(10_000),
    ];
    for pass in forged {
        let forger = Browser { pass, ..browser.clone() };
        for path in ["employees", "activity", "employees/x"] {
            assert_eq!(forger.get(path).await.redirect(), "/tenants/acme/");
        }
        assert!(forger.get("").await.page(200).contains("Admin token"));
        let page = forger.submit("settings", &[]).await.page(403);
        assert!(page.contains("You are signed out, and nothing was changed"));
    }
    browser.tenant.app.advance(Duration::hours(8) - Duration::seconds(1));
    browser.get("employees").await.page(200);
    browser.tenant.app.advance(Duration::seconds(1));
    assert_eq!(browser.get("employees").await.redirect(), "/tenants/acme/");
}

/// Rotates the admin token through the API; the one that the session began with stays valid for so long.
async fn rotate(browser: &Browser, overlap_secs: u32) {
    let request = Request::post("/tenants/acme/api/tokens/admin/rotate")
        .header("authorization", format!("Bearer {}", browser.tenant.admin_token));
    let body = json!({"overlapSecs": overlap_secs}).to_string();
    browser.tenant.app.send(request.body(Body::from(body)).unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let browser = at_acme().await;
    browser.get("employees").await.page(200);
    rotate(&browser, 0).await;
    browser.tenant.app.advance(Duration::seconds(SESSION_TTL_SECS));
    assert_eq!(browser.get("employees").await.redirect(), "/tenants/acme/");

    let browser = at_acme().await;
    let first = newest_token(&browser, "admin").await;
    let page = browser.submit("tokens/admin/revoke", &[("token", &first)]).await.page(409);
    assert!(page.contains("last admin token"), "{page}");
    rotate(&browser, 3_600).await;
    // Made for the token that is the previous one by now: it ends that one, and not the new one.
    let answer = browser.submit("tokens/admin/revoke", &[("token", &first)]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/?done=revoked");
    let page = browser.get("?done=revoked").await.page(200);
    assert!(page.contains("revoked") && page.contains("for=\"token\""), "at once here: {page}");

    // The session of a previous token can read, and nothing is changed.
    let browser = at_acme().await;
    let seen = newest_token(&browser, "scim").await;
    rotate(&browser, 3_600).await;
    browser.get("employees").await.page(200);
    for (path, fields) in [
        ("settings", vec![("location", "on")]),
        ("tokens/scim/rotate", vec![("overlap", "none"), ("seen", &*seen)]),
        ("tokens/scim/revoke", vec![("token", &*seen)]),
    ] {
        let page = browser.submit(path, &fields).await.page(403);
        assert!(page.contains("was replaced, and nothing was changed"), "{path}: {page}");
    }
    assert_eq!(newest_token(&browser, "scim").await, seen);

    let browser = at_acme().await;
    let another = Browser::signed_in(&browser.tenant).await;
    let server = browser.tenant.at_another_server();
    let elsewhere = Browser { tenant: server, ..browser.clone() };
    elsewhere.get("employees").await.page(200);
    let answer = browser.submit("sign-out", &[]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/?done=signed-out");
    assert!(
        answer
            .header("set-cookie")
            .starts_with("rollcall_session=; Path=/tenants/acme/; Max-Age=0")
    );
    // A copy of the cookie opens nothing: at once here, and within a minute elsewhere.
    assert_eq!(browser.get("employees").await.redirect(), "/tenants/acme/");
    browser.submit("settings", &[]).await.page(403);
    browser.tenant.app.advance(Duration::seconds(SESSION_TTL_SECS));
    assert_eq!(elsewhere.get("employees").await.redirect(), "/tenants/acme/");
    another.get("employees").await.page(200);
    browser.tenant.expect_settled_and_sound().await;
    // The next sign-out forgets the sessions that have expired.
    browser.tenant.app.advance(Duration::hours(8));
    let later = Browser::signed_in(&browser.tenant).await;
    assert_eq!(later.submit("sign-out", &[]).await.redirect(), "/tenants/acme/?done=signed-out");
    let items = browser.tenant.items("TENANT#acme").await;
    let is_session = |name: &&String| name.starts_with("session ");
    assert_eq!(items.iter().flat_map(|item| item.keys()).filter(is_session).count(), 1);
}

/// DynamoDB takes an expression of 4 KB. Each check of a token reads the item.
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
        assert_eq!(another.get("employees").await.redirect(), "/tenants/acme/");
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
    pause_time();
    // The note fails; and, once the tenant must be read again, its check.
    for (operation, status, fault) in [
        ("UpdateItem", 503, Fault::internal()),
        ("UpdateItem", 429, Fault::throttled()),
        ("Query", 503, Fault::internal()),
    ] {
        (0..30).for_each(|_| faults.plan(operation, fault.clone()));
        let answer = browser.submit("sign-out", &[]).await;
        let page = answer.page(status);
        assert!(page.contains("You are signed out in this browser, but"), "{page}");
        assert!(answer.header("set-cookie").contains("Max-Age=0"), "{operation}");
        let from_elsewhere = [("origin", "https://evil.example")];
        let fields = [("csrf", &*browser.csrf)];
        let answer = browser.post_from("sign-out", &fields, &from_elsewhere).await;
        assert_eq!(answer.header("set-cookie"), "", "{operation}");
        faults.clear();
        browser.tenant.app.advance(Duration::seconds(SESSION_TTL_SECS));
    }
}

#[tokio::test]
async fn a_read_that_began_before_a_sign_out_is_not_remembered_after_it() {
    let browser = at_acme().await;
    let app = &browser.tenant.app;
    app.advance(Duration::seconds(SESSION_TTL_SECS));
    app.faults.take_calls();
    let let_go = Arc::new(Notify::new());
    app.faults.plan("Query", Fault::Late(Arc::clone(&let_go)));
    let early = {
        let browser = browser.clone();
        tokio::spawn(async move { browser.get("employees").await })
    };
    while app.faults.take_calls().is_empty() {
        tokio::task::yield_now().await;
    }
    browser.submit("sign-out", &[]).await.redirect();
    let_go.notify_one();
    early.await.unwrap().page(200);
    assert_eq!(browser.get("employees").await.redirect(), "/tenants/acme/");
}

#[tokio::test]
async fn nothing_is_changed_but_by_the_sessions_own_pages() {
    let browser = at_acme().await;
    let id = browser.tenant.create(&json!({"userName": "ada@example.com"})).await;
    let before = browser.get(&format!("employees/{id}")).await.page(200);
    let another = Browser::signed_in(&browser.tenant).await;
    let own = ("origin", "https://rollcall.example");
    for (path, fields) in posts(&id) {
        let with = |csrf: &str| {
            let mut fields: Vec<(&str, String)> =
                fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            fields.push(("csrf", csrf.to_owned()));
            fields
        };
        let tries: [(String, &[(&str, &str)]); 8] = [
            (String::new(), &[own]),
            ("x".to_owned(), &[own]),
            (another.csrf.clone(), &[own]),
            (browser.csrf.clone(), &[("origin", "https://evil.example")]),
            (browser.csrf.clone(), &[("origin", "http://rollcall.example")]),
            (browser.csrf.clone(), &[("origin", "null")]),
            (browser.csrf.clone(), &[own, ("sec-fetch-site", "cross-site")]),
            (browser.csrf.clone(), &[("sec-fetch-site", "same-site")]),
        ];
        for (csrf, headers) in &tries {
            let fields = with(csrf);
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, &**value)).collect();
            let answer = browser.post_from(&path, &fields, headers).await;
            assert!(answer.page(403).contains("nothing was changed"), "{path} {headers:?}");
            assert_eq!(answer.header("set-cookie"), "", "{path}");
        }
    }
    assert_eq!(browser.get(&format!("employees/{id}")).await.page(200), before);
    let token = [("token", &*browser.tenant.admin_token)];
    let evil = [("origin", "https://evil.example")];
    let signed_out = Browser::new(&browser.tenant);
    signed_out.post_from("sign-in", &token, &evil).await.page(403);
    signed_out.post_from("sign-in", &token, &[("sec-fetch-site", "cross-site")]).await.page(403);
    assert_eq!(signed_out.post_from("sign-in", &token, &[]).await.status, 303, "no browser");
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
    let faults = &browser.tenant.app.faults;
    // The rotation reads the uses of the tokens, and the tenant. Nothing is read after it.
    for _ in 0..2 {
        faults.plan("GetItem", Fault::Spared);
    }
    for operation in ["GetItem", "Query"] {
        faults.plan(operation, Fault::throttled());
    }
    let rotation = [("overlap", "1h"), ("seen", &*seen)];
    let shown = browser.submit("tokens/scim/rotate", &rotation).await.page(200);
    assert_eq!(faults.left(), 2);
    faults.clear();
    let mut tenant = browser.tenant.clone();
    tenant.scim_token = after(&shown, "id=\"token\">", "<").to_owned();
    tenant.get("/Users").await.expect(200);
}

#[tokio::test]
async fn a_setting_takes_effect_on_the_employees_page() {
    let browser = at_acme().await;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = browser.tenant.create(&grace).await;
    let body = json!({"userName": "ada@example.com", ENTERPRISE: {
        "location": "Greenwich", "department": "R&D", "manager": {"value": "grace@example.com"},
    }});
    let path = format!("employees/{}", browser.tenant.create(&body).await);
    let local = [("location", " Leeds "), ("department", ""), ("manager", "nobody")];
    let answer = browser.submit(&format!("{path}/local"), &local).await;
    assert_eq!(answer.redirect(), format!("/tenants/acme/{path}?done=local"));
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("<strong><bdi>Leeds</bdi></strong>"));
    assert!(!page.contains(&format!("employees/{grace}")));
    let on = [("location", "on"), ("manager", "on")];
    let answer = browser.submit("settings", &on).await;
    assert_eq!(answer.redirect(), "/tenants/acme/?done=saved");
    assert_eq!(browser.get("").await.page(200).matches(" checked").count(), 2);
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("<strong><bdi>Greenwich</bdi></strong>"));
    assert!(page.contains(&format!("employees/{grace}\"><bdi>Grace Hopper")), "{page}");
    assert!(page.contains("value=\"Leeds\"") && page.contains(ENTERPRISE));
    browser.submit("settings", &[]).await.redirect();
    assert!(browser.get(&path).await.page(200).contains("<strong><bdi>Leeds</bdi></strong>"));
}

#[tokio::test]
async fn employees_are_found_by_status_and_name_page_by_page() {
    let browser = at_acme().await;
    assert!(browser.get("employees").await.page(200).contains("There are no employees yet"));
    for n in 0..55 {
        let name = format!("user{n}@example.com");
        browser.tenant.create(&json!({"userName": name, "active": n % 5 != 0})).await;
    }
    let names = |page: &str| page.matches("data-title=\"userName\"").count();
    let page = browser.get("employees").await.page(200);
    assert_eq!((names(&page), page.matches("badge good").count()), (44, 44));
    let page = browser.get("employees?status=archived").await.page(200);
    assert_eq!((names(&page), page.matches(">Archived</span>").count()), (11, 11));
    let page = browser.get("employees?status=all&search=user").await.page(200);
    assert_eq!(names(&page), 50);
    let next = after(&page, "rel=\"next\" href=\"/tenants/acme/", "\"").replace("&#38;", "&");
    let page = browser.get(&next).await.page(200);
    assert_eq!(names(&page), 5);
    assert!(page.contains("First page") && !page.contains("rel=\"next\""));
    let page = browser.get("employees?status=all&search=USER54").await.page(200);
    assert_eq!(names(&page), 1);
    let page = browser.get("employees?search=nobody").await.page(200);
    assert!(page.contains("starts like this"));
    browser.get("employees?status=gone").await.page(400);
    browser.get("employees?cursor=x").await.page(400);
    browser.get("employees/ada@example.com").await.page(404);
    browser.get(&format!("employees/{}", counting_id(999))).await.page(404);
}

#[tokio::test]
async fn an_employee_is_archived_restored_and_erased_by_the_typed_id() {
    let browser = at_acme().await;
    let id = browser.tenant.create(&json!({"userName": "ada@example.com"})).await;
    let path = format!("employees/{id}");
    let act = async |verb: &str, fields: &[(&str, &str)]| {
        browser.submit(&format!("{path}/{verb}"), fields).await
    };
    let page = act("erase", &[("confirm", &id)]).await.page(409);
    assert!(page.contains("Archive the employee first"));
    assert!(act("archive", &[]).await.redirect().ends_with("?done=archived"));
    assert!(browser.get(&path).await.page(200).contains(">Archived</span>"));
    assert!(act("restore", &[]).await.redirect().ends_with("?done=restored"));
    act("archive", &[]).await.redirect();
    let page = browser.get(&format!("{path}?done=archived")).await.page(200);
    assert!(page.contains("role=\"status\"") && page.contains("Restored"));
    for wrong in ["", "ada@example.com", "yes"] {
        act("erase", &[("confirm", wrong)]).await.page(400);
    }
    assert_eq!(
        act("erase", &[("confirm", &id)]).await.redirect(),
        "/tenants/acme/employees?done=erased"
    );
    browser.get(&path).await.page(404);
    let page = browser.get("activity").await.page(200);
    assert!(page.contains("Employee erased") && page.contains(&id) && !page.contains("ada@"));
}

#[tokio::test]
async fn a_long_history_goes_on_with_older_entries() {
    let browser = at_acme().await;
    let id = browser.tenant.create(&json!({"userName": "ada@example.com"})).await;
    for n in 0..25 {
        let location = format!("Place {n}");
        browser
            .submit(&format!("employees/{id}/local"), &[("location", &*location)])
            .await
            .redirect();
    }
    let page = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(
        page.contains("<ins><bdi>Place 24</bdi></ins>")
            && !page.contains("<ins><bdi>Place 3</bdi></ins>")
    );
    let older = after(&page, "rel=\"next\" href=\"/tenants/acme/", "#").to_owned();
    let page = browser.get(&older).await.page(200);
    assert!(page.contains("<ins><bdi>Place 3</bdi></ins>") && page.contains("Created"));
    assert!(page.contains(">Newest</a>") && !page.contains("rel=\"next\""));
}

#[tokio::test]
async fn what_people_are_called_is_never_markup() {
    let browser = at_acme().await;
    let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let body = json!({
        "userName": format!("u{attack}"), "displayName": attack, "title": attack,
        "externalId": attack, "nickName": attack,
        "name": {"givenName": attack, "familyName": attack, "formatted": attack},
        "emails": [{"value": format!("e{attack}"), "type": attack, "display": attack}],
        ENTERPRISE: {"department": attack, "location": attack, "manager": {"value": attack}},
    });
    let id = browser.tenant.create(&body).await;
    let path = format!("employees/{id}");
    let local = [("location", attack), ("department", attack), ("manager", attack)];
    browser.submit(&format!("{path}/local"), &local).await.redirect();
    let page = browser.get("").await.page(200);
    let seen = after(&page, "name=\"seen\" value=\"", "\"").to_owned();
    let rotation = [("overlap", "1h"), ("label", attack), ("seen", &*seen)];
    browser.submit("tokens/scim/rotate", &rotation).await.page(200);
    let search = "employees?status=all&search=%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let pages = [
        "",
        &path,
        "employees?status=all",
        search,
        "activity",
        "?done=<script>",
        "nonsense<script>",
    ];
    for page in pages {
        let page = page.replace('<', "%3C").replace('>', "%3E");
        let text = browser.get(&page).await.text();
        for markup in ["<script>alert", "<img", "\"'>", "<script>"] {
            assert!(!text.contains(markup), "{page}: {markup} in {text}");
        }
    }
    assert!(browser.get(&path).await.page(200).matches("&#60;script&#62;").count() > 15);
}

#[tokio::test]
async fn files_are_kept_for_ever_and_everything_is_protected() {
    let browser = Browser::new(&acme().await);
    let page = browser.get("").await.page(200);
    for (start, kind) in [
        ("href=\"/tenants/acme/assets/style", "text/css"),
        ("src=\"/tenants/acme/assets/page", "text/javascript"),
        ("href=\"/tenants/acme/assets/icon", "image/svg+xml"),
    ] {
        let found = after(&page, start, "\"");
        let stem = start.rsplit('/').next().expect("a name");
        let answer = browser.get(&format!("assets/{stem}{found}")).await;
        assert_eq!(answer.status, 200, "{found}");
        assert!(answer.header("content-type").starts_with(kind));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        answer.is_protected();
    }
    browser.get("assets/style.css").await.page(404);
    browser.get("nonsense").await.page(404);
    let put = Request::put("/tenants/acme/employees").body(Body::empty()).unwrap();
    let answer = browser.tenant.app.send(put).await;
    answer.page(405);
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let without_slash = Request::get("/tenants/acme").body(Body::empty()).unwrap();
    assert_eq!(browser.tenant.app.send(without_slash).await.redirect(), "/tenants/acme/");
    // An identity provider whose Tenant URL was not pasted whole gets a SCIM error.
    let cut = Request::get("/tenants/acme/Users").body(Body::empty()).unwrap();
    browser.tenant.app.send(cut).await.expect_error(404, None);
}

/// A request as API Gateway hands it over on a stage: payload 2.0, where cookies and the body stand apart.
fn event(stage: &str, method: &str, below: &str, cookie: &str, body: &str) -> String {
    let at = if stage == "$default" { String::new() } else { format!("/{stage}") };
    let path = format!("{at}/tenants/acme/{below}");
    let domain = "abc.execute-api.eu-central-1.amazonaws.com";
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "cookies": [cookie],
        "headers": {
            "host": domain,
            "origin": format!("https://{domain}"),
            "content-type": "application/x-www-form-urlencoded",
        },
        "requestContext": {
            "accountId": "1", "apiId": "abc", "domainName": domain, "domainPrefix": "abc",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"},
            "requestId": "r", "routeKey": "$default", "stage": stage,
            "time": "23/Nov/2026:09:30:00 +0000", "timeEpoch": 1_795_426_200_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    event.to_string()
}

#[tokio::test]
async fn through_api_gateway_it_works_as_anywhere() {
    let tenant = acme().await;
    for (stage, root) in [("$default", "/tenants/acme/"), ("prod", "/prod/tenants/acme/")] {
        let send = async |method: &str, below: &str, cookie: &str, body: &str| {
            let event = event(stage, method, below, cookie, body);
            let event = serde_json::from_str(&event).expect("an event");
            tenant.app.send(rollcall::lambda::gateway::plain_request(event, false)).await
        };
        let body = format!("token={}", tenant.admin_token);
        let answer = send("POST", "sign-in", "other=1", &body).await;
        assert_eq!(answer.redirect(), root);
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains(&format!("; Path={root}; ")), "{cookie}");
        let cookie = cookie.split(';').next().expect("a cookie");
        let page = send("GET", "", cookie, "").await.page(200);
        let url = format!("https://abc.execute-api.eu-central-1.amazonaws.com{root}scim/v2");
        assert!(page.contains(&url) && page.contains(&format!("action=\"{root}settings\"")));
        let csrf = after(&page, "name=\"csrf\" value=\"", "\"");
        let body = format!("manager=on&csrf={csrf}");
        let saved = send("POST", "settings", cookie, &body).await;
        assert_eq!(saved.redirect(), format!("{root}?done=saved"));
    }
}

#[tokio::test]
async fn ten_wrong_tokens_close_sign_in_for_a_while() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let browser = Browser::new(&acme);
    let right = [("token", &*acme.admin_token)];
    for _ in 0..10 {
        browser.post("sign-in", &[("token", "wrong")]).await.page(401);
    }
    let wrong = [("token", "wrong")];
    let answer = browser.post("sign-in", &wrong).await;
    assert!(answer.page(429).contains("too many wrong tokens"));
    assert_eq!(answer.header("retry-after"), "900");
    assert_eq!(browser.post("sign-in", &right).await.status, 303, "nobody is kept out");
    Browser::signed_in(&other).await;
    app.advance(Duration::minutes(15));
    browser.post("sign-in", &wrong).await.page(401);
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

#[tokio::test]
async fn cookies_of_others_do_not_shut_a_session_out() {
    let browser = at_acme().await;
    let forged = format!("{}A", browser.pass.trim_end_matches(|c| c != '.'));
    let forged = format!("{forged}{}", "A".repeat(42));
    let mut cookies = "rollcall_session=a; rollcall_session=b.c; x=y; ".to_owned();
    for _ in 0..20 {
        cookies += &format!("rollcall_session={forged}; ");
    }
    let cookies = format!("{cookies}rollcall_session={}", browser.pass);
    let request = Request::get("/tenants/acme/employees").header("cookie", cookies);
    let answer = browser.tenant.app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status.as_u16(), 200);
}

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

#[tokio::test]
async fn a_custom_attribute_is_added_shown_with_an_employee_and_removed() {
    const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    let browser = at_acme().await;
    let page = browser.get("").await.page(200);
    assert!(
        page.contains("No custom attributes are declared")
            && page.contains(&format!("value=\"{ACME}\""))
    );
    let fields =
        [("urn", ACME), ("name", "badge"), ("type", "integer"), ("description", "On <the> badge")];
    let added = browser.submit("attributes", &fields).await;
    assert_eq!(added.redirect(), "/tenants/acme/?done=declared");
    let page = browser.get("?done=declared").await.page(200);
    assert!(page.contains("The attribute is added") && page.contains("On &#60;the&#62; badge"));
    let body = json!({"userName": "ada@example.com", ACME: {"badge": 4711}});
    let id = browser.tenant.create(&body).await;
    let employee = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(employee.contains(ACME) && employee.contains("4711"), "{employee}");
    let activity = browser.get("activity").await.page(200);
    assert!(activity.contains("Custom attributes changed"), "{activity}");

    let other = [("urn", ACME), ("name", "badge"), ("type", "string")];
    assert!(browser.submit("attributes", &other).await.page(409).contains("remove it first"));
    for fields in [
        [("urn", "acme"), ("name", "a"), ("type", "string")],
        [("urn", ACME), ("name", "1"), ("type", "string")],
        [("urn", ACME), ("name", "a"), ("type", "complex")],
    ] {
        browser.submit("attributes", &fields).await.page(400);
    }
    let named = [("urn", ACME), ("name", "badge")];
    let removed = browser.submit("attributes/remove", &named).await;
    assert_eq!(removed.redirect(), "/tenants/acme/?done=undeclared");
    browser.submit("attributes/remove", &named).await.page(404);
    let employee = browser.get(&format!("employees/{id}")).await.page(200);
    let sent = after(&employee, "From the identity provider", "</section>");
    assert!(!sent.contains("4711"), "{sent}");
}

#[tokio::test]
async fn people_are_shown_by_their_display_name() {
    let browser = at_acme().await;
    let body = json!({
        "userName": "ada@example.com",
        "displayName": "Countess Lovelace",
        "name": {"givenName": "Ada", "familyName": "King", "formatted": "Ada King"},
    });
    let id = browser.tenant.create(&body).await;
    let page = browser.get("employees").await.page(200);
    assert!(page.contains("Countess Lovelace") && !page.contains("Ada King"), "{page}");
    let page = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(page.contains("Countess Lovelace"), "{page}");
}
