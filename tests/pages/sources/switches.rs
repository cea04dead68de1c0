//! The switches: each saves at once, and can be undone.

use super::super::at_acme;
use crate::support::admin::{admin, get};
use crate::support::browser::{Browser, after};
use crate::support::urns::ENTERPRISE;
use serde_json::json;

/// The revision in the form of *Undo*.
fn revision(page: &str) -> String {
    after(after(page, "data-toast", "</form>"), "name=\"revision\" value=\"", "\"").to_owned()
}

/// Chooses a source without a script, and returns the page that follows.
pub async fn switch(browser: &Browser, name: &str, fields: &[(&str, &str)]) -> String {
    let path = browser.submit(&format!("sources/{name}"), fields).await.redirect();
    let below = path.strip_prefix("/tenants/acme/").expect("a page of the tenant");
    assert!(below.starts_with("sources?done="), "a reload shows the page: {below}");
    browser.get(below).await.page(200)
}

#[tokio::test]
async fn a_switch_has_the_words_of_the_setting_and_saves_at_once() {
    let browser = at_acme().await;
    let okta = json!({"provider": "okta"});
    admin(&browser.tenant, "PATCH", "/settings", okta).await.expect(200);
    for n in 0..3 {
        let mut body = json!({"userName": format!("u{n}")});
        if n > 0 {
            body[ENTERPRISE] = json!({"department": "Research"});
        }
        browser.tenant.create(&body).await;
    }
    let page = browser.get("sources").await.page(200);
    for name in ["department", "location", "manager"] {
        let button = format!(
            "role=\"switch\" id=\"source-{name}\" aria-checked=\"false\" aria-label=\"Set employee {name} info from Identity Provider\""
        );
        assert!(page.contains(&button), "{button} in {page}");
    }
    assert!(page.contains("Okta sends it for 2 of 3 people."), "{page}");

    let on = switch(&browser, "department", &[("source", "idp")]).await;
    assert!(on.contains("Department now comes from Okta. 2 people changed."), "{on}");
    assert!(on.contains("id=\"source-department\" aria-checked=\"true\""), "{on}");
    assert_eq!(get(&browser.tenant, "/settings").await["departmentFromIdp"], true);

    let undo = [("source", "own"), ("revision", &*revision(&on))];
    let off = switch(&browser, "department", &undo).await;
    let lost = "Department now uses your values. 2 people changed; 2 have no department now.";
    assert!(off.contains(lost), "{off}");
    assert_eq!(get(&browser.tenant, "/settings").await["departmentFromIdp"], false);
    let again = switch(&browser, "department", &[("source", "own")]).await;
    assert!(!again.contains("name=\"revision\"") && !again.contains("changed."), "{again}");
    let activity = browser.get("").await.page(200);
    let counts = "2 people changed, 2 without a value now";
    assert!(activity.contains(counts), "the history has the numbers: {activity}");
}

#[tokio::test]
async fn undo_never_undoes_a_later_change() {
    let browser = at_acme().await;
    let on = switch(&browser, "department", &[("source", "idp")]).await;
    switch(&browser, "location", &[("source", "idp")]).await;
    let undo = [("source", "own"), ("revision", &*revision(&on))];
    let page = browser.submit("sources/department", &undo).await.page(409);
    assert!(page.contains("Somebody changed the settings at the same time."), "{page}");
    assert!(page.contains("id=\"source-department\" aria-checked=\"true\""), "{page}");
    let settings = get(&browser.tenant, "/settings").await;
    assert_eq!(
        (&settings["departmentFromIdp"], &settings["locationFromIdp"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn the_address_of_a_notice_shows_only_what_happened() {
    let browser = at_acme().await;
    let first = browser.submit("sources/department", &[("source", "idp")]).await.redirect();
    let revision: u64 = after(&first, "done=", "&").parse().expect("a revision");
    browser.submit("sources/location", &[("source", "idp")]).await.redirect();
    let page = browser.get(&format!("sources?done={revision}")).await.page(200);
    assert!(page.contains("Department now comes from"), "{page}");
    assert!(!page.contains(">Undo</button>"), "a later change stays: {page}");
    for other in [revision + 9, 1, 0] {
        let page = browser.get(&format!("sources?done={other}")).await.page(200);
        assert!(!page.contains("data-toast"), "{other}: {page}");
    }
}

#[tokio::test]
async fn a_script_gets_the_part_with_the_notice() {
    let browser = at_acme().await;
    let fields = [("source", "idp"), ("csrf", &*browser.csrf)];
    let headers = [
        ("rollcall-fragment", "1"),
        ("origin", crate::support::ORIGIN),
        ("sec-fetch-site", "same-origin"),
    ];
    let part = browser.post_from("sources/manager", &fields, &headers).await.page(200);
    assert!(!part.contains("<html"), "{part}");
    assert!(part.contains("data-part=\"sources\"") && part.contains("data-toast"), "{part}");
    assert!(part.contains("id=\"source-manager\" aria-checked=\"true\""), "{part}");
}

#[tokio::test]
async fn a_wrong_switch_is_explained() {
    let browser = at_acme().await;
    for fields in [&[][..], &[("source", "okta")], &[("location", "on")]] {
        let page = browser.submit("sources/location", fields).await.page(400);
        assert!(page.contains("Choose one of the two sources"), "{page}");
    }
    for name in ["title", "Location"] {
        browser.submit(&format!("sources/{name}"), &[("source", "idp")]).await.page(404);
    }
    assert_eq!(get(&browser.tenant, "/settings").await["locationFromIdp"], false);
}
