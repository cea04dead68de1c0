//! Mistakes of relying parties, through the front door. The numbers are those of the design's list.

use super::scene::{BARBARA, ROOT, Scene, expect_refusal, set_cookies};
use crate::support::faults::Fault;
use crate::support::identity_provider::{ACCESS_TOKEN, CLIENT_SECRET, Endpoint, Reply};
use crate::support::log::Log;
use serde_json::json;
use time::Duration;

/// Mistake 1: state that is not bound to the browser.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_another_browser_signs_nobody_in() {
    let scene = Scene::proven().await;
    let (mut attacker, mut victim) = (scene.tab(), scene.tab());
    let claims = || json!({"sub": BARBARA});
    let authorized = scene.authorize(&mut attacker, "sso/start", claims()).await;
    // Without a cookie, and with the cookie of another attempt.
    expect_refusal(&victim.call_back(&authorized).await, "failed");
    scene.authorize(&mut victim, "sso/start", claims()).await;
    expect_refusal(&victim.call_back(&authorized).await, "failed");
    // With the attacker's cookie under the name of another state.
    let other = scene.authorize(&mut victim, "sso/start", claims()).await;
    let stolen = attacker.cookies[0].1.clone();
    for cookie in &mut victim.cookies {
        cookie.1.clone_from(&stolen);
    }
    expect_refusal(&victim.call_back(&other).await, "failed");
    assert_eq!(scene.idp.counts().token, 1, "the test of the configuration only");
    assert_eq!(attacker.call_back(&authorized).await.redirect(), ROOT);
}

/// Mistakes 1 and 28: the attempt of one tenant at another one.
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_void_at_another_tenant() {
    let scene = Scene::proven().await;
    let other = scene.tenant.app.tenant("other").await;
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    for cookie in &mut tab.cookies {
        cookie.2 = format!("/tenants/{}/sso/", other.id);
    }
    let answer = tab.get(&format!("/tenants/other/sso/callback?{}", authorized.query)).await;
    assert!(answer.redirect().starts_with("/tenants/other/sso/refused?reason=failed"));
    assert!(set_cookies(&answer).is_empty());
    assert_eq!(scene.idp.counts().token, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_ends_after_ten_minutes_and_with_a_changed_configuration() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    scene.tenant.app.advance(Duration::minutes(10));
    expect_refusal(&tab.call_back(&authorized).await, "failed");
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    scene.save(&[("match", "email=email")]).await.page(200);
    expect_refusal(&tab.call_back(&authorized).await, "failed");
}

/// Mistake 10: a mix-up of providers (RFC 9207).
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_must_name_the_issuer_when_the_provider_says_so() {
    let scene = Scene::proven().await;
    let issuer = scene.idp.issuer();
    let counts = scene.idp.counts().token;
    for iss in ["", "&iss=https%3A%2F%2Fevil.example", &format!("&iss={issuer}%2F")] {
        let mut tab = scene.tab();
        let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
        let query = format!("code={}&state={}{iss}", authorized.code, authorized.state);
        let answer = tab.get(&format!("{ROOT}sso/callback?{query}")).await;
        expect_refusal(&answer, "failed");
        assert!(tab.attempts().is_empty(), "the attempt is spent");
    }
    assert_eq!(scene.idp.counts().token, counts, "no code went to the provider");
    scene.idp.behave(|behaviour| {
        let silent = json!({"authorization_response_iss_parameter_supported": false});
        behaviour.discovery = silent;
    });
    scene.tenant.app.advance(Duration::hours(2));
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    assert!(!authorized.query.contains("iss="));
    assert_eq!(tab.call_back(&authorized).await.redirect(), ROOT);
}

/// Mistake 11: code injection and replay.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_works_once_and_in_its_own_session_only() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    let copy = tab.clone();
    assert_eq!(tab.call_back(&authorized).await.redirect(), ROOT);
    expect_refusal(&tab.call_back(&authorized).await, "failed");
    // A copy of the cookie meets a spent code.
    expect_refusal(&copy.clone().call_back(&authorized).await, "failed");
    // A code of one attempt in another one has another verifier and another nonce.
    let mut attacker = scene.tab();
    let stolen = scene.authorize(&mut attacker, "sso/start", json!({"sub": BARBARA})).await;
    let mut victim = scene.tab();
    let own = scene.authorize(&mut victim, "sso/start", json!({"sub": BARBARA})).await;
    let query = own.query.replace(&own.code, &stolen.code);
    expect_refusal(&victim.get(&format!("{ROOT}sso/callback?{query}")).await, "failed");
}

/// Mistake 3, once more through the door: a provider that ignores the verifier cannot leave out the nonce.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_with_another_nonce_signs_nobody_in() {
    let scene = Scene::proven().await;
    for nonce in [json!(null), json!("another"), json!("")] {
        scene.idp.behave(|behaviour| behaviour.ignores_verifier = true);
        let mut tab = scene.tab();
        let claims = json!({"sub": BARBARA, "nonce": nonce});
        let authorized = scene.authorize(&mut tab, "sso/start", claims).await;
        expect_refusal(&tab.call_back(&authorized).await, "failed");
    }
}

/// Mistake 16: open redirects.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_after_the_sign_in_leads_home() {
    let scene = Scene::proven().await;
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    for target in [
        "//e",
        "/\\e",
        "/%09/e",
        "/\t/e",
        "https:e",
        "https://e",
        "\\\\e",
        "employees\r\nset-cookie: a=b",
        "/tenants/other/",
        "https://rollcall.example/tenants/other/",
        "https://rollcall.example.e/tenants/acme/",
        "https://rollcall.example@e/tenants/acme/",
        "../other/",
        "/tenants/acme/../other/",
        "/tenants/acme//e",
        "sso/start",
        "/tenants/acme/sso/start",
    ] {
        for name in ["next", "target_link_uri"] {
            let mut tab = scene.tab();
            let start = format!("sso/start?{name}={}", encode(target));
            let authorized = scene.authorize(&mut tab, &start, json!({"sub": BARBARA})).await;
            assert_eq!(tab.call_back(&authorized).await.redirect(), ROOT, "{name} {target:?}");
        }
    }
}

/// Mistake 17: session fixation.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_replaces_the_session_of_the_browser() {
    let scene = Scene::proven().await;
    let mut tab = scene.sign_in().await;
    let planted = tab.session();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    tab.call_back(&authorized).await.redirect();
    assert_ne!(tab.session(), planted);
    assert_eq!(tab.cookies.iter().filter(|(name, _, _)| name == "rollcall_session").count(), 1);
}

/// Mistake 19: a provider that is down or answers nonsense. The console and SCIM go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_provider_breaks_nothing_else() {
    let scene = Scene::proven().await;
    let bytes = |content_type, encoding, bytes| Reply::Bytes { content_type, encoding, bytes };
    let replies = [
        ("unavailable", Reply::Json(503, json!({}))),
        ("unavailable", Reply::Redirect("http://127.0.0.1:1/".to_owned())),
        ("unavailable", bytes("application/json", None, vec![b' '; 3_000_000])),
        ("failed", bytes("application/json", Some("gzip"), vec![0x1f, 0x8b, 8, 0])),
        ("failed", bytes("text/html", None, b"<html>".to_vec())),
    ];
    for (reason, reply) in replies {
        scene.idp.behave_well();
        let mut tab = scene.tab();
        let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
        scene.idp.reply(Endpoint::Token, reply.clone());
        let answer = tab.call_back(&authorized).await;
        expect_refusal(&answer, reason);
        tab.get(&answer.redirect()).await.page(403);
    }
    // The start meets the same provider when the discovery document is too old.
    scene.idp.reply(Endpoint::Discovery, Reply::Json(503, json!({})));
    scene.tenant.app.advance(Duration::hours(26));
    let mut tab = scene.tab();
    expect_refusal(&tab.get(&format!("{ROOT}sso/start")).await, "unavailable");
    scene.tenant.get("/Users").await.expect(200);
    scene.tenant.at_another_server().get("/Users").await.expect(200);
    let admin = crate::support::browser::Browser::signed_in(&scene.tenant).await;
    admin.get("access/sso").await.page(200);
}

/// Mistake 22: the text of an error shown as it came.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_provider_is_a_code_and_no_text() {
    let scene = Scene::proven().await;
    let marker = "%3Cb%3Ecall%20555%3C%2Fb%3E";
    for (error, reason) in [
        ("access_denied", "failed"),
        ("temporarily_unavailable", "unavailable"),
        ("login_required", "failed"),
        ("%3Cscript%3E", "failed"),
        ("unheard_of", "failed"),
    ] {
        let mut tab = scene.tab();
        let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
        let issuer = scene.idp.issuer();
        let query = format!(
            "error={error}&error_description={marker}&state={}&iss={issuer}",
            authorized.state
        );
        let answer = tab.get(&format!("{ROOT}sso/callback?{query}")).await;
        expect_refusal(&answer, reason);
        let location = answer.redirect();
        assert!(!location.contains("555") && !location.contains("script"), "{location}");
        let page = tab.get(&location).await.page(403);
        assert!(!page.contains("555") && !page.contains(error), "{page}");
    }
    let counts = scene.idp.counts().token;
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    let body = json!({"error": "invalid_grant", "error_description": "<b>call 555"});
    scene.idp.reply(Endpoint::Token, Reply::Json(400, body));
    let answer = tab.call_back(&authorized).await;
    expect_refusal(&answer, "failed");
    assert_eq!(scene.idp.counts().token, counts + 1);
}

/// Mistake 23: secrets and tokens in logs, pages and addresses.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_person_is_in_a_log_or_on_a_page() {
    let log = Log::default();
    let guard = log.start();
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let email = "merlin.falcon@example.com";
    let claims = json!({"sub": BARBARA, "email": email, "name": "Peregrine", "sid": "kittiwake"});
    let authorized = scene.authorize(&mut tab, "sso/start", claims).await;
    let attempt = tab.cookies[0].1.clone();
    let answer = tab.call_back(&authorized).await;
    let location = answer.redirect();
    let mut pages = String::new();
    for path in ["", "access", "access/sso", "activity", "sso/result"] {
        pages.push_str(&tab.get(&format!("{ROOT}{path}")).await.page(200));
    }
    let stranger = json!({"sub": "00u9stranger", "email": email});
    let mut other = scene.tab();
    let refused = scene.authorize(&mut other, "sso/start", stranger).await;
    let reference = expect_refusal(&other.call_back(&refused).await, "noMatch");
    drop(guard);
    let request = scene.idp.take_token_requests().pop().expect("a token request");
    let verifier = request.form["code_verifier"].clone();
    let session = tab.session();
    let secrets = [
        CLIENT_SECRET,
        ACCESS_TOKEN,
        &attempt,
        &session,
        &verifier,
        &authorized.code,
        &authorized.state,
        &refused.code,
        "kittiwake",
        "eyJ",
        "rc_",
    ];
    let text = log.text();
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in the log: {text}");
        assert!(!pages.contains(secret), "{secret} on a page");
        assert!(!location.contains(secret), "{location}");
    }
    for person in [email, "Peregrine", "bjensen", "Barbara", BARBARA, "00u9stranger"] {
        assert!(!text.contains(person), "{person} in the log: {text}");
    }
    assert!(text.contains(&reference), "operations find the cause by the reference");
}

/// A stranger's requests cost no read while the tenant is cached, and call no provider.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_cost_nothing() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    tab.get(&format!("{ROOT}sign-in")).await.page(200);
    tab.get(&format!("{ROOT}sso/jwks.json")).await.expect(200);
    let before = scene.idp.counts();
    let log = Log::default();
    let guard = log.start();
    let state = "A".repeat(43);
    for _ in 0..20 {
        let mut stranger = scene.tab();
        stranger.get(&format!("{ROOT}sign-in")).await.page(200);
        assert_eq!(stranger.get(&format!("{ROOT}sso/start")).await.status, 303);
        stranger.get(&format!("{ROOT}sso/jwks.json")).await.expect(200);
        let document = format!("{ROOT}sso/.well-known/openid-configuration");
        stranger.get(&document).await.expect(200);
        let callback =
            format!("{ROOT}sso/callback?code=x&state={state}&iss={}", scene.idp.issuer());
        expect_refusal(&scene.tab().get(&callback).await, "failed");
        scene.tab().get(&format!("{ROOT}sso/refused?reason=failed&ref=ABCDEFGH")).await.page(403);
        let answer = stranger.send("POST", &format!("{ROOT}sso/logout"), "logout_token=x").await;
        assert_eq!(answer.status, 400);
    }
    drop(guard);
    let lines = log.lines();
    let requests =
        lines.iter().map(|line| &line["fields"]).filter(|line| line["operation"].is_string());
    let calls: Vec<_> = requests.map(|line| line["store_calls"].as_u64().unwrap()).collect();
    assert_eq!(calls.len(), 140);
    assert_eq!(calls.iter().sum::<u64>(), 0);
    assert_eq!(scene.idp.counts(), before);
    // A forged cookie costs one read in two seconds at most.
    let log = Log::default();
    let guard = log.start();
    for _ in 0..20 {
        let mut forger = scene.tab();
        let name = "rollcall_attempt_AAAAAAAA".to_owned();
        forger.cookies.push((name, format!("AAAA.{state}"), format!("{ROOT}sso/")));
        let answer = forger.get(&format!("{ROOT}sso/callback?code=x&state={state}")).await;
        expect_refusal(&answer, "failed");
    }
    drop(guard);
    let lines = log.lines();
    let requests =
        lines.iter().map(|line| &line["fields"]).filter(|line| line["operation"].is_string());
    let calls: u64 = requests.map(|line| line["store_calls"].as_u64().unwrap()).sum();
    assert!(calls <= 1, "{calls} reads");
    assert_eq!(scene.idp.counts(), before);
}

/// A stranger can start a sign-in and bring back any code. The provider and the table must not pay for each.
#[tokio::test(flavor = "multi_thread")]
async fn bogus_codes_reach_the_provider_twenty_times_a_minute() {
    let scene = Scene::proven().await;
    let before = scene.idp.counts().token;
    let issuer = scene.idp.issuer();
    let bogus = async || {
        let mut tab = scene.tab();
        let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
        let path = format!("{ROOT}sso/callback?code=bogus&iss={issuer}&state={}", authorized.state);
        // Each state is spent after its first exchange.
        expect_refusal(&tab.clone().get(&path).await, "failed");
        expect_refusal(&tab.get(&path).await, "failed");
    };
    for _ in 0..20 {
        bogus().await;
    }
    assert_eq!(scene.idp.counts().token, before + 20);
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    expect_refusal(&tab.call_back(&authorized).await, "unavailable");
    assert_eq!(scene.idp.counts().token, before + 20);
    scene.wait_a_minute();
    scene.sign_in().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_that_succeed_have_no_limit() {
    let scene = Scene::proven().await;
    for _ in 0..25 {
        scene.sign_in().await;
    }
}

/// A page at the address of the callback would keep the code in the browser's history.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_this_service_leads_away_from_the_callback_too() {
    let scene = Scene::proven().await;
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", json!({"sub": BARBARA})).await;
    // The client secret cannot be read.
    let broken = scene.tenant.app.faults.plan_all("BatchGetItem", Fault::internal());
    let answer = tab.call_back(&authorized).await;
    assert!(broken.end() > 0);
    expect_refusal(&answer, "failed");
    let answer = tab.get(&format!("{ROOT}sso/callback?code=%FF&state=x")).await;
    expect_refusal(&answer, "failed");
}
