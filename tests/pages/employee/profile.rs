//! The profile of an employee: header, values in use, other attributes.

use super::super::at_acme;
use super::{ada, main, page_of, plain, row};
use crate::support::actors::OPERATOR;
use crate::support::browser::after;
use crate::support::counting_id;
use crate::support::employees::{ALL_ON, set};
use crate::support::urns::ENTERPRISE;
use rollcall::directory::users::import::row::{ImportColumn, ImportRow};
use rollcall::directory::users::import::{ImportMode, ImportOutcome};
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn the_header_names_the_person_and_the_values_in_use() {
    let browser = at_acme().await;
    set(&browser.tenant, ALL_ON).await;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = page_of(&browser, &grace).await;
    let mut body = ada();
    body[ENTERPRISE]["manager"] = json!({"value": "grace@example.com"});
    let path = page_of(&browser, &body).await;
    let page = browser.get(&path).await.page(200);
    let header = plain(after(&page, "<div class=\"head\">", "</nav>"));
    let expected = "Ada Lovelace Active Archive Countess · Research · GB · reports to Grace \
                    Hopper · created 2026-11-23 09:30 UTC Profile History 1 Groups 0 Reports Raw";
    assert_eq!(header, expected);
    for link in [
        "employees?department=Research\"",
        "employees?location=GB\"",
        &format!("{grace}\""),
        &format!("{path}/history\""),
        &format!("{path}/groups\""),
        &format!("{path}/reports\""),
        &format!("{path}/raw\""),
        &format!("{path}/archive\""),
    ] {
        assert!(page.contains(&format!("href=\"/tenants/acme/{link}")), "{link} in {page}");
    }
    let current = after(&page, "<nav class=\"tabs\"", "</nav>");
    assert_eq!(current.matches("aria-current").count(), 1);
    assert!(current.contains(&format!("{path}\" aria-current=\"page\">Profile")), "{current}");
}

#[tokio::test]
async fn an_empty_value_is_shown_as_none() {
    let browser = at_acme().await;
    set(&browser.tenant, ALL_ON).await;
    let mut body = ada();
    body[ENTERPRISE]["department"] = json!("");
    let path = page_of(&browser, &body).await;
    let page = browser.get(&path).await.page(200);
    assert_eq!(row(&page, "Department"), "– Your identity provider – – Edit Department");
    let list = browser.get("employees").await.page(200);
    assert!(list.contains("data-title=\"Department\"><span class=\"none\">–</span>"), "{list}");
}

#[tokio::test]
async fn a_setting_decides_the_value_in_use() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let own = [("value", "London")];
    browser.submit(&format!("{path}/values/location"), &own).await.redirect();
    let page = browser.get(&path).await.page(200);
    assert_eq!(row(&page, "Location"), "London You GB London Edit Location");
    assert_eq!(row(&page, "Department"), "– You Research – Edit Department");
    set(&browser.tenant, ALL_ON).await;
    let page = browser.get(&path).await.page(200);
    let location = "GB Your identity provider GB London (not in use: your identity provider’s value \
                    is) Edit Location";
    assert_eq!(row(&page, "Location"), location);
    assert_eq!(
        row(&page, "Department"),
        "Research Your identity provider Research – Edit Department"
    );
    assert_eq!(row(&page, "Email"), "ada@example.com Your identity provider ada@example.com");
    assert!(page.contains("<th scope=\"col\" class=\"wide\">Your identity provider sent</th>"));
}

#[tokio::test]
async fn a_manager_that_is_no_colleague_is_muted_text_without_a_link() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    for (text, link) in [("Somebody Else", ""), ("ada@example.com", &*path)] {
        let own = [("value", text)];
        browser.submit(&format!("{path}/values/manager"), &own).await.redirect();
        let page = browser.get(&path).await.page(200);
        let manager = after(&page, "class=\"main\">Manager</th>", "</td>");
        assert_eq!(manager.contains("class=\"muted\""), link.is_empty(), "{manager}");
        assert_eq!(after(manager, "href=\"/tenants/acme/", "\""), link, "{manager}");
    }
}

#[tokio::test]
async fn the_profile_has_plain_words_and_no_name_of_the_standard() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let page = browser.get(&path).await.page(200);
    let others = plain(after(&page, "<dl class=\"facts\">", "</dl>"));
    for words in
        ["Display name Ada Lovelace", "Given name Ada", "Mobile phone +44 20", "Title Countess"]
    {
        assert!(others.contains(words), "{words} in {others}");
    }
    assert!(!others.contains("Work email"), "the table has the only address: {others}");
    for name in ["urn:", "givenName", "phoneNumbers", "displayName", "externalId"] {
        assert!(!main(&page).contains(name), "{name} in {page}");
    }
}

#[tokio::test]
async fn an_imported_employee_comes_from_the_import_until_the_link() {
    let browser = at_acme().await;
    let values = [
        (ImportColumn::UserName, "ada@example.com".to_owned()),
        (ImportColumn::Email, "ada@example.com".to_owned()),
    ];
    let (row, directory) = (ImportRow::new(1, values), browser.tenant.directory());
    let done = directory.users().import(&[row], ImportMode::Write, &OPERATOR).await.unwrap();
    let ImportOutcome::Created(Some(id)) = done[0].outcome else { panic!("{done:?}") };
    let path = format!("employees/{id}");
    let page = browser.get(&path).await.page(200);
    assert!(main(&page).contains("imported 2026-11-23 09:30 UTC Profile"), "{page}");
    assert_eq!(super::row(&page, "Email"), "ada@example.com Import –");
    browser.tenant.app.advance(Duration::hours(2));
    let title = json!([{"op": "add", "path": "title", "value": "Countess"}]);
    browser.tenant.patch(&format!("/Users/{id}"), &title).await.expect(200);
    let page = browser.get(&path).await.page(200);
    let text = "Countess · imported 2026-11-23 09:30 UTC, linked to your identity provider \
                2026-11-23 11:30 UTC";
    assert!(main(&page).contains(text), "{page}");
    let email = "ada@example.com Your identity provider ada@example.com";
    assert_eq!(super::row(&page, "Email"), email);
}

#[tokio::test]
async fn an_unknown_employee_is_a_404_on_every_tab() {
    let browser = at_acme().await;
    for id in [counting_id(999).to_string(), "ada@example.com".to_owned()] {
        for tab in ["", "/history", "/groups", "/reports", "/raw", "/archive", "/erase"] {
            browser.get(&format!("employees/{id}{tab}")).await.page(404);
        }
        browser.get(&format!("employees/{id}/values/location")).await.page(404);
        browser.submit(&format!("employees/{id}/restore"), &[]).await.page(404);
    }
    let path = page_of(&browser, &ada()).await;
    browser.get(&format!("{path}/values/title")).await.page(404);
    browser.submit(&format!("{path}/values/title"), &[("value", "x")]).await.page(404);
}

#[tokio::test]
async fn people_are_shown_by_their_display_name() {
    let browser = at_acme().await;
    let body = json!({
        "userName": "ada@example.com",
        "displayName": "Countess Lovelace",
        "name": {"givenName": "Ada", "familyName": "King", "formatted": "Ada King"},
    });
    let path = page_of(&browser, &body).await;
    let page = browser.get("employees").await.page(200);
    assert!(page.contains("Countess Lovelace") && !page.contains("Ada King"), "{page}");
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("<h1><bdi>Countess Lovelace</bdi>"), "{page}");
}
