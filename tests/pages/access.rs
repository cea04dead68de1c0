//! Tokens & access: the credentials of the tenant. A new token is shown once.

use super::activity::words;
use super::at_acme;
use crate::support::admin::admin;
use crate::support::browser::{Browser, after};
use crate::support::{TestTenant, acme};
use axum::body::Body;
use http::Request;
use serde_json::json;
use time::Duration;

/// Returns the id of a scope's newest token, from the link that revokes it. The page lists the newest token first.
pub async fn newest_token(browser: &Browser, scope: &str) -> String {
    let page = browser.get("access").await.page(200);
    after(&page, &format!("access/{scope}/revoke?token="), "\"").to_owned()
}

/// Returns the hidden field of a form that names the current token.
pub async fn seen(browser: &Browser, form: &str) -> String {
    let page = browser.get(form).await.page(200);
    after(&page, "name=\"seen\" value=\"", "\"").to_owned()
}

/// Returns the number of a form.
async fn number(browser: &Browser, form: &str) -> String {
    let page = browser.get(form).await.page(200);
    after(&page, "name=\"number\" value=\"", "\"").to_owned()
}

/// Replaces the admin token through the API. The token of the session stays valid for `overlap_secs` seconds.
pub async fn replace(browser: &Browser, overlap_secs: u32) {
    let request = Request::post("/tenants/acme/api/tokens/admin/replace")
        .header("authorization", format!("Bearer {}", browser.tenant.admin_token));
    let body = json!({"overlapSecs": overlap_secs}).to_string();
    browser.tenant.app.send(request.body(Body::from(body)).unwrap()).await.expect(200);
}

/// Returns the new token on a page.
fn token_on(page: &str) -> String {
    let token = after(page, "id=\"token\">", "<").to_owned();
    assert!(token.starts_with("rc_acme_") && token.len() == 51, "{page}");
    token
}

/// Returns the status of a list request with a token.
async fn status(tenant: &TestTenant, token: &str) -> u16 {
    let tenant = TestTenant { scim_token: token.to_owned(), ..tenant.clone() };
    tenant.get("/Users").await.status.as_u16()
}

/// Returns the part of the page about a kind of token.
async fn card(browser: &Browser, scope: &str) -> String {
    let page = browser.get("access").await.page(200);
    after(&page, &format!("aria-labelledby=\"{scope}\""), "</section>").to_owned()
}

#[tokio::test]
async fn a_used_token_is_replaced_and_the_old_one_works_as_long_as_was_chosen() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let old = tenant.scim_token.clone();
    assert_eq!(status(tenant, &old).await, 200);
    let before = card(&browser, "scim").await;
    assert!(before.contains("access/scim/replace") && before.contains("Active"), "{before}");
    assert!(before.contains("title=\"23 Nov 2026 UTC\">23 Nov 2026</td>"), "{before}");
    let first = seen(&browser, "access/scim/replace").await;
    tenant.app.advance(Duration::minutes(1));
    let fields = [("overlap", "1h"), ("label", "Okta <b>"), ("seen", &*first)];
    let page = browser.submit("access/scim/replace", &fields).await.page(200);
    let new = token_on(&page);
    assert!(page.contains("Copy it now. You will not see this token again."), "{page}");
    assert!(page.contains("“Identity Provider”</bdi> keeps working until <time"), "{page}");
    let url = "https://rollcall.example/tenants/acme/scim/v2";
    assert_eq!(after(&page, "id=\"tenant-url\">", "<"), url);
    assert_eq!((status(tenant, &new).await, status(tenant, &old).await), (200, 200));
    let after_it = card(&browser, "scim").await;
    assert!(!after_it.contains(&new) && after_it.contains("Okta &#60;b&#62;"), "{after_it}");
    let replaced = after(&after_it, "Replaced", "</td>");
    assert!(replaced.contains("works until") && replaced.contains("10:31 UTC"), "{after_it}");

    // While the older token works, the form asks for it.
    let second = seen(&browser, "access/scim/replace").await;
    let form = browser.get("access/scim/replace").await.page(200);
    assert!(form.contains("Also stop the older token, which works until"), "{form}");
    let soon = [("overlap", "none"), ("label", "Kept"), ("seen", &*second)];
    let form = browser.submit("access/scim/replace", &soon).await.page(422);
    assert!(form.contains("id=\"older-error\"") && form.contains("value=\"Kept\""), "{form}");
    assert!(form.contains("value=\"none\" selected"), "{form}");
    let drop = [("overlap", "none"), ("seen", &*second), ("older", "on")];
    let page = browser.submit("access/scim/replace", &drop).await.page(200);
    assert!(page.contains("“Identity Provider”</bdi> stops within a minute."), "{page}");
    let newest = token_on(&page);
    assert_eq!(status(tenant, &newest).await, 200);
    assert_eq!((status(tenant, &new).await, status(tenant, &old).await), (401, 401));
    let page = browser.get("activity").await.page(200);
    assert!(page.contains("Okta &#60;b&#62;"), "{page}");
}

#[tokio::test]
async fn a_reload_replaces_a_token_that_was_never_used() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let again = "Created again. The token shown before does not work.";
    let before = card(&browser, "scim").await;
    assert!(before.contains("access/scim/create"), "never used: {before}");
    let first = seen(&browser, "access/scim/create").await;
    let form = number(&browser, "access/scim/create").await;
    let fields = [("label", "Okta"), ("seen", &*first), ("number", &*form)];
    let page = browser.submit("access/scim/create", &fields).await.page(200);
    let one = token_on(&page);
    assert!(!page.contains(again), "{page}");
    let page = browser.submit("access/scim/create", &fields).await.page(200);
    let two = token_on(&page);
    assert!(page.contains(again), "{page}");
    tenant.app.advance(Duration::seconds(2));
    assert_eq!((status(tenant, &one).await, status(tenant, &two).await), (401, 200));
    let page = browser.submit("access/scim/create", &fields).await.page(409);
    assert!(page.contains("This token is in use") && !page.contains("rc_acme_"), "{page}");

    // The same holds for the form that replaces a token.
    let second = seen(&browser, "access/scim/replace").await;
    let form = number(&browser, "access/scim/replace").await;
    let fields = [("overlap", "1h"), ("seen", &*second), ("number", &*form)];
    let page = browser.submit("access/scim/replace", &fields).await.page(200);
    let three = token_on(&page);
    let page = browser.submit("access/scim/replace", &fields).await.page(200);
    let four = token_on(&page);
    assert!(page.contains(again), "{page}");
    tenant.app.advance(Duration::seconds(2));
    assert_eq!((status(tenant, &three).await, status(tenant, &four).await), (401, 200));
    assert_eq!(status(tenant, &two).await, 200, "the overlap goes on");
    let page = browser.submit("access/scim/replace", &fields).await.page(409);
    assert!(page.contains("This token was already replaced. Open Tokens"), "{page}");
    assert!(page.contains("Not possible right now"), "{page}");
}

#[tokio::test]
async fn a_form_never_ends_the_new_token_of_another_administrator() {
    let one = at_acme().await;
    let two = Browser::signed_in(&one.tenant).await;
    assert_eq!(status(&one.tenant, &one.tenant.scim_token).await, 200);
    for form in ["access/scim/replace", "access/read/create"] {
        let current = seen(&one, form).await;
        assert_eq!(current, seen(&two, form).await);
        let numbers = [number(&one, form).await, number(&two, form).await];
        let [first, second] = numbers
            .each_ref()
            .map(|number| [("seen", &*current), ("overlap", "1h"), ("number", &**number)]);
        token_on(&two.submit(form, &second).await.page(200));
        let current = seen(&two, form).await;
        let page = one.submit(form, &first).await.page(409);
        assert!(page.contains("This token was already replaced. Open Tokens"), "{page}");
        assert_eq!(seen(&two, form).await, current, "{form}: nothing changed");
    }
}

#[tokio::test]
async fn a_form_with_a_wrong_field_keeps_the_others() {
    let browser = at_acme().await;
    assert_eq!(status(&browser.tenant, &browser.tenant.scim_token).await, 200);
    let first = seen(&browser, "access/scim/replace").await;
    let named = [("label", "Identity Provider"), ("overlap", "7d"), ("seen", &*first)];
    let page = browser.submit("access/scim/replace", &named).await.page(422);
    assert!(
        page.contains("id=\"label-error\"") && page.contains("aria-invalid=\"true\""),
        "{page}"
    );
    assert!(page.contains("value=\"7d\" selected") && page.contains("value=\"Identity Provider\""));
    assert!(page.contains(&format!("name=\"seen\" value=\"{first}\"")), "{page}");
    let unknown = [("label", "Okta"), ("overlap", "1y"), ("seen", &*first)];
    let page = browser.submit("access/scim/replace", &unknown).await.page(422);
    assert!(page.contains("id=\"overlap-error\"") && page.contains("value=\"Okta\""), "{page}");
    let long = "x".repeat(101);
    let page = browser.submit("access/read/create", &[("label", &*long)]).await.page(422);
    assert!(page.contains("id=\"label-error\"") && page.contains(&long), "{page}");
    browser.get("access/idp/create").await.page(404);
    browser.submit("access/idp/replace", &[("overlap", "1h")]).await.page(404);
}

#[tokio::test]
async fn two_valid_tokens_of_a_kind_never_have_the_same_label() {
    let browser = at_acme().await;
    let mut tenant = browser.tenant.clone();
    admin(&tenant, "PATCH", "/settings", json!({"provider": "okta"})).await.expect(200);
    let proposed = async |form: &str| {
        let page = browser.get(form).await.page(200);
        after(&page, "name=\"label\" type=\"text\" value=\"", "\"").to_owned()
    };
    let taken = "id=\"label-error\">Another token has this label. Enter a different one.";
    for (label, next) in [("Okta Nov 2026", "Okta 23 Nov 2026"), ("Okta 2027", "Okta 23 Nov 2026")]
    {
        assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
        assert_eq!(proposed("access/scim/replace").await.split(' ').next(), Some("Okta"));
        let first = seen(&browser, "access/scim/replace").await;
        let fields = [("overlap", "1h"), ("older", "on"), ("seen", &*first), ("label", label)];
        let page = browser.submit("access/scim/replace", &fields).await.page(200);
        tenant.scim_token = token_on(&page);
        assert_eq!(status(&tenant, &tenant.scim_token).await, 200);
        let now = seen(&browser, "access/scim/replace").await;
        let same = [("overlap", "1h"), ("older", "on"), ("seen", &*now), ("label", label)];
        let page = browser.submit("access/scim/replace", &same).await.page(422);
        assert!(page.contains(taken) && page.contains("value=\"1h\" selected"), "{page}");
        assert_eq!(proposed("access/scim/replace").await, next);
    }
    // The old token keeps its label while it works, so a created token gets another.
    let current = seen(&browser, "access/scim/replace").await;
    let fields = [("overlap", "1h"), ("older", "on"), ("seen", &*current), ("label", "Next")];
    browser.submit("access/scim/replace", &fields).await.page(200);
    let unused = seen(&browser, "access/scim/create").await;
    assert_eq!(proposed("access/scim/create").await, "Okta");
    let old = [("label", "Okta 2027"), ("seen", &*unused)];
    assert!(browser.submit("access/scim/create", &old).await.page(422).contains(taken));
    assert_eq!(proposed("connect/2").await, "Okta");
    let seen =
        after(&browser.get("connect/2").await.page(200), "name=\"seen\" value=\"", "\"").to_owned();
    let old = [("label", "Okta 2027"), ("seen", &*seen)];
    assert!(browser.submit("connect/3", &old).await.page(422).contains(taken));
    let free = [("label", "Next"), ("seen", &*unused)];
    browser.submit("access/scim/create", &free).await.page(200);
}

#[tokio::test]
async fn a_new_token_is_shown_whatever_fails_after_it_was_made() {
    let browser = at_acme().await;
    browser.tenant.get("/Users").await.expect(200);
    let first = seen(&browser, "access/scim/replace").await;
    browser.tenant.app.faults.take_calls();
    let fields = [("overlap", "1h"), ("seen", &*first)];
    let shown = browser.submit("access/scim/replace", &fields).await.page(200);
    let operations = browser.tenant.app.faults.take_operations();
    assert_eq!(operations.last().map(String::as_str), Some("TransactWriteItems"));
    assert_eq!(status(&browser.tenant, &token_on(&shown)).await, 200);
}

#[tokio::test]
async fn a_read_token_is_created_and_revoked() {
    let browser = at_acme().await;
    let read = async |token: &str| {
        let request = Request::get("/tenants/acme/api/employees")
            .header("authorization", format!("Bearer {token}"));
        browser.tenant.app.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    let first = card(&browser, "read").await;
    assert!(first.contains("No active Read token."), "{first}");
    let shown = browser.submit("access/read/create", &[("label", "Payroll")]).await.page(200);
    let token = token_on(&shown);
    assert_eq!(after(&shown, "id=\"api-url\">", "<"), "https://rollcall.example/tenants/acme/api");
    assert!(!shown.contains("Tenant URL"), "{shown}");
    assert_eq!(read(&token).await, 200);
    assert!(card(&browser, "read").await.contains("<bdi>Payroll</bdi>"));
    let id = newest_token(&browser, "read").await;
    let ask = browser.get(&format!("access/read/revoke?token={id}")).await.page(200);
    assert!(ask.contains("Revoke <bdi>“Payroll”</bdi>?") && ask.contains("cannot undo"), "{ask}");
    let revoked = browser.submit("access/read/revoke", &[("token", &id)]).await;
    assert_eq!(revoked.redirect(), "/tenants/acme/access?done=revoked");
    assert_eq!(read(&token).await, 401, "at once here");
    for gone in [&*id, ""] {
        let page = browser.submit("access/read/revoke", &[("token", gone)]).await.page(404);
        assert!(page.contains("This token does not exist any more"), "{page}");
    }
    browser.get(&format!("access/read/revoke?token={id}")).await.page(404);
}

#[tokio::test]
async fn a_revoked_secret_token_leaves_a_page_that_says_what_to_do() {
    let browser = at_acme().await;
    let id = newest_token(&browser, "scim").await;
    let ask = browser.get(&format!("access/scim/revoke?token={id}")).await.page(200);
    assert!(ask.contains("cannot connect until it has a new token."), "{ask}");
    browser.submit("access/scim/revoke", &[("token", &id)]).await.redirect();
    let empty = card(&browser, "scim").await;
    assert!(empty.contains("No active Secret Token."), "{empty}");
    assert!(empty.contains("cannot connect until you create one."), "{empty}");
    assert_eq!(status(&browser.tenant, &browser.tenant.scim_token).await, 401);
}

#[tokio::test]
async fn the_question_before_a_revocation_says_which_token_the_identity_provider_uses() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    admin(tenant, "PATCH", "/settings", json!({"provider": "okta"})).await.expect(200);
    tenant.get("/Users").await.expect(200);
    let old = newest_token(&browser, "scim").await;
    let form = browser.get("access/scim/replace").await.page(200);
    assert!(form.contains("name=\"label\" type=\"text\" value=\"Okta Nov 2026\""), "{form}");
    assert!(form.contains("Leave empty for “Identity Provider”."), "{form}");
    let fields = [("overlap", "24h"), ("seen", &*old), ("label", "Okta 2027")];
    let page = browser.submit("access/scim/replace", &fields).await.page(200);
    let tenant = TestTenant { scim_token: token_on(&page), ..tenant.clone() };
    let new = newest_token(&browser, "scim").await;
    let ask = async |id: &str| {
        let page = browser.get(&format!("access/scim/revoke?token={id}")).await.page(200);
        words(after(&page, "name=\"token\"", "</form>"))
    };
    let uses = "Okta uses this token, and cannot connect until it has another one.";
    let old_works = "“Identity Provider” until 2026-11-24 09:30 UTC. You cannot undo this.";
    let old_keeps = old_works.replace("” until", "” keeps working until");
    assert!(ask(&old).await.contains(&format!("{uses} The token “Okta 2027” keeps working.")));
    assert!(ask(&new).await.contains(&format!("Okta keeps working with {old_works}")));
    tenant.get("/Users").await.expect(200);
    assert!(ask(&old).await.contains("Okta keeps working with “Okta 2027”. You cannot undo"));
    assert!(ask(&new).await.contains(&format!("{uses} The token {old_keeps}")));
}

#[tokio::test]
async fn the_last_admin_token_has_no_button_and_the_reason() {
    let browser = at_acme().await;
    let last = card(&browser, "admin").await;
    assert!(last.contains("This is the last Admin token. Replace it instead."));
    assert!(!last.contains("access/admin/revoke"), "{last}");
    assert!(last.contains("access/admin/replace"), "the session uses it: {last}");
    let fields = [("overlap", "24h"), ("seen", &*seen(&browser, "access/admin/replace").await)];
    let page = browser.submit("access/admin/replace", &fields).await.page(200);
    assert!(page.contains("Sign in with this token from now on."), "{page}");
    let both = card(&browser, "admin").await;
    assert_eq!(both.matches("access/admin/revoke").count(), 1, "the replaced one: {both}");
}

#[tokio::test]
async fn sign_ins_are_listed_with_time_token_and_browser() {
    let tenant = acme().await;
    let firefox = ("user-agent", "Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0");
    let mut browser = Browser::new(&tenant);
    let fields = [("token", &*tenant.admin_token)];
    let answer = browser.post_from("sign-in", &fields, &[firefox]).await;
    browser.keep(&answer);
    browser.post("sign-in", &[("token", "wrong")]).await.page(401);
    let list = async |browser: &Browser| {
        let page = browser.get("access").await.page(200);
        after(&page, "aria-labelledby=\"sign-ins\"", "</section>").to_owned()
    };
    let one = list(&browser).await;
    assert_eq!(one.matches("<time").count(), 1, "a refused sign-in is none: {one}");
    assert!(one.contains("Firefox") && one.contains("Administrator"), "{one}");
    assert!(one.contains("2026-11-23 09:30 UTC") && !one.contains("X11"), "{one}");
    for _ in 0..30 {
        tenant.app.advance(Duration::minutes(1));
        Browser::signed_in(&tenant).await;
    }
    let many = list(&browser).await;
    assert_eq!(many.matches("<time").count(), 20, "{many}");
    assert!(many.contains("10:00 UTC") && !many.contains("Firefox"), "the oldest are gone: {many}");
    tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_sign_in_succeeds_although_its_record_fails() {
    let tenant = acme().await;
    let failing =
        tenant.app.faults.plan_all("UpdateItem", crate::support::faults::Fault::internal());
    let browser = Browser::signed_in(&tenant).await;
    assert!(failing.end() > 0, "the record is lost");
    assert!(browser.get("access").await.page(200).contains("No sign-ins yet."));
}
