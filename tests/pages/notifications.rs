//! *Notifications*: destinations on the pages are added, changed, paused, resumed, replaced and removed.

use super::at_acme;
use super::deep_links::leads_to_sign_in;
use crate::support::admin::get;
use crate::support::browser::{Browser, after};
use crate::support::destinations::URL;
use crate::support::log::Log;
use serde_json::json;

/// A form of each kind with valid values.
pub fn fields(kind: &str) -> Vec<(&'static str, String)> {
    let mut fields =
        vec![("kind", kind), ("name", "People"), ("url", URL), ("types", "employee.*")];
    match kind {
        "webhook" => fields.push(("payload", "full")),
        _ => fields.extend([("every", "hour"), ("hour", "17"), ("names", "on")]),
    }
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

/// The same form with another value of a field.
pub fn with(
    fields: Vec<(&'static str, String)>,
    name: &'static str,
    value: &str,
) -> Vec<(&'static str, String)> {
    let others = fields.into_iter().filter(|(found, _)| *found != name);
    others.chain([(name, value.to_owned())]).collect()
}

pub async fn submit(
    browser: &Browser,
    path: &str,
    fields: &[(&'static str, String)],
) -> crate::support::request::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
    browser.submit(path, &fields).await
}

/// Adds a destination on the pages. Returns its page's path.
pub async fn add(browser: &Browser, fields: &[(&'static str, String)]) -> String {
    let answer = submit(browser, "notifications", fields).await;
    let found = match answer.status.as_u16() {
        303 => answer.redirect(),
        _ => after(&answer.page(200), "<a class=\"btn btn-primary\" href=\"", "\"").to_owned(),
    };
    let path = found.trim_start_matches("/tenants/acme/");
    path.split('?').next().expect("a path").to_owned()
}

/// The text of a page or of a part of it, without markup.
pub fn words(markup: &str) -> String {
    let mut text = String::new();
    for part in markup.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        text.push(' ');
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace(" :", ":").replace(" ,", ",")
}

/// The value of the hidden field that names the revision of a destination.
async fn revision(browser: &Browser, path: &str) -> String {
    after(&browser.get(path).await.page(200), "name=\"revision\" value=\"", "\"").to_owned()
}

async fn destinations(browser: &Browser) -> Vec<serde_json::Value> {
    get(&browser.tenant, "/destinations").await["destinations"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn each_kind_is_added_and_its_url_is_never_shown() {
    let browser = at_acme().await;
    let log = Log::default();
    let _guard = log.start();
    let empty = browser.get("notifications").await.page(200);
    assert!(empty.contains("No destinations yet"), "{empty}");
    let kinds = browser.get("notifications/new").await.page(200);
    let mut seen = vec![empty];
    let mut secret = String::new();
    for kind in ["webhook", "slack", "teams"] {
        assert!(kinds.contains(&format!("notifications/new?kind={kind}")), "{kind}");
        let form = browser.get(&format!("notifications/new?kind={kind}")).await.page(200);
        assert_eq!(form.contains("name=\"payload\""), kind == "webhook", "{kind}");
        assert_eq!(form.contains("name=\"hour\""), kind != "webhook", "{kind}");
        let fields = with(fields(kind), "name", &format!("The {kind} <b>"));
        let answer = submit(&browser, "notifications", &fields).await;
        let path = match kind {
            "webhook" => {
                let page = answer.page(200);
                after(&page, "id=\"secret\">", "<").clone_into(&mut secret);
                assert!(secret.starts_with("whsec_") && secret.len() == 50, "{page}");
                assert!(
                    page.contains("will not see this secret again") && !page.contains("old secret"),
                    "{page}"
                );
                assert!(!page.contains("path-that-nobody-sees"), "{page}");
                after(&page, "<a class=\"btn btn-primary\" href=\"/tenants/acme/", "\"").to_owned()
            }
            _ => answer.redirect().trim_start_matches("/tenants/acme/").to_owned(),
        };
        let page = browser.get(&path).await.page(200);
        assert!(page.contains("<code>hooks.example.com …hook</code>"), "{page}");
        assert!(page.contains(&format!("The {kind} &#60;b&#62;")), "{page}");
        assert!(page.contains("value=\"employee.*\" checked"), "{page}");
        assert_eq!(page.contains("Signing secret"), kind == "webhook", "{kind}");
        assert_eq!(page.matches(" checked").count(), if kind == "webhook" { 1 } else { 2 });
        seen.push(page);
    }
    let list = browser.get("notifications").await.page(200);
    let shown = words(after(&list, "<tbody>", "</tbody>"));
    assert!(
        shown.contains("The slack &#60;b&#62; Slack hooks.example.com …hook Employees delivers"),
        "{shown}"
    );
    seen.extend([list, browser.get("activity").await.page(200), log.text()]);
    for page in seen {
        for hidden in ["path-that-nobody-sees", "s3cr3t", "whsec_"] {
            assert!(!page.contains(hidden), "{hidden} in {page}");
        }
    }
    let created = destinations(&browser).await;
    let slack = created.iter().find(|one| one["kind"] == "slack").expect("a channel");
    assert_eq!(
        (&slack["every"], &slack["hour"], &slack["names"]),
        (&json!("hour"), &json!(17), &json!(true))
    );
    assert_eq!(created.len(), 3);
    browser.tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_refusal_stands_beside_its_field_and_the_values_stay() {
    let browser = at_acme().await;
    for (kind, field, value, text) in [
        ("webhook", "name", " ", "Send a name of 1 to 64 characters"),
        ("webhook", "url", "", "Paste the URL."),
        ("webhook", "url", "http://hooks.example.com/a", "The URL must begin with https://."),
        ("webhook", "url", "https://127.0.0.1/a", "not an IP address."),
        ("teams", "url", "https://x.webhook.office.com/a", "Make a workflow in Teams"),
        ("webhook", "types", "employee.lost", "There is no type employee.lost."),
        ("slack", "attributes", "name.familyName", "Send names such as manager"),
        ("webhook", "payload", "all", "Choose what an event contains."),
        ("slack", "every", "week", "Choose how often a message is sent."),
        ("slack", "hour", "noon", "Choose an hour from 0 to 23."),
        ("slack", "hour", "24", "Send an hour (UTC) from 0 to 23."),
    ] {
        let sent = with(fields(kind), field, value);
        let page = submit(&browser, "notifications", &sent).await.page(422);
        let beside = after(&page, &format!("id=\"{field}-error\">"), "</p>");
        assert!(beside.contains(text), "{field} {value}: {beside}");
        let input = after(&page, &format!("id=\"{field}\""), ">");
        let marked = input.contains("aria-invalid=\"true\" autofocus");
        assert!(field == "types" || marked, "{field}: {input}");
        assert!(input.contains(&format!("{field}-error\"")), "{field}: {input}");
        assert_eq!(
            page.matches("<p class=\"field-error\" id=").count(),
            1,
            "only one field: {page}"
        );
        if field != "url" {
            assert!(page.contains(&format!("value=\"{URL}\"")), "{field}: {page}");
        }
        if field != "name" {
            assert!(page.contains("value=\"People\""), "{field}: {page}");
        }
        if field != "types" {
            assert!(page.contains("value=\"employee.*\" checked"), "{field}: {page}");
        }
    }
    let mut none = fields("slack");
    none.retain(|(name, _)| *name != "types" && *name != "names");
    let page = submit(&browser, "notifications", &none).await.page(422);
    assert!(after(&page, "id=\"types-error\">", "<").starts_with("Select the events"), "{page}");
    assert!(page.contains("<option value=\"17\" selected>") && !page.contains(" checked"));
    for kind in ["", "fax"] {
        let page = submit(&browser, "notifications", &with(fields("slack"), "kind", kind)).await;
        assert!(page.page(422).contains("Choose Slack, Teams or a webhook."));
    }
    assert_eq!(destinations(&browser).await, Vec::<serde_json::Value>::new());
    for _ in 0..10 {
        add(&browser, &fields("slack")).await;
    }
    let page = submit(&browser, "notifications", &fields("slack")).await.page(409);
    assert!(after(&page, "role=\"alert\">", "</ul>").contains("at most 10 destinations"), "{page}");
    let list = browser.get("notifications").await.page(200);
    assert!(list.contains("at most 10") && !list.contains("notifications/new"), "{list}");
}

#[tokio::test]
async fn a_change_keeps_the_url_unless_a_new_one_is_pasted() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("slack")).await;
    let form = with(with(fields("slack"), "url", ""), "types", "group.*");
    let mut form = with(form, "attributes", "manager,  department");
    form.extend([("types", "group.created".to_owned()), ("types", "employee.created".to_owned())]);
    form.retain(|(name, _)| *name != "names");
    let seen = with(form.clone(), "revision", &revision(&browser, &path).await);
    let saved = submit(&browser, &path, &seen).await.redirect();
    assert_eq!(saved, format!("/tenants/acme/{path}?done=destination-saved"));
    let page = browser.get(&format!("{path}?done=destination-saved")).await.page(200);
    assert!(page.contains("The destination is saved.") && page.contains("…hook"), "{page}");
    assert!(page.contains("value=\"manager, department\""), "{page}");
    let found = destinations(&browser).await.remove(0);
    assert_eq!(found["types"], json!(["group.*", "employee.created"]));
    assert_eq!(
        (&found["attributes"], &found["names"]),
        (&json!(["manager", "department"]), &json!(false))
    );

    let stale = with(seen, "name", "Stale");
    let page = submit(&browser, &path, &stale).await.page(409);
    assert!(page.contains("Somebody changed this destination at the same time"), "{page}");
    assert!(page.contains("value=\"Stale\"") && page.contains("<bdi>People</bdi>"), "{page}");
    assert!(page.contains("name=\"revision\" value=\"2\""), "{page}");
    let moved = with(form, "url", "https://hooks.example.org/another-path-of-its-own");
    let moved = with(moved, "revision", "2");
    let bad = with(moved.clone(), "url", "https://hooks.example.org:22/kept-in-the-form");
    let page = submit(&browser, &path, &bad).await.page(422);
    assert!(after(&page, "id=\"url-error\">", "<").contains("port"), "{page}");
    assert!(page.contains("value=\"https://hooks.example.org:22/kept-in-the-form\""), "{page}");
    submit(&browser, &path, &moved).await.redirect();
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("hooks.example.org ….own") || page.contains("hooks.example.org …-own"));
    assert!(!page.contains("another-path") && !page.contains("hooks.example.com"), "{page}");
    browser.tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn a_secret_is_replaced_once_and_shown_once() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("webhook")).await;
    let replace = format!("{path}/replace");
    let seen = revision(&browser, &path).await;
    let bad = browser.submit(&replace, &[("overlap", "1y"), ("revision", &seen)]).await.page(422);
    assert!(bad.contains("Choose how long the current secret also signs."), "{bad}");
    let fields = [("overlap", "24h"), ("revision", &*seen)];
    let shown = browser.submit(&replace, &fields).await.page(200);
    let secret = after(&shown, "id=\"secret\">", "<").to_owned();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{shown}");
    assert!(words(&shown).contains("also signs until 2026-11-24 09:30 UTC"), "{shown}");
    let again = browser.submit(&replace, &fields).await.page(409);
    assert!(
        again.contains("changed this destination at the same time"),
        "a reload makes none: {again}"
    );
    let seen = revision(&browser, &path).await;
    let second = browser.submit(&replace, &[("overlap", "1h"), ("revision", &seen)]).await;
    assert!(second.page(409).contains("still signs until 2026-11-24T09:30:00.000Z"));
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("It ends both secrets at once."), "{page}");
    let choices = after(&page, "<select id=\"overlap\"", "</select>");
    assert!(!page.contains("whsec_") && choices.matches("<option").count() == 1, "{page}");
    let none = [("overlap", "none"), ("revision", &*seen)];
    let shown = browser.submit(&replace, &none).await.page(200);
    assert!(shown.contains("The old secret does not sign any more"), "{shown}");
    assert_ne!(after(&shown, "id=\"secret\">", "<"), secret);
    let page = browser.get(&path).await.page(200);
    let choices = after(&page, "<select id=\"overlap\"", "</select>");
    assert_eq!(choices.matches("<option").count(), 4, "{page}");
}

#[tokio::test]
async fn a_removal_needs_its_box() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("webhook")).await;
    let page = browser.submit(&format!("{path}/remove"), &[]).await.page(422);
    assert!(after(&page, "id=\"remove-error\">", "<").contains("Tick the box"), "{page}");
    assert!(page.contains("<details class=\"ask\" id=\"remove\" open>"), "{page}");
    assert_eq!(destinations(&browser).await.len(), 1);
    let removed = browser.submit(&format!("{path}/remove"), &[("confirm", "on")]).await;
    assert_eq!(removed.redirect(), "/tenants/acme/notifications?done=destination-removed");
    let list = browser.get("notifications?done=destination-removed").await.page(200);
    assert!(list.contains("The destination is removed.") && list.contains("No destinations yet"));
    browser.get(&path).await.page(404);
    browser.submit(&format!("{path}/remove"), &[("confirm", "on")]).await.page(404);
    browser.tenant.expect_settled_and_sound().await;
}

#[tokio::test]
async fn another_tenant_and_a_visitor_without_session_reach_no_destination() {
    let browser = at_acme().await;
    let path = add(&browser, &fields("webhook")).await;
    let other = browser.tenant.app.tenant("other").await;
    let stranger = Browser::signed_in(&other).await;
    let nobody = Browser::new(&browser.tenant);
    for missing in [&*path, "notifications/nonsense"] {
        stranger.get(missing).await.page(404);
    }
    let mut form = fields("webhook");
    form.extend([("overlap", "none".to_owned()), ("from", "end".to_owned())]);
    form.extend([("confirm", "on".to_owned()), ("event", "evt_acme_0000_1".to_owned())]);
    form.push(("revision", "1".to_owned()));
    for rest in ["", "/test", "/resend", "/pause", "/resume", "/replace", "/remove"] {
        let route = format!("{path}{rest}");
        let page = submit(&stranger, &route, &form).await.page(404);
        assert!(page.contains("no destination with this id"), "{rest}: {page}");
        let page = submit(&nobody, &route, &form).await.page(403);
        assert!(page.contains("You were signed out. Nothing changed."), "{rest}");
    }
    for page in ["notifications", "notifications/new", &*path] {
        leads_to_sign_in(&nobody, page).await;
    }
    assert!(!stranger.get("notifications").await.page(200).contains("People"));
    assert_eq!(destinations(&browser).await[0]["revision"], 1);
}
