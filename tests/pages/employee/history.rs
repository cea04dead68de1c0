//! The history of an employee as sentences.

use super::super::at_acme;
use super::{ada, main, page_of, plain};
use crate::support::browser::{Browser, after};
use crate::support::employees::{ALL_ON, set};
use crate::support::urns::ENTERPRISE;
use rollcall::model::tenant::Settings;
use serde_json::json;
use time::Duration;

/// The rows of the timeline as text, without their times.
fn rows(page: &str) -> Vec<String> {
    let list = after(page, "<ol class=\"timeline\" id=\"history\">", "</ol>");
    list.split("<li>\n<time")
        .skip(1)
        .map(|row| plain(after(row, "</time>", "<li>\n<time")))
        .collect()
}

/// Sets an own value, one minute later.
async fn set_own(browser: &Browser, path: &str, name: &str, value: &str) {
    browser.tenant.app.advance(Duration::minutes(1));
    let form = format!("{path}/values/{name}");
    browser.submit(&form, &[("value", value)]).await.redirect();
}

/// Changes the settings, one minute later.
async fn choose(browser: &Browser, settings: Settings) {
    browser.tenant.app.advance(Duration::minutes(1));
    set(&browser.tenant, settings).await;
}

/// Changes the title, one minute later.
async fn change(browser: &Browser, path: &str, attribute: &str, value: &str) {
    browser.tenant.app.advance(Duration::minutes(1));
    let user = path.replace("employees", "/Users");
    let operation = json!([{"op": "replace", "path": attribute, "value": value}]);
    browser.tenant.patch(&user, &operation).await.expect(200);
}

#[tokio::test]
async fn changes_are_sentences_and_the_creation_folds() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    change(&browser, &path, "title", "Programmer").await;
    set_own(&browser, &path, "location", "London").await;
    browser.submit(&format!("{path}/archive"), &[]).await.redirect();
    let page = browser.get(&format!("{path}/history")).await.page(200);
    let rows = rows(&page);
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert_eq!(rows[0], "Administrator archived this employee");
    assert_eq!(rows[1], "Administrator set your location value: to London");
    let title = "Your identity provider changed title: from Countess → to Programmer";
    assert_eq!(rows[2], title);
    assert!(rows[3].starts_with("Your identity provider created this employee Show"), "{rows:?}");
    assert!(rows[3].contains("department to Research"), "{rows:?}");
    let created = after(&page, "created this employee", "</li>\n</ol>");
    assert!(created.contains("<details><summary>Show"), "{created}");
    assert!(main(&page).contains("History 4"), "{page}");
}

#[tokio::test]
async fn a_setting_that_moved_a_value_in_use_has_a_line() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    set_own(&browser, &path, "department", "Labs").await;
    let department = Settings { department_from_idp: true, ..Settings::default() };
    choose(&browser, department).await;
    // Neither source has a manager, and the hours of silence are no source.
    choose(&browser, Settings { manager_from_idp: true, ..department }).await;
    change(&browser, &path, &format!("{ENTERPRISE}:department"), "Engines").await;
    choose(&browser, Settings::default()).await;
    set_own(&browser, &path, "department", "Yard").await;
    choose(&browser, ALL_ON).await;
    change(&browser, &path, &format!("{ENTERPRISE}:department"), "Poetry").await;
    let page = browser.get(&format!("{path}/history")).await.page(200);
    let rows = rows(&page);
    let moved: Vec<&String> = rows.iter().filter(|row| row.contains("the source of")).collect();
    let expected = [
        "Operator set the source of Location to your identity provider and set the source of \
         Department to your identity provider Department in use from Yard → to Engines Location in \
         use to GB",
        "Operator set the source of Department to your values Department in use from Engines → to \
         Labs",
        "Operator set the source of Department to your identity provider Department in use from \
         Labs → to Research",
    ];
    assert_eq!(moved, expected);
    let places: Vec<usize> = (0..rows.len()).filter(|n| rows[*n].contains("source of")).collect();
    assert_eq!((rows.len(), places), (8, vec![1, 3, 5]), "{rows:#?}");
}

#[tokio::test]
async fn settings_from_before_the_employee_have_no_line() {
    let browser = at_acme().await;
    choose(&browser, ALL_ON).await;
    browser.tenant.app.advance(Duration::minutes(1));
    let path = page_of(&browser, &ada()).await;
    let page = browser.get(&format!("{path}/history")).await.page(200);
    assert_eq!(rows(&page).len(), 1, "{page}");
}

#[tokio::test]
async fn older_pages_know_the_values_of_their_time() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    set_own(&browser, &path, "department", "Labs").await;
    choose(&browser, ALL_ON).await;
    for n in 0..50 {
        change(&browser, &path, &format!("{ENTERPRISE}:department"), &format!("Team {n}")).await;
    }
    choose(&browser, Settings::default()).await;
    set_own(&browser, &path, "department", "Late").await;
    let page = browser.get(&format!("{path}/history")).await.page(200);
    let newest = rows(&page);
    assert_eq!(newest.len(), 51);
    let moved = "Department in use from Team 49 → to Labs Location in use from GB → none";
    assert!(newest[1].ends_with(moved), "{newest:?}");
    let older = after(after(&page, "class=\"pager\"", "</nav>"), "rel=\"next\" href=\"", "\"");
    let older = older.trim_start_matches("/tenants/acme/").to_owned();
    let page = browser.get(&older).await.page(200);
    let rows = rows(&page);
    assert_eq!(rows.len(), 4, "{rows:?}");
    let moved = "Department in use from Labs → to Research Location in use to GB";
    assert!(rows[1].ends_with(moved), "{rows:?}");
    assert!(page.contains(">First page</a>") && !page.contains("rel=\"next\""), "{page}");
}

#[tokio::test]
async fn the_filter_shows_one_attribute_of_both_sources() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    change(&browser, &path, "title", "Programmer").await;
    set_own(&browser, &path, "department", "Labs").await;
    choose(&browser, ALL_ON).await;
    change(&browser, &path, &format!("{ENTERPRISE}:department"), "Engines").await;
    let shown = async |attribute: &str| {
        let page = browser.get(&format!("{path}/history?attribute={attribute}")).await.page(200);
        assert!(page.contains(&format!("value=\"{attribute}\" selected")), "{page}");
        rows(&page)
    };
    let department = shown("department").await;
    assert_eq!(department.len(), 4, "{department:?}");
    assert!(department[1].ends_with("Department in use from Labs → to Research"), "{department:?}");
    assert_eq!(shown("title").await.len(), 2);
    assert_eq!(shown("name").await.len(), 1);
    assert_eq!(shown("active").await.len(), 1);
    assert!(shown("location").await[0].ends_with("Location in use to GB"));
    assert!(shown("costCenter").await.is_empty());
    let page = browser.get(&format!("{path}/history?attribute=costCenter")).await.page(200);
    assert!(main(&page).contains("No change of this attribute"), "{page}");
    let long = "x".repeat(201);
    browser.get(&format!("{path}/history?attribute={long}")).await.page(400);
}

#[tokio::test]
async fn a_filtered_history_goes_on_until_its_first_change() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    for n in 0..55 {
        set_own(&browser, &path, "location", &format!("Place {n}")).await;
        change(&browser, &path, "title", &format!("Title {n}")).await;
    }
    let page = browser.get(&format!("{path}/history?attribute=title")).await.page(200);
    let newest = rows(&page);
    assert_eq!(newest.len(), 50);
    assert!(newest.iter().all(|row| row.contains("changed title")), "{newest:?}");
    let next = after(&page, "rel=\"next\" href=\"/tenants/acme/", "\"").replace("&#38;", "&");
    let page = browser.get(&next).await.page(200);
    let older = rows(&page);
    assert_eq!(older.len(), 6, "{older:?}");
    assert!(older[5].contains("created this employee") && !page.contains("rel=\"next\""), "{page}");
}
