//! The form for an own value, and the notice that undoes the change.

use super::super::at_acme;
use super::{ada, follow, main, notice, page_of, press_undo, row, undo, unescaped};
use crate::support::browser::after;
use crate::support::employees::{ALL_ON, history, set};
use serde_json::json;

/// The value in the field of the form.
fn field(page: &str) -> String {
    unescaped(after(after(page, "<input id=\"value\"", ">"), " value=\"", "\""))
}

/// The revision in the form.
fn revision(page: &str) -> String {
    after(page, "name=\"revision\" value=\"", "\"").to_owned()
}

#[tokio::test]
async fn a_value_is_set_and_cleared_one_at_a_time() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let form = format!("{path}/values/location");
    let page = browser.get(&form).await.page(200);
    assert!(page.contains("<form class=\"panel narrow\""), "{page}");
    assert!(main(&page).contains("In use – Your identity provider sent GB Your value"), "{page}");
    assert!(main(&page).contains("Leave empty to clear."), "{page}");
    let saved = browser.submit(&form, &[("value", " London ")]).await;
    assert_eq!(saved.redirect(), format!("/tenants/acme/{path}?done=2"));
    let page = follow(&browser, &saved).await;
    assert_eq!(row(&page, "Location"), "London You GB London Edit Location");
    assert!(notice(&page).contains("Saved. Undo"), "{page}");
    assert_eq!(field(&browser.get(&form).await.page(200)), "London");
    let department = format!("{path}/values/department");
    browser.submit(&department, &[("value", "Labs")]).await.redirect();
    let cleared = browser.submit(&form, &[("value", "  ")]).await;
    let page = follow(&browser, &cleared).await;
    assert_eq!(row(&page, "Location"), "– You GB – Edit Location");
    assert_eq!(row(&page, "Department"), "Labs You Research Labs Edit Department");
}

#[tokio::test]
async fn a_value_that_stays_the_same_changes_nothing() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let form = format!("{path}/values/manager");
    let answer = browser.submit(&form, &[("value", "")]).await;
    assert_eq!(answer.redirect(), format!("/tenants/acme/{path}"));
    let id = path.trim_start_matches("employees/").parse().unwrap();
    assert_eq!(history(&browser.tenant, id).await.len(), 1);
}

#[tokio::test]
async fn undo_puts_the_old_value_back() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let form = format!("{path}/values/department");
    let attack = "R&D \"<b>\"";
    browser.submit(&form, &[("value", attack)]).await.redirect();
    let page = follow(&browser, &browser.submit(&form, &[("value", "Labs")]).await).await;
    let (action, fields) = undo(&page);
    assert_eq!(action, form);
    let expected = [("value", attack), ("revision", "3"), ("undo", "1")];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let page = follow(&browser, &press_undo(&browser, &page).await).await;
    assert!(row(&page, "Department").starts_with("R&D \"<b>\" You"), "{page}");
}

#[tokio::test]
async fn undo_never_undoes_a_later_change() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let form = format!("{path}/values/department");
    let saved = follow(&browser, &browser.submit(&form, &[("value", "Labs")]).await).await;
    browser.submit(&form, &[("value", "Yard")]).await.redirect();
    let page = press_undo(&browser, &saved).await.page(409);
    assert!(main(&page).contains("changed after that, so nothing was undone."), "{page}");
    assert!(row(&page, "Department").starts_with("Yard You"), "{page}");
    let page = browser.get(&format!("{path}?done=2")).await.page(200);
    assert!(!page.contains(">Undo</button>"), "a notice of the past offers no undo: {page}");
}

#[tokio::test]
async fn only_a_change_that_happened_has_a_notice() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    for done in ["1", "2", "99999999999999999999", "saved", "-1", ""] {
        let page = browser.get(&format!("{path}?done={done}")).await.page(200);
        assert!(!page.contains("data-toast"), "{done}: {page}");
    }
}

#[tokio::test]
async fn a_wrong_value_is_kept_with_its_error() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let form = format!("{path}/values/location");
    let long = "x".repeat(4097);
    for (value, error) in [
        (&*long, "Enter at most 4,096 characters."),
        ("Lon\u{7}don", "Enter one line of text without control characters."),
    ] {
        let page = browser.submit(&form, &[("value", value)]).await.page(422);
        assert_eq!(field(&page), value);
        assert!(page.contains("aria-invalid=\"true\""), "{page}");
        assert!(page.contains(&format!("id=\"value-error\">{error}")), "{page}");
    }
    assert!(row(&browser.get(&path).await.page(200), "Location").starts_with("– You"));
}

#[tokio::test]
async fn a_form_of_an_earlier_revision_keeps_its_value_and_saves_at_the_second_try() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let form = format!("{path}/values/location");
    let old = revision(&browser.get(&form).await.page(200));
    browser.submit(&form, &[("value", "Leeds")]).await.redirect();
    let late = [("value", "London"), ("revision", &*old)];
    let page = browser.submit(&form, &late).await.page(409);
    assert!(main(&page).contains("Nothing was saved. Try again."), "{page}");
    assert!(main(&page).contains("In use Leeds"), "{page}");
    assert_eq!(field(&page), "London");
    let again = [("value", "London"), ("revision", &*revision(&page))];
    let page = follow(&browser, &browser.submit(&form, &again).await).await;
    assert!(row(&page, "Location").starts_with("London You"), "{page}");
    browser.submit(&form, &[("value", "x"), ("revision", "one")]).await.page(400);
}

#[tokio::test]
async fn the_form_says_whether_the_value_is_in_use() {
    let browser = at_acme().await;
    let path = page_of(&browser, &json!({"userName": "ada"})).await;
    let form = format!("{path}/values/manager");
    let page = browser.get(&form).await.page(200);
    assert!(main(&page).contains("An email address, userName or id of a colleague"), "{page}");
    assert!(!page.contains("not in use"), "{page}");
    set(&browser.tenant, ALL_ON).await;
    let page = browser.get(&form).await.page(200);
    let text = "Your value (not in use: your identity provider’s value is)";
    assert!(main(&page).contains(text), "{page}");
    assert!(main(&page).contains("Change the source in Data sources."), "{page}");
}
