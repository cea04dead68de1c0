//! Text from clients is never markup on a page.

use super::at_acme;
use crate::support::browser::after;
use crate::support::urns::ENTERPRISE;
use serde_json::json;

#[tokio::test]
async fn what_people_are_called_is_never_markup() {
    let browser = at_acme().await;
    let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let body = json!({
        "userName": format!("u{attack}"), "displayName": attack, "title": attack,
        "externalId": attack, "nickName": attack,
        "name": {"givenName": attack, "familyName": attack, "formatted": attack},
        "emails": [{"value": format!("e{attack}"), "type": attack, "display": attack}],
        ENTERPRISE: {"department": attack, "location": attack, "manager": {"value": attack}},
    });
    let id = browser.tenant.create(&body).await;
    let path = format!("employees/{id}");
    let local = [("location", attack), ("department", attack), ("manager", attack)];
    browser.submit(&format!("{path}/local"), &local).await.redirect();
    let page = browser.get("").await.page(200);
    let seen = after(&page, "name=\"seen\" value=\"", "\"").to_owned();
    let rotation = [("overlap", "1h"), ("label", attack), ("seen", &*seen)];
    browser.submit("tokens/scim/rotate", &rotation).await.page(200);
    let search = "employees?status=all&search=%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let pages = [
        "",
        &path,
        "employees?status=all",
        search,
        "activity",
        "?done=<script>",
        "nonsense<script>",
    ];
    for page in pages {
        let page = page.replace('<', "%3C").replace('>', "%3E");
        let text = browser.get(&page).await.text();
        for markup in ["<script>alert", "<img", "\"'>", "<script>"] {
            assert!(!text.contains(markup), "{page}: {markup} in {text}");
        }
    }
    assert!(browser.get(&path).await.page(200).matches("&#60;script&#62;").count() > 15);
}
