//! The hours until silence is reported, on the page of the notifications.

use super::at_acme;
use crate::support::browser::after;

#[tokio::test]
async fn the_hours_until_silence_are_saved_or_refused_beside_the_field() {
    let browser = at_acme().await;
    let page = browser.get("notifications").await.page(200);
    let field = |page: &str| after(page, "<input id=\"hours\"", ">").to_owned();
    assert!(field(&page).contains("value=\"\""), "off at first");

    let saved = browser.submit("notifications/silence", &[("hours", " 24 ")]).await.redirect();
    assert_eq!(saved, "/tenants/acme/notifications?done=saved");
    let page = browser.get("notifications?done=saved").await.page(200);
    assert!(field(&page).contains("value=\"24\""), "{}", field(&page));
    assert!(page.contains("Saved. The new values apply now."), "{page}");

    for wrong in ["0", "169", "1.5", "a day", "-1"] {
        let page = browser.submit("notifications/silence", &[("hours", wrong)]).await.page(422);
        let error = after(&page, "id=\"hours-error\">", "<");
        assert!(error.contains("whole number from 1 to 168"), "{wrong}: {error}");
        assert!(field(&page).contains(&format!("value=\"{wrong}\"")), "{wrong} stays");
    }
    let page = browser.get("notifications").await.page(200);
    assert!(field(&page).contains("value=\"24\""), "a wrong number saves nothing");

    browser.submit("notifications/silence", &[("hours", "")]).await.redirect();
    let page = browser.get("notifications").await.page(200);
    assert!(field(&page).contains("value=\"\""), "an empty field turns it off");
}
