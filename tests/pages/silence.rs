//! The hours until silence is reported, on the settings page.

use super::at_acme;
use crate::support::browser::after;

#[tokio::test]
async fn the_hours_until_silence_are_saved_with_the_switches() {
    let browser = at_acme().await;
    let page = browser.get("").await.page(200);
    let field = |page: &str| after(page, "name=\"silentAfter\"", ">").to_owned();
    assert!(!field(&page).contains("value="), "off at first");
    let hint = after(&page, "id=\"silent-after-hint\">", "<");
    assert!(hint.contains("Microsoft Entra ID we suggest 24") && hint.contains("Okta"), "{hint}");

    let fields = [("location", "on"), ("silentAfter", " 24 ")];
    browser.submit("settings", &fields).await.redirect();
    let page = browser.get("").await.page(200);
    assert!(field(&page).contains("value=\"24\""), "{}", field(&page));
    let checked = after(&page, "name=\"location\"", ">");
    assert!(checked.contains("checked"), "{checked}");

    for wrong in ["0", "169", "1.5", "a day", "-1"] {
        let fields = [("silentAfter", wrong)];
        let page = browser.submit("settings", &fields).await.page(400);
        assert!(page.contains("whole number from 1 to 168"), "{wrong}");
    }
    let page = browser.get("").await.page(200);
    assert!(field(&page).contains("value=\"24\""), "a wrong number saves nothing");

    browser.submit("settings", &[("silentAfter", "")]).await.redirect();
    let page = browser.get("").await.page(200);
    assert!(!field(&page).contains("value="), "an empty field turns it off");
}
