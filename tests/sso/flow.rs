//! Sign-ins with a good provider, through the front door.

use super::scene::{BARBARA, ROOT, Scene, expect_refusal, set_cookies};
use crate::support::ORIGIN;
use crate::support::browser::after;
use crate::support::identity_provider::{CLIENT_ID, Endpoint, Reply};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_start_leads_to_the_provider_with_pkce_by_s256() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let answer = tab.get(&format!("{ROOT}sso/start?login_hint=bjensen%40example.com")).await;
    let url = answer.redirect();
    let authorized = scene.idp.authorize(&url, json!({}));
    let parameter =
        |name: &str| authorized.parameters.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(parameter("client_id"), CLIENT_ID);
    assert_eq!(parameter("scope"), "openid profile email");
    assert_eq!(parameter("redirect_uri"), format!("{ORIGIN}{ROOT}sso/callback"));
    assert_eq!(parameter("login_hint"), "bjensen@example.com");
    assert_eq!(parameter("code_challenge_method"), "S256");
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(parameter(name).len(), 43, "{name}");
    }
    let [cookie] = &set_cookies(&answer)[..] else { panic!("one cookie") };
    let state = &parameter("state")[..8];
    assert!(cookie.starts_with(&format!("rollcall_attempt_{state}=")), "{cookie}");
    let attributes = "; Path=/tenants/acme/sso/; Max-Age=600; HttpOnly; SameSite=Lax; Secure";
    assert!(cookie.ends_with(attributes), "{cookie}");
    // The verifier never reaches the browser.
    tab.call_back(&authorized).await;
    let request = scene.idp.take_token_requests().pop().expect("a token request");
    let verifier = &request.form["code_verifier"];
    assert_eq!(verifier.len(), 43);
    assert!(!cookie.contains(&**verifier) && !url.contains(&**verifier));
}

/// Mistake 2: guessable values.
#[tokio::test(flavor = "multi_thread")]
async fn no_two_starts_have_a_value_in_common() {
    let scene = Scene::proven().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let url = scene.tab().get(&format!("{ROOT}sso/start")).await.redirect();
        let values = ["state=", "nonce=", "code_challenge="].map(|name| after(&url, name, "&"));
        seen.extend(values.map(str::to_owned));
    }
    assert_eq!(seen.len(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_opens_the_page_of_the_deep_link() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let link = format!("{ROOT}employees?status=archived&q=a%26b");
    let sign_in = tab.get(&link).await.redirect();
    let page = tab.get(&sign_in).await.page(200);
    let start = after(&page, "href=\"/tenants/acme/sso/start", "\"");
    assert!(page.contains(">Sign in with single sign-on</a>"), "{page}");
    let start = format!("sso/start{start}");
    let authorized = scene.authorize(&mut tab, &start, json!({"sub": BARBARA})).await;
    let answer = tab.call_back(&authorized).await;
    assert_eq!(answer.redirect(), link);
    // Two headers: the attempt ends, and the session begins.
    let cookies = set_cookies(&answer);
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    let attributes = "; Path=/tenants/acme/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure";
    let session = cookies.iter().find(|cookie| cookie.starts_with("rollcall_session="));
    assert!(session.is_some_and(|cookie| cookie.ends_with(attributes)), "{cookies:?}");
    let attempt = cookies.iter().find(|cookie| cookie.starts_with("rollcall_attempt_"));
    assert!(attempt.is_some_and(|cookie| cookie.contains("=; Path=/tenants/acme/sso/; Max-Age=0")));
    assert!(answer.bytes.is_empty() && tab.attempts().is_empty());
    tab.get(&link).await.page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_must_succeed_before_the_sign_in_page_offers_the_link() {
    let scene = Scene::saved().await;
    let sign_in = format!("{ROOT}sign-in");
    let mut tab = scene.tab();
    assert!(!tab.get(&sign_in).await.page(200).contains("sso/start"));
    let answer = tab.get(&format!("{ROOT}sso/start")).await;
    expect_refusal(&answer, "notTried");
    // A test needs a session of the console.
    let answer = tab.get(&format!("{ROOT}sso/start?try=1")).await;
    assert_eq!(answer.redirect(), format!("{ROOT}sign-in?next=access%2Fsso"));
    // A test that fails proves nothing.
    scene.test(json!({"sub": "00u9stranger"})).await;
    let page = scene.admin.get("sso/result").await.page(200);
    assert!(page.contains("No employee has the identifier of your account."), "{page}");
    assert!(page.contains("Rollcall compared externalId = sub."), "{page}");
    scene.wait_a_minute();
    assert!(!tab.get(&sign_in).await.page(200).contains("sso/start"));
    let page = scene.prove().await;
    let found = "<bdi>Barbara Jensen (bjensen@example.com)</bdi>, found by externalId = sub.";
    assert!(page.contains(found), "{page}");
    assert!(tab.get(&sign_in).await.page(200).contains("sso/start"));
    scene.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_sign_in_at_once() {
    let scene = Scene::proven().await;
    let mut browser = scene.tab();
    let claims = || json!({"sub": BARBARA});
    let one = scene.authorize(&mut browser, "sso/start?next=employees", claims()).await;
    let two = scene.authorize(&mut browser, "sso/start?next=activity", claims()).await;
    assert_eq!(browser.attempts().len(), 2);
    assert_eq!(browser.call_back(&one).await.redirect(), format!("{ROOT}employees"));
    let first = browser.session();
    assert_eq!(browser.call_back(&two).await.redirect(), format!("{ROOT}activity"));
    assert_ne!(browser.session(), first);
    browser.get(&format!("{ROOT}employees")).await.page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_keeps_four_attempts_and_the_oldest_goes_first() {
    let scene = Scene::proven().await;
    let mut browser = scene.tab();
    let first = scene.authorize(&mut browser, "sso/start", json!({"sub": BARBARA})).await;
    let oldest = browser.attempts();
    for _ in 0..3 {
        scene.authorize(&mut browser, "sso/start", json!({"sub": BARBARA})).await;
    }
    assert_eq!(browser.attempts().len(), 4);
    assert_eq!(browser.attempts()[..1], oldest);
    let last = scene.authorize(&mut browser, "sso/start", json!({"sub": BARBARA})).await;
    assert_eq!(browser.attempts().len(), 4);
    assert!(!browser.attempts().contains(&oldest[0]));
    expect_refusal(&browser.call_back(&first).await, "failed");
    assert_eq!(browser.call_back(&last).await.redirect(), ROOT);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_starts_a_sign_in_by_get_and_by_post() {
    let scene = Scene::proven().await;
    let issuer = scene.idp.issuer();
    let target = format!("{ORIGIN}{ROOT}employees");
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let fields =
        format!("iss={}&login_hint=bj&target_link_uri={}", encode(&issuer), encode(&target));
    let start = format!("{ROOT}sso/start");
    for is_post in [false, true] {
        let mut tab = scene.tab();
        let answer = match is_post {
            true => tab.send("POST", &start, &fields).await,
            false => tab.get(&format!("{start}?{fields}")).await,
        };
        let authorized = scene.idp.authorize(&answer.redirect(), json!({"sub": BARBARA}));
        assert_eq!(authorized.parameters["login_hint"], "bj");
        let location = tab.call_back(&authorized).await.redirect();
        assert_eq!(location, format!("{ROOT}employees"));
    }
}

/// Mistake 29: a sign-in that another issuer starts.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_issuer_starts_nothing() {
    let scene = Scene::proven().await;
    let start = format!("{ROOT}sso/start");
    for issuer in ["https://evil.example", "", &format!("{}/", scene.idp.issuer())] {
        let field = format!("iss={issuer}");
        for answer in [
            scene.tab().get(&format!("{start}?{field}")).await,
            scene.tab().send("POST", &start, &field).await,
        ] {
            assert!(answer.page(400).contains("Another identity provider started this sign-in."));
            assert_eq!(answer.header("location"), "");
            assert!(set_cookies(&answer).is_empty());
        }
    }
}

/// Mistake 30: a prefetching client.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_starts_and_finishes_nothing() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let answer = tab.send("HEAD", &format!("{ROOT}sso/start"), "").await;
    assert_eq!(answer.header("location"), "");
    assert!(set_cookies(&answer).is_empty());
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    let callback = format!("{ROOT}sso/callback?{}", authorized.query);
    let answer = tab.send("HEAD", &callback, "").await;
    assert!(set_cookies(&answer).is_empty());
    assert_eq!(tab.call_back(&authorized).await.redirect(), ROOT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_single_sign_on_has_the_token_form() {
    let scene = Scene::without_sso().await;
    for tenant in ["acme", "nobody"] {
        let root = format!("/tenants/{tenant}/");
        let answer = scene.tab().get(&format!("{root}sso/start?next=employees")).await;
        assert_eq!(answer.redirect(), format!("{root}sign-in?next=employees"));
        assert!(scene.tab().get(&format!("{root}sign-in")).await.page(200).contains("Admin token"));
        let keys = scene.tab().get(&format!("{root}sso/jwks.json")).await;
        assert_eq!(keys.expect(200), json!({"keys": []}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_out_leads_on_to_the_provider() {
    let scene = Scene::proven().await;
    let mut tab = scene.sign_in().await;
    let page = tab.get(&format!("{ROOT}menu")).await.page(200);
    let csrf = after(&page, "name=\"csrf\" value=\"", "\"");
    let mut browser = scene.admin.clone();
    browser.pass = tab.session();
    browser.csrf = csrf.to_owned();
    let location = browser.submit("sign-out", &[]).await.redirect();
    assert_eq!(location, format!("{ROOT}sign-in?done=signed-out&from=sso"));
    let page = scene.tab().get(&location).await.page(200);
    assert!(page.contains("Also sign out of the identity provider</a>"), "{page}");
    let url = after(&page, "<a href=\"http", "\"").replace("&#38;", "&");
    let back = "https%3A%2F%2Frollcall.example%2Ftenants%2Facme%2Fsign-in";
    let query = format!("client_id={CLIENT_ID}&post_logout_redirect_uri={back}");
    assert!(url.ends_with(&format!("/end-session?{query}")), "{url}");
    // A copy of the cookie is void.
    assert_eq!(tab.get(&format!("{ROOT}menu")).await.status, 303);
    // A session of the token knows no provider.
    let location = scene.admin.submit("sign-out", &[]).await.redirect();
    assert_eq!(location, format!("{ROOT}sign-in?done=signed-out"));
    assert!(!scene.tab().get(&location).await.page(200).contains("Also sign out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_administrator_is_out_at_the_next_click() {
    let scene = Scene::proven().await;
    let mut tab = scene.sign_in().await;
    let active = |value: bool| json!([{"op": "replace", "path": "active", "value": value}]);
    let path = format!("/Users/{}", scene.barbara);
    scene.tenant.patch(&path, &active(false)).await.expect_success();
    let employees = format!("{ROOT}employees");
    let before = tab.clone();
    let answer = tab.get(&employees).await;
    let page = answer.page(403);
    assert!(page.contains("Your employee record is archived."), "{page}");
    assert_eq!(after(&page, "Reference: <code>", "</code>").len(), 8, "{page}");
    let cookies = set_cookies(&answer);
    assert!(cookies[0].starts_with("rollcall_session=;") && cookies.len() == 1, "{cookies:?}");
    assert!(tab.session().is_empty());
    // The sign-in page stays open to the old cookie.
    let mut old = before.clone();
    old.get(&format!("{ROOT}sign-in")).await.page(200);
    // Restore admits again.
    scene.tenant.patch(&path, &active(true)).await.expect_success();
    before.clone().get(&employees).await.page(200);
}

/// A linked account needs no claim of the rule, so the UserInfo endpoint is not asked, and its failure refuses nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_linked_account_needs_no_user_information() {
    let scene = Scene::without_sso().await;
    let emails = json!([{"value": "bjensen@example.com", "primary": true}]);
    let add = json!([{"op": "add", "path": "emails", "value": emails}]);
    scene.tenant.patch(&format!("/Users/{}", scene.barbara), &add).await.expect_success();
    let user_info = json!({"email": "bjensen@example.com", "email_verified": true});
    scene.idp.behave(|behaviour| behaviour.user_info = user_info.clone());
    scene.save(&[("match", "email=email")]).await.page(200);
    scene.prove().await;
    scene.sign_in().await;
    let sso = &scene.tenant.app.app.sso;
    let barbara = scene.barbara.parse().unwrap();
    let linked = sso.account(&scene.tenant.id, barbara).await.unwrap().unwrap();
    assert_eq!(linked.shown, "bjensen@example.com");
    let asked = scene.idp.counts().user_info;
    assert_eq!(asked, 2, "the test and the first sign-in");
    scene.idp.reply(Endpoint::UserInfo, Reply::Json(500, json!({})));
    scene.sign_in().await;
    assert_eq!(scene.idp.counts().user_info, asked);
    assert_eq!(sso.account(&scene.tenant.id, barbara).await.unwrap().unwrap(), linked);
    // Another account needs the claim, and so does a linked account of an employee who is deleted.
    let refused = async |sub: &str| {
        let mut tab = scene.tab();
        let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": sub})).await;
        expect_refusal(&tab.call_back(&authorized).await, "unavailable");
    };
    refused("00u2other").await;
    scene.tenant.delete(&format!("/Users/{barbara}")).await.expect_success();
    refused(BARBARA).await;
}
