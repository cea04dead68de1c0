//! The set-up link: it opens once, for one browser, and ends at once.

use crate::support::admin::{admin, get};
use crate::support::browser::{Browser, after};
use crate::support::{TestApp, TestTenant, acme};
use rollcall::directory::access::token_set::Which;
use rollcall::directory::{ActorRecord, Error, Scope, Stage};
use serde_json::{Value, json};
use time::Duration;

/// Makes a set-up link through the API. Returns its path below the pages.
pub async fn setup_link(tenant: &TestTenant) -> String {
    let made = admin(tenant, "POST", "/connect-links", Value::Null).await.expect(201);
    let url = made["url"].as_str().expect("a URL");
    let root = format!("https://rollcall.example/tenants/{}/", tenant.id);
    url.strip_prefix(&*root).expect("a link of the tenant").to_owned()
}

/// The random characters of a link. They may contain `_`.
fn secret_of(link: &str) -> &str {
    link.strip_prefix("connect/link/rcl_acme_").expect("a set-up link of acme")
}

/// Opens a set-up link in a new browser.
pub async fn guest_by(tenant: &TestTenant, link: &str) -> Browser {
    let mut guest = Browser::new(tenant);
    let answer = guest.post(link, &[]).await;
    assert_eq!(answer.redirect(), format!("/tenants/{}/connect", tenant.id));
    guest.keep(&answer);
    let page = guest.get("connect/1").await.page(200);
    guest.csrf = after(&page, "name=\"csrf\" value=\"", "\"").to_owned();
    guest
}

/// A browser with the session of a new set-up link.
pub async fn guest(tenant: &TestTenant) -> Browser {
    guest_by(tenant, &setup_link(tenant).await).await
}

async fn is_in(browser: &Browser) -> bool {
    browser.get("connect/1").await.status == 200
}

/// Checks that a link opens nothing, with the one text for unknown, expired and ended links.
async fn is_dead(tenant: &TestTenant, link: &str) {
    let browser = Browser::new(tenant);
    for answer in [browser.get(link).await, browser.post(link, &[]).await] {
        let page = answer.page(404);
        assert!(page.contains("unknown, expired or ended. Ask for a new one."), "{page}");
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn a_set_up_link_opens_connect_once_and_for_one_browser() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    assert!(link.starts_with("connect/link/rcl_acme_"), "{link}");
    // A scanner of mail opens the link, and its HEAD and GET use nothing up.
    for _ in 0..3 {
        let page = Browser::new(&tenant).get(&link).await.page(200);
        assert!(page.contains("Start set-up") && page.contains("Test"), "{page}");
    }
    let first = Browser::new(&tenant).post(&link, &[]).await;
    let cookie = first.header("set-cookie").to_owned();
    let (value, flags) = cookie.split_once("; ").expect("flags");
    assert!(value.starts_with("rollcall_connect=") && !value.contains("rcl_"));
    let expected = "Path=/tenants/acme/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(flags, expected);
    let mut guest = Browser::new(&tenant);
    guest.keep(&first);
    assert!(is_in(&guest).await);
    // The same browser comes back by the link. Another browser does not.
    assert_eq!(guest.get(&link).await.redirect(), "/tenants/acme/connect");
    let other = Browser::new(&tenant);
    for answer in [other.get(&link).await, other.post(&link, &[]).await] {
        let page = answer.page(410);
        assert!(page.contains("This link was opened on") && page.contains("2026-11-23 09:30 UTC"));
        assert_eq!(answer.header("set-cookie"), "");
    }
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_set_up_link_and_its_session_end_after_seven_days() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let guest = guest_by(&tenant, &link).await;
    tenant.app.advance(Duration::days(7) - Duration::seconds(1));
    assert!(is_in(&guest).await);
    tenant.app.advance(Duration::seconds(1));
    assert!(guest.get("connect/1").await.page(404).contains("unknown, expired or ended"));
    is_dead(&tenant, &link).await;
}

#[tokio::test]
async fn a_new_link_ends_the_link_before_it_and_its_session() {
    let tenant = acme().await;
    let first = setup_link(&tenant).await;
    let guest = guest_by(&tenant, &first).await;
    let elsewhere = Browser { tenant: tenant.at_another_server(), ..guest.clone() };
    assert!(is_in(&elsewhere).await);
    let second = setup_link(&tenant).await;
    assert!(!is_in(&guest).await && !is_in(&elsewhere).await);
    is_dead(&tenant, &first).await;
    let third = setup_link(&tenant).await;
    is_dead(&tenant, &second).await;
    assert!(is_in(&guest_by(&tenant, &third).await).await);
    assert_eq!(tenant.items("TENANT#acme#LINK").await.len(), 1);
}

#[tokio::test]
async fn a_revoked_link_ends_at_the_next_request_with_its_token_on_request() {
    let tenant = acme().await;
    let administrator = Browser::signed_in(&tenant).await;
    let current = async || {
        let tokens = get(&tenant, "/tokens").await;
        let tokens = tokens["tokens"].as_array().expect("tokens").clone();
        tokens.iter().filter(|token| token["scope"] == "scim").count()
    };
    for (fields, left) in [(vec![], 1), (vec![("token", "on")], 0)] {
        let link = setup_link(&tenant).await;
        let guest = guest_by(&tenant, &link).await;
        let elsewhere = Browser { tenant: tenant.at_another_server(), ..guest.clone() };
        guest.submit("connect/3", &[("label", "Okta")]).await.page(200);
        let page = administrator.get("connect/link/revoke").await.page(200);
        assert!(page.contains("Also revoke the Secret Token"), "{page}");
        administrator.submit("connect/link/revoke", &fields).await.redirect();
        assert!(!is_in(&guest).await && !is_in(&elsewhere).await);
        let late = elsewhere.submit("connect/3", &[("label", "Late")]).await;
        assert!(late.page(403).contains("Nothing changed"));
        is_dead(&tenant, &link).await;
        assert_eq!(current().await, left);
    }
    assert!(administrator.get("connect/link/revoke").await.page(200).contains("no set-up link"));
}

#[tokio::test]
async fn other_pages_lead_the_holder_of_a_link_back_to_connect() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    let back = "href=\"/tenants/acme/connect\">Back to Connect</a>";
    let line = format!("Your set-up link opens Connect only. <a {back}");
    let sign_in = guest.get("employees").await.redirect();
    let sign_in = sign_in.strip_prefix("/tenants/acme/").expect("a page").to_owned();
    assert!(sign_in.starts_with("sign-in"), "{sign_in}");
    let page = guest.get(&sign_in).await.page(200);
    assert!(page.contains(&line), "{page}");
    let page = guest.get("connect/9").await.page(404);
    assert!(page.contains(back) && !page.contains("first page"), "{page}");
    let stranger = Browser::new(&tenant).get(&sign_in).await.page(200);
    assert!(!stranger.contains("set-up link"), "{stranger}");
    let administrator = Browser::signed_in(&tenant).await;
    administrator.submit("connect/link/revoke", &[]).await.redirect();
    assert!(!guest.get(&sign_in).await.page(200).contains("set-up link"));
}

#[tokio::test]
async fn the_live_part_says_that_the_link_ended_and_asks_no_more() {
    let tenant = acme().await;
    let guest = guest(&tenant).await;
    let part = [("rollcall-fragment", "1")];
    let live = guest.get_with("connect/live?step=3", &part).await.text();
    assert!(live.contains("data-live") && !live.contains("does not work"), "{live}");
    let administrator = Browser::signed_in(&tenant).await;
    administrator.submit("connect/link/revoke", &[]).await.redirect();
    let ended = guest.get_with("connect/live?step=3", &part).await;
    let text = ended.text();
    assert_eq!(ended.status, 200, "{text}");
    assert!(text.contains("This link does not work any more. Ask for a new one."), "{text}");
    assert!(text.contains("data-part=\"connect-live\"") && !text.contains("data-live"), "{text}");
}

#[tokio::test]
async fn a_set_up_link_of_another_tenant_opens_nothing() {
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let link = setup_link(&acme).await;
    is_dead(&other, &link).await;
    is_dead(&other, &link.replace("rcl_acme_", "rcl_other_")).await;
    let random: String = secret_of(&link).chars().rev().collect();
    is_dead(&acme, &format!("connect/link/rcl_acme_{random}")).await;
    let guest = guest_by(&acme, &link).await;
    let elsewhere = Browser { tenant: other, ..guest };
    assert_eq!(elsewhere.get("connect/1").await.status, 404);
    let form = elsewhere.submit("connect/1", &[("provider", "okta")]).await;
    assert_eq!(form.status, 403);
}

#[tokio::test]
async fn a_planted_cookie_does_not_become_the_session_of_a_link() {
    let tenant = acme().await;
    let mut attacker = guest(&tenant).await;
    let link = setup_link(&tenant).await;
    // The victim's browser has the cookie of the attacker. The link starts a session of its own.
    let victim = Browser { connect_pass: attacker.connect_pass.clone(), ..Browser::new(&tenant) };
    let answer = victim.post(&link, &[]).await;
    let pass = after(answer.header("set-cookie"), "rollcall_connect=", ";").to_owned();
    assert!(!pass.is_empty() && pass != attacker.connect_pass);
    assert!(!is_in(&attacker).await);
    attacker.connect_pass = pass;
    assert!(is_in(&attacker).await, "only the pass of the answer opens Connect");
}

#[tokio::test]
async fn of_two_browsers_at_once_one_opens_the_link() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let (one, two) = (Browser::new(&tenant), Browser::new(&tenant.at_another_server()));
    let (one, two) = tokio::join!(one.post(&link, &[]), two.post(&link, &[]));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    let opened = get(&tenant, "/history").await.to_string().matches("\"opened\"").count();
    assert_eq!(opened, 1);
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn the_table_and_the_history_have_no_text_of_a_link() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let guest = guest_by(&tenant, &link).await;
    guest.submit("connect/3", &[("label", "Okta")]).await.page(200);
    let secret = secret_of(&link);
    for partition in ["TENANT#acme#LINK", "TENANT#acme", "TENANT#acme#HISTORY#SETTINGS"] {
        let items = tenant.items(partition).await;
        assert!(!items.is_empty(), "{partition}");
        let text = format!("{items:?}");
        for hidden in [secret, &guest.connect_pass, "rcl_"] {
            assert!(!text.contains(hidden), "{partition}: {text}");
        }
    }
}

#[tokio::test]
async fn the_history_says_when_a_link_was_opened_and_by_which_browser() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
    let headers = [("origin", "https://rollcall.example"), ("user-agent", agent)];
    Browser::new(&tenant).post_from(&link, &[], &headers).await.redirect();
    let history = get(&tenant, "/history").await;
    let entries = history["entries"].as_array().expect("entries");
    let opened = entries
        .iter()
        .find(|entry| entry["kind"] == "linkChanged" && entry["changes"][0]["new"] == "opened");
    let opened = opened.expect("the opening");
    assert_eq!(opened["actor"], json!({"kind": "setupLink"}));
    assert_eq!(opened["changes"][2]["new"], "Firefox on Windows");
    let activity = Browser::signed_in(&tenant).await.get("activity").await.page(200);
    assert!(activity.contains("Set-up link opened, Firefox on Windows"), "{activity}");
    let events = get(&tenant, "/events?from=start&types=link.changed").await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(2), "{events}");
}

#[tokio::test]
async fn a_link_that_ended_meanwhile_makes_no_token() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let guest = guest_by(&tenant, &link).await;
    guest.submit("connect/3", &[("label", "Okta")]).await.page(200);
    let access = &tenant.app.app.access;
    let open = access.links(&tenant.id).await.expect("links").remove(0);
    let administrator = Browser::signed_in(&tenant).await;
    administrator.submit("connect/link/revoke", &[("token", "on")]).await.redirect();
    // The form of the guest was admitted before the end of the link.
    let late = access.create_token_by_link(&tenant.id, Some("Late"), &open).await;
    assert!(matches!(late, Err(Error::TokenEnded)), "{late:?}");
    let tokens = get(&tenant, "/tokens").await.to_string();
    assert!(!tokens.contains("Late") && !tokens.contains("Okta"), "{tokens}");
}

#[tokio::test]
async fn a_token_and_the_end_of_its_link_at_once_leave_no_token_of_the_link() {
    let tenant = acme().await;
    let administrator = Browser::signed_in(&tenant).await;
    for _ in 0..5 {
        let guest = guest(&tenant).await;
        let elsewhere = Browser { tenant: tenant.at_another_server(), ..guest };
        let (_, revoked) = tokio::join!(
            elsewhere.submit("connect/3", &[("label", "Race")]),
            administrator.submit("connect/link/revoke", &[("token", "on")]),
        );
        revoked.redirect();
        let tokens = get(&tenant, "/tokens").await.to_string();
        assert!(!tokens.contains("Race"), "{tokens}");
    }
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn an_admin_token_that_ends_at_once_ends_the_link_made_with_it() {
    let tenant = acme().await;
    let operator = ActorRecord::operator("test");
    let access = &tenant.app.app.access;
    let replace = async |tenant: &TestTenant, overlap: u64| {
        let body = json!({"overlapSecs": overlap});
        let made = admin(tenant, "POST", "/tokens/admin/replace", body).await.expect(200);
        let token = made["token"].as_str().expect("a token").to_owned();
        TestTenant { admin_token: token, ..tenant.clone() }
    };
    // With an overlap the link goes on, until the replaced token is revoked.
    let link = setup_link(&tenant).await;
    let guest = guest_by(&tenant, &link).await;
    let next = replace(&tenant, 3600).await;
    assert!(is_in(&guest).await);
    let previous = Which::Stage(Stage::Previous);
    let revoked = access.revoke_tokens(&tenant.id, Scope::Admin, previous, &operator).await;
    assert_eq!(revoked.expect("a token"), 1);
    assert!(!is_in(&guest).await);
    is_dead(&tenant, &link).await;
    // Without an overlap the link ends, opened or not.
    let unopened = setup_link(&next).await;
    let last = replace(&next, 0).await;
    is_dead(&tenant, &unopened).await;
    // A link of another token, and a link whose token only expires, go on.
    let link = setup_link(&last).await;
    let guest = guest_by(&tenant, &link).await;
    admin(&last, "POST", "/tokens/read", json!({"label": "Payroll"})).await;
    let after_it = replace(&last, 60).await;
    tenant.app.advance(Duration::minutes(5));
    replace(&after_it, 0).await;
    assert!(is_in(&guest).await);
}

#[tokio::test]
async fn links_that_do_not_work_use_up_no_share() {
    let tenant = acme().await;
    let link = setup_link(&tenant).await;
    let tenant = tenant.at(tenant.app.serving(tenant.app.app.clone().with_tenant_units(1)));
    guest_by(&tenant, &link).await;
    let stranger = Browser::new(&tenant);
    let random: String = secret_of(&link).chars().rev().collect();
    let unknown = format!("connect/link/rcl_acme_{random}");
    for _ in 0..100 {
        stranger.get(&link).await.page(410);
        stranger.get(&unknown).await.page(404);
    }
    tenant.get("/Users").await.expect(200);
}
