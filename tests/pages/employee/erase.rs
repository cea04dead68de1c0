//! The permanent erasure of an archived employee.

use super::super::at_acme;
use super::{ada, main, page_of, unescaped};
use crate::support::browser::after;

/// The typed userName in the form.
fn typed(page: &str) -> String {
    unescaped(after(after(page, "<input id=\"userName\"", ">"), " value=\"", "\""))
}

#[tokio::test]
async fn only_an_archived_employee_can_be_erased() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let erase = format!("{path}/erase");
    let page = browser.get(&erase).await.page(200);
    assert!(main(&page).contains("Archive Ada first."), "{page}");
    assert!(!page.contains("name=\"userName\""), "{page}");
    let refused = browser.submit(&erase, &[("userName", "ada@example.com")]).await.page(409);
    assert!(main(&refused).contains("Archive Ada first."), "{refused}");
    browser.get(&path).await.page(200);
}

#[tokio::test]
async fn the_typed_user_name_erases_the_record_and_its_history() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let erase = format!("{path}/erase");
    browser.submit(&format!("{path}/archive"), &[]).await.redirect();
    let page = browser.get(&erase).await.page(200);
    let text = "Erase Ada Lovelace permanently? For data-protection requests. Removes the record and \
                its history. You cannot undo this. This also empties the list Ignored attributes, because \
                a name in it may be about this person. The next requests fill the list again. Type the \
                userName ada@example.com";
    assert!(main(&page).contains(text), "{page}");
    let id = path.trim_start_matches("employees/");
    for wrong in ["", "ada", "yes", "<b>", id] {
        let page = browser.submit(&erase, &[("userName", wrong)]).await.page(422);
        assert_eq!(typed(&page), wrong);
        let error = after(&page, "id=\"userName-error\">", "<");
        assert!(error.contains("ada@example.com."), "{page}");
        assert!(page.contains("aria-invalid=\"true\""), "{page}");
    }
    browser.submit(&erase, &[("confirm", id)]).await.page(422);
    let erased = browser.submit(&erase, &[("userName", " ADA@example.com ")]).await;
    assert_eq!(erased.redirect(), "/tenants/acme/employees?done=erased");
    for tab in ["", "/history", "/groups", "/reports", "/raw", "/erase"] {
        browser.get(&format!("{path}{tab}")).await.page(404);
    }
    let activity = browser.get("activity").await.page(200);
    assert!(!activity.contains("ada@") && !activity.contains("Lovelace"), "{activity}");
    browser.tenant.expect_sound().await;
}
