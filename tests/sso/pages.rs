//! The card *Single sign-on*, the sign-in page, the refusal page and the employee's page.

use super::scene::{BARBARA, ROOT, Scene, Tab};
use crate::support::START;
use crate::support::browser::{Browser, after};
use crate::support::groups::group;
use crate::support::identity_provider::{CLIENT_SECRET, Endpoint, Reply};
use crate::support::urns::ENTERPRISE;
use rollcall::directory::sso::refusal::Refusal;
use serde_json::json;

/// The browser of a tab, for forms.
pub(super) async fn browser_of(scene: &Scene, tab: &mut Tab) -> Browser {
    let page = tab.get(&format!("{ROOT}menu")).await.page(200);
    let csrf = after(&page, "name=\"csrf\" value=\"", "\"").to_owned();
    Browser { pass: tab.session(), csrf, ..scene.admin.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_saves_and_checks() {
    let scene = Scene::without_sso().await;
    let page = scene.admin.get("access").await.page(200);
    assert!(page.contains("href=\"/tenants/acme/access/sso\""));
    let page = scene.admin.get("access/sso").await.page(200);
    for below in ["sso/callback", "sso/start", "sign-in", "sso/logout", "sso/jwks.json"] {
        assert!(
            page.contains(&format!(">https://rollcall.example{ROOT}{below}</code>")),
            "{below}"
        );
    }
    assert!(!page.contains("Set <code>PublicUrl</code> first"));
    assert!(!page.contains("Try it</a>"), "nothing to test yet");
    let page = scene.save(&[]).await.page(200);
    let issuer = scene.idp.issuer();
    let found = format!(
        "Saved. Found {issuer}. It offers RS256, PS256, ES256, client secrets, keys, public clients (method none), PKCE \
         and sign-out."
    );
    assert!(page.contains(&found), "{page}");
    assert!(page.contains("Try it</a>") && page.contains("bjensen@example.com</textarea>"));
    assert!(!page.contains(CLIENT_SECRET) && page.contains("Leave empty to keep it."));
    // The address of the form after a reload.
    scene.admin.get("access/sso").await.page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_tells_what_is_wrong_and_keeps_the_values() {
    let scene = Scene::without_sso().await;
    let check = async |fields: &[(&str, &str)], status: u16, text: &str| {
        let page = scene.save(fields).await.page(status);
        assert!(page.contains(text), "{text}: {page}");
        page
    };
    let no_admins = "Choose a group, or name at least one employee.";
    let page = check(&[("admins", ""), ("clientId", "kept")], 422, no_admins).await;
    assert!(page.contains("value=\"kept\""), "{page}");
    check(&[("group", "Nobody")], 422, "No group has this name. Push the group first.").await;
    check(&[("admins", "nobody")], 422, "No employee has the userName “nobody”.").await;
    check(&[("hours", "25")], 422, "24").await;
    check(&[("secretEndsOn", "tomorrow")], 422, "Enter a day, such as 2027-11-30.").await;
    let entra = "https://login.microsoftonline.com/common/v2.0";
    check(&[("issuer", entra)], 422, "This issuer serves every Entra directory.").await;
    assert!(!scene.admin.get("access/sso").await.page(200).contains("Try it</a>"), "nothing saved");
    check(&[], 200, "Saved. Found").await;
    // A secret never follows a changed issuer.
    let other = [("issuer", "https://idp.example.com"), ("clientSecret", "")];
    check(&other, 422, "The issuer changed. Enter the client secret again.").await;
    let page = scene.admin.get("access/sso").await.page(200);
    assert!(page.contains(&format!("value=\"{}\"", scene.idp.issuer())), "{page}");
    // A form from before another change saves nothing.
    check(&[("revision", "1")], 409, "Somebody changed single sign-on at the same time.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_shows_the_problem_of_the_provider() {
    let scene = Scene::without_sso().await;
    let document = json!({"issuer": "https://evil.example"});
    scene.idp.behave(|behaviour| behaviour.discovery = document);
    let page = scene.save(&[]).await.page(200);
    let issuer = scene.idp.issuer();
    assert!(page.contains("Saved. The discovery document says issuer"), "{page}");
    assert!(page.contains(&format!("you entered &#34;{issuer}&#34;")), "{page}");
    scene.idp.reply(Endpoint::Discovery, Reply::Json(404, json!({})));
    assert!(scene.save(&[]).await.page(200).contains("answered 404."));
}

/// The limit keeps Rollcall from scanning hosts for an administrator.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_ten_checks_a_minute() {
    let scene = Scene::saved().await;
    let before = scene.idp.counts().discovery;
    for _ in 0..9 {
        assert!(scene.save(&[]).await.page(200).contains("Found"));
    }
    let page = scene.save(&[("hours", "9")]).await.page(200);
    assert!(page.contains("Saved, but not checked."), "{page}");
    assert!(page.contains("value=\"9\""), "{page}");
    assert_eq!(scene.idp.counts().discovery, before + 9);
    scene.wait_a_minute();
    assert!(scene.save(&[]).await.page(200).contains("Found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_keeps_a_deleted_group_until_it_is_cleared() {
    let scene = Scene::saved().await;
    let crew = group(&scene.tenant, "Administrators", &[]).await;
    scene.save(&[("group", "Administrators"), ("clientSecret", "")]).await.page(200);
    scene.tenant.delete(&format!("/Groups/{crew}")).await.expect(204);
    let page = scene.admin.get("access/sso").await.page(200);
    assert!(page.contains(&crew), "{page}");
    scene.save(&[("group", &crew), ("clientSecret", ""), ("hours", "4")]).await.page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_tells_the_end_of_the_secret() {
    let scene = Scene::without_sso().await;
    let today = START.date();
    let notice = async |days: i64| {
        let day = (today + time::Duration::days(days)).to_string();
        let page = scene.save(&[("secretEndsOn", &day)]).await.page(200);
        (page.contains("The client secret ends on"), page.contains("The client secret ended on"))
    };
    assert_eq!(notice(-1).await, (false, true));
    assert_eq!(notice(0).await, (true, false));
    assert_eq!(notice(30).await, (true, false));
    assert_eq!(notice(31).await, (false, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_replaces_the_secret() {
    let scene = Scene::saved().await;
    let key = [("clientAuth", "key"), ("clientSecret", "")];
    let page = scene.save(&key).await.page(200);
    assert!(page.contains("Make the next key"), "{page}");
    let keys = async || {
        let answer = scene.tab().get(&format!("{ROOT}sso/jwks.json")).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=60");
        answer.expect(200)["keys"].as_array().expect("keys").clone()
    };
    scene.wait_a_minute();
    let published = keys().await;
    let [one] = &published[..] else { panic!("one key: {published:?}") };
    assert_eq!(
        (&one["kty"], &one["alg"], &one["use"]),
        (&json!("RSA"), &json!("RS256"), &json!("sig"))
    );
    assert!(one.get("d").is_none(), "the public half only");
    let document = format!("{ROOT}sso/.well-known/openid-configuration");
    let document = scene.tab().get(&document).await.expect(200);
    let issuer = format!("https://rollcall.example{ROOT}sso");
    assert_eq!(document["issuer"], issuer);
    assert_eq!(document["jwks_uri"], format!("{issuer}/jwks.json"));
    let kid = one["kid"].as_str().unwrap();
    assert!(page.contains(kid), "{page}");
    scene.idp.behave(|behaviour| behaviour.client_keys = published.clone());
    scene.prove().await;
    let assertion = scene.idp.take_token_requests().pop().expect("a request").form;
    assert!(!assertion.contains_key("client_secret"));
    let location = scene.admin.submit("access/sso/keys", &[]).await.redirect();
    assert_eq!(location, format!("{ROOT}access/sso?done=sso-key-made"));
    scene.wait_a_minute();
    assert_eq!(keys().await.len(), 2);
    let page = scene.admin.get("access/sso").await.page(200);
    assert!(page.contains("Use the new key now"), "{page}");
    let location = scene.admin.submit("access/sso/use-next-key", &[]).await.redirect();
    assert_eq!(location, format!("{ROOT}access/sso?done=sso-key-used"));
    let page = scene.admin.submit("access/sso/use-next-key", &[]).await.page(409);
    assert!(page.contains("There is no next key."), "{page}");
}

/// Mistake 27: a lock-out.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_session_of_single_sign_on_turns_token_sign_in_off() {
    let scene = Scene::proven().await;
    let page = scene.admin.get("access/sso").await.page(200);
    assert!(!page.contains("Turn token sign-in off"), "{page}");
    let revision = after(&page, "name=\"revision\" value=\"", "\"").to_owned();
    let fields = [("tokenSignIn", "off"), ("revision", &*revision)];
    let page = scene.admin.submit("access/sso/token-form", &fields).await.page(409);
    assert!(page.contains("Sign in with single sign-on first. Then turn token sign-in off."));
    let barbara = browser_of(&scene, &mut scene.sign_in().await).await;
    assert!(barbara.get("access/sso").await.page(200).contains("Turn token sign-in off"));
    let location = barbara.submit("access/sso/token-form", &fields).await.redirect();
    assert_eq!(location, format!("{ROOT}access/sso?done=sso-only"));
    let page = scene.tab().get(&format!("{ROOT}sign-in")).await.page(200);
    assert!(page.contains("sso/start") && !page.contains("name=\"token\""), "{page}");
    let stranger = Browser::new(&scene.tenant);
    for token in [&*scene.tenant.admin_token, "wrong"] {
        let page = stranger.post("sign-in", &[("token", token)]).await.page(403);
        assert!(page.contains("Only single sign-on opens this console."), "{page}");
    }
    // A changed configuration brings the form back.
    let page = barbara.get("access/sso").await.page(200);
    let revision = after(&page, "name=\"revision\" value=\"", "\"").to_owned();
    let issuer = scene.idp.issuer();
    let fields = [
        ("issuer", &*issuer),
        ("clientId", "another"),
        ("clientAuth", "none"),
        ("hours", "8"),
        ("match", "sub=externalId"),
        ("admins", "bjensen@example.com"),
        ("revision", &revision),
    ];
    barbara.submit("access/sso", &fields).await.page(200);
    let page = scene.tab().get(&format!("{ROOT}sign-in")).await.page(200);
    assert!(page.contains("name=\"token\"") && !page.contains("sso/start"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_test_tells_its_problem_to_the_administrator() {
    let scene = Scene::saved().await;
    scene.save(&[("clientSecret", "wrong")]).await.page(200);
    let location = scene.test(json!({"sub": BARBARA})).await;
    assert_eq!(location, format!("{ROOT}sso/result?problem=client"));
    let page = async |query: &str| scene.admin.get(&format!("sso/result{query}")).await.page(200);
    let text = page("?problem=client").await;
    assert!(
        text.contains("Sign-in did not complete.") && text.contains("does not accept Rollcall.")
    );
    for query in ["", "?problem=%3Cb%3E", "?problem=Client"] {
        let text = page(query).await;
        assert!(!text.contains("does not accept Rollcall.") && !text.contains("<b>"), "{text}");
    }
    scene.save(&[]).await.page(200);
    scene.prove().await;
    assert!(!page("?problem=client").await.contains("does not accept Rollcall."));
}

/// A test changes the state of the configuration, so another site cannot start it in the administrator's browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_starts_on_the_card_only() {
    let scene = Scene::saved().await;
    let link = format!("sso/start?try={}", scene.admin.csrf);
    let page = scene.admin.get("access/sso").await.page(200);
    assert!(page.contains(&format!("href=\"{ROOT}{link}\"")), "{page}");
    let card = format!("{ROOT}access/sso");
    let cross_site = [("sec-fetch-site", "cross-site")];
    assert_eq!(scene.admin.get_with(&link, &cross_site).await.redirect(), card);
    for guess in ["sso/start?try=1", "sso/start?try="] {
        assert_eq!(scene.admin.get(guess).await.redirect(), card);
    }
    let answer = scene.admin.get(&link).await;
    assert!(answer.redirect().starts_with(&scene.idp.issuer()));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_administrators_are_signed_out_at_once() {
    let scene = Scene::proven().await;
    let mut tab = scene.sign_in().await;
    let page = scene.admin.get("access/sso").await.page(200);
    let row = "<bdi>Barbara Jensen (bjensen@example.com)</bdi></a>";
    assert!(page.contains(row) && page.contains("Single sign-on</td>"), "{page}");
    let location = scene.admin.submit("access/sso/sign-out", &[]).await.redirect();
    assert_eq!(location, format!("{ROOT}access/sso?done=sso-signed-out"));
    assert_ne!(tab.get(&format!("{ROOT}menu")).await.status, 200);
    // The session of the token stays.
    scene.admin.get("menu").await.page(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_employees_page_signs_out_and_unlinks() {
    let scene = Scene::proven().await;
    let path = format!("employees/{}", scene.barbara);
    assert!(!scene.admin.get(&path).await.page(200).contains("/unlink\""), "no account yet");
    let mut tab = scene.sign_in().await;
    let page = scene.admin.get(&path).await.page(200);
    assert!(page.contains("/unlink\"") && page.contains("/sign-out\""), "{page}");
    let location = scene.admin.submit(&format!("{path}/sign-out"), &[]).await.redirect();
    assert!(scene.admin.get(location.trim_start_matches(ROOT)).await.page(200).contains("ended."));
    assert_ne!(tab.get(&format!("{ROOT}menu")).await.status, 200);
    scene.tenant.app.advance(time::Duration::seconds(1));
    let mut tab = scene.sign_in().await;
    let location = scene.admin.submit(&format!("{path}/unlink"), &[]).await.redirect();
    assert!(location.ends_with("?done=unlinked"));
    assert_ne!(tab.get(&format!("{ROOT}menu")).await.status, 200);
    assert!(!scene.admin.get(&path).await.page(200).contains("/unlink\""));
    scene.admin.submit(&format!("{path}/unlink"), &[]).await.redirect();
    let page = scene.admin.get("activity").await.page(200);
    assert!(page.contains("Administrator unlinked the account of"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_names_the_administrator_until_the_erasure() {
    let scene = Scene::proven().await;
    let ada = json!({"userName": "ada@example.com", ENTERPRISE: {"department": "Research"}});
    let ada = scene.tenant.create(&ada).await;
    let barbara = browser_of(&scene, &mut scene.sign_in().await).await;
    let form = format!("employees/{ada}/values/location");
    barbara.submit(&form, &[("value", "London")]).await.redirect();
    let name = "Barbara Jensen (bjensen@example.com)";
    for page in ["activity", &*format!("employees/{ada}/history")] {
        let text = scene.admin.get(page).await.page(200);
        assert!(text.contains(name), "{page}: {text}");
    }
    let id = &scene.barbara;
    scene.admin.submit(&format!("employees/{id}/archive"), &[("revision", "1")]).await;
    scene.tenant.delete(&format!("/Users/{id}")).await;
    let typed = [("userName", "bjensen@example.com")];
    scene.admin.submit(&format!("employees/{id}/erase"), &typed).await.redirect();
    for page in ["activity", &*format!("employees/{ada}/history"), "access/sso", "access"] {
        let text = scene.admin.get(page).await.page(200);
        assert!(!text.contains("bjensen") && !text.contains("Barbara"), "{page}: {text}");
    }
    let text = scene.admin.get(&format!("employees/{ada}/history")).await.page(200);
    assert!(text.contains("An erased employee") || text.contains("an erased employee"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refusal_page_has_fixed_texts_only() {
    let scene = Scene::proven().await;
    let page =
        async |query: &str| scene.tab().get(&format!("{ROOT}sso/refused?{query}")).await.page(403);
    for refusal in Refusal::all() {
        let text = page(&format!("reason={}&ref=7K3F9Q2M", refusal.as_str())).await;
        let sentence = refusal.sentence().replace('\'', "&#39;");
        assert!(text.contains(&sentence), "{refusal:?}: {text}");
        assert!(text.contains("Reference: <code>7K3F9Q2M</code>"), "{text}");
    }
    let general = Refusal::Failed.sentence();
    for query in
        ["", "reason=%3Cb%3E&ref=%3Cb%3E12345", "reason=unknown&ref=short", "ref=call%205550"]
    {
        let text = page(query).await;
        assert!(text.contains(general) && !text.contains("Reference:"), "{query}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn single_sign_on_is_removed_with_everything() {
    let scene = Scene::proven().await;
    let mut tab = scene.sign_in().await;
    let page = scene.admin.get("access/sso").await.page(200);
    let revision = after(&page, "name=\"revision\" value=\"", "\"").to_owned();
    let page = scene.admin.submit("access/sso/remove", &[("revision", &revision)]).await.page(422);
    assert!(page.contains("Tick the box to confirm the removal."), "{page}");
    let fields = [("revision", &*revision), ("confirm", "on")];
    let location = scene.admin.submit("access/sso/remove", &fields).await.redirect();
    assert_eq!(location, format!("{ROOT}access/sso?done=sso-removed"));
    assert_ne!(tab.get(&format!("{ROOT}menu")).await.status, 200);
    let page = scene.tab().get(&format!("{ROOT}sign-in")).await.page(200);
    assert!(page.contains("name=\"token\"") && !page.contains("sso/start"), "{page}");
}

/// Text of the provider and of people is never markup.
#[tokio::test(flavor = "multi_thread")]
async fn no_claim_and_no_name_is_markup() {
    let scene = Scene::proven().await;
    let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let path = format!("/Users/{}", scene.barbara);
    let rename = json!([{"op": "replace", "path": "displayName", "value": attack}]);
    scene.tenant.patch(&path, &rename).await.expect_success();
    let claims =
        json!({"sub": BARBARA, "name": attack, "preferred_username": attack, "email": attack});
    let mut tab = scene.tab();
    let authorized = scene.authorize(&mut tab, "sso/start", claims).await;
    assert_eq!(tab.call_back(&authorized).await.redirect(), ROOT);
    scene.test(json!({"sub": "00u9", "preferred_username": attack})).await;
    scene.save(&[("hd", attack), ("group", attack), ("admins", attack)]).await;
    let employee = format!("employees/{}", scene.barbara);
    for page in ["access", "access/sso", "sso/result", &employee, "activity"] {
        let text = scene.admin.get(page).await.page(200);
        for markup in ["<script>alert", "<img", "\"'>"] {
            assert!(!text.contains(markup), "{page}: {markup} in {text}");
        }
    }
}
