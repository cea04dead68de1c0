//! Sign-in and sessions: a session opens the pages of its own tenant, for as long as its token is valid.

use super::access::{newest_token, replace, seen};
use super::at_acme;
use crate::support::admin::make_read_token;
use crate::support::browser::Browser;
use crate::support::{TestApp, TestTenant};
use axum::body::Body;
use http::Request;
use rollcall::directory::access::tenant_cache::TENANT_CACHE_SECS;
use serde_json::json;
use time::Duration;

/// The answer to a request for the list of employees without a session.
const SIGN_IN: &str = "/tenants/acme/sign-in?next=employees";

/// Returns every route that changes something, with valid fields but without the `csrf` proof.
fn posts(id: &str) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let route = |path: &str, fields: &[(&'static str, &'static str)]| {
        (path.replace("{id}", id), fields.to_vec())
    };
    vec![
        route("dismiss", &[("cause", "token-expires")]),
        route("sources/location", &[("source", "idp")]),
        route("sources/hide", &[("attribute", "User x")]),
        route("sources/custom", &[("urn", "urn:acme:x"), ("name", "a"), ("type", "string")]),
        route("sources/custom/remove", &[("urn", "urn:acme:x"), ("name", "a")]),
        route("access/scim/create", &[("label", "Okta")]),
        route("access/scim/replace", &[("overlap", "none")]),
        route("access/scim/revoke", &[]),
        route("employees/{id}/values/location", &[("value", "Zanzibar")]),
        route("employees/{id}/archive", &[]),
        route("employees/{id}/restore", &[]),
        route("employees/{id}/erase", &[("userName", "x")]),
        route("notifications", &[("kind", "slack"), ("name", "x"), ("types", "employee.*")]),
        route("notifications/{id}", &[("name", "x"), ("revision", "1")]),
        route("notifications/{id}/test", &[]),
        route("notifications/{id}/resend", &[("event", "x")]),
        route("notifications/{id}/pause", &[]),
        route("notifications/{id}/resume", &[("from", "end")]),
        route("notifications/{id}/replace", &[("overlap", "none")]),
        route("notifications/{id}/remove", &[("confirm", "on")]),
        route("sign-out", &[]),
    ]
}

#[tokio::test]
async fn an_admin_token_opens_the_page_and_no_other_does() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let mut browser = Browser::new(&acme);
    let page = browser.get("sign-in").await.page(200);
    assert!(page.contains("Sign in") && page.contains("for=\"token\""));
    let read_token = make_read_token(&acme).await;
    let wrong = ["", "nonsense", &acme.scim_token, &other.admin_token, &other.scim_token];
    for token in wrong.into_iter().chain([&*read_token]) {
        let answer = browser.post("sign-in", &[("token", token)]).await;
        assert!(answer.page(401).contains("This Admin token does not work here."));
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("www-authenticate"), "");
    }
    let answer = browser.post("sign-in", &[("token", &format!(" {} ", acme.admin_token))]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/");
    let cookie = answer.header("set-cookie").to_owned();
    let (value, flags) = cookie.split_once("; ").expect("flags");
    assert_eq!(flags, "Path=/tenants/acme/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure");
    assert!(value.starts_with("rollcall_session=") && !value.contains(&acme.admin_token));
    browser.keep(&answer);
    let page = browser.get("sources").await.page(200);
    for text in [
        "Set employee location info from Identity Provider",
        "Set employee department info from Identity Provider",
        "Set employee manager info from Identity Provider",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("aria-checked=\"true\""));
    // The page and the sign-in respond alike for an unknown tenant, so they reveal no tenant.
    let nobody = TestTenant { id: "no".parse_id(), ..acme.clone() };
    let nobody = Browser::new(&nobody);
    nobody.get("sign-in").await.page(200);
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
    assert_eq!(
        elsewhere.get("employees").await.redirect(),
        "/tenants/other/sign-in?next=employees"
    );
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
            let next = path.replace('/', "%2F");
            let sign_in = format!("/tenants/acme/sign-in?next={next}");
            assert_eq!(forger.get(path).await.redirect(), sign_in);
        }
        assert_eq!(forger.get("").await.redirect(), "/tenants/acme/sign-in");
        assert!(forger.get("sign-in").await.page(200).contains("Admin token"));
        let page = forger.submit("sources/location", &[]).await.page(403);
        assert!(page.contains("You were signed out. Nothing changed."));
    }
    browser.tenant.app.advance(Duration::hours(8) - Duration::seconds(1));
    browser.get("employees").await.page(200);
    browser.tenant.app.advance(Duration::seconds(1));
    assert_eq!(browser.get("employees").await.redirect(), SIGN_IN);
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let browser = at_acme().await;
    browser.get("employees").await.page(200);
    replace(&browser, 0).await;
    browser.tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(browser.get("employees").await.redirect(), SIGN_IN);

    let browser = at_acme().await;
    let first = seen(&browser, "access/admin/replace").await;
    let page = browser.submit("access/admin/revoke", &[("token", &first)]).await.page(409);
    assert!(page.contains("This is the last Admin token"), "{page}");
    replace(&browser, 3_600).await;
    // The form names a token that is now the previous token. The form ends that token and keeps the new token.
    let answer = browser.submit("access/admin/revoke", &[("token", &first)]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/access?done=revoked");
    assert_eq!(browser.get("access").await.status, 303, "signed out at once here");

    // The session of a previous token can read, but it cannot change anything.
    let browser = at_acme().await;
    let current = newest_token(&browser, "scim").await;
    replace(&browser, 3_600).await;
    browser.get("employees").await.page(200);
    for (path, fields) in [
        ("sources/location", vec![("source", "idp")]),
        ("access/scim/create", vec![("seen", &*current)]),
        ("access/scim/replace", vec![("overlap", "none"), ("seen", &*current)]),
        ("access/scim/revoke", vec![("token", &*current)]),
    ] {
        let page = browser.submit(path, &fields).await.page(403);
        assert!(page.contains("was replaced. Nothing changed"), "{path}: {page}");
    }
    assert_eq!(newest_token(&browser, "scim").await, current);

    let browser = at_acme().await;
    let another = Browser::signed_in(&browser.tenant).await;
    let server = browser.tenant.at_another_server();
    let elsewhere = Browser { tenant: server, ..browser.clone() };
    elsewhere.get("employees").await.page(200);
    let answer = browser.submit("sign-out", &[]).await;
    assert_eq!(answer.redirect(), "/tenants/acme/sign-in?done=signed-out");
    assert!(
        answer
            .header("set-cookie")
            .starts_with("rollcall_session=; Path=/tenants/acme/; Max-Age=0")
    );
    // A copy of the cookie is invalid at once on this server, and within a minute on another server.
    assert_eq!(browser.get("employees").await.redirect(), SIGN_IN);
    browser.submit("sources/location", &[]).await.page(403);
    browser.tenant.app.advance(Duration::seconds(TENANT_CACHE_SECS));
    assert_eq!(elsewhere.get("employees").await.redirect(), SIGN_IN);
    another.get("employees").await.page(200);
    browser.tenant.expect_settled_and_sound().await;
    // The next sign-out removes the expired sessions.
    browser.tenant.app.advance(Duration::hours(8));
    let later = Browser::signed_in(&browser.tenant).await;
    assert_eq!(
        later.submit("sign-out", &[]).await.redirect(),
        "/tenants/acme/sign-in?done=signed-out"
    );
    let items = browser.tenant.items("TENANT#acme").await;
    let is_session = |name: &&String| name.starts_with("session ");
    assert_eq!(items.iter().flat_map(|item| item.keys()).filter(is_session).count(), 1);
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
            assert!(answer.page(403).contains("Nothing changed"), "{path} {headers:?}");
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
    assert!(answer.page(429).contains("Too many wrong tokens. Try again in 15 minutes."));
    assert_eq!(answer.header("retry-after"), "900");
    assert_eq!(browser.post("sign-in", &right).await.status, 303, "nobody is kept out");
    Browser::signed_in(&other).await;
    app.advance(Duration::minutes(15));
    browser.post("sign-in", &wrong).await.page(401);
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
