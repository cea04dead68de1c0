//! Text from clients is never markup on a page.

use super::at_acme;
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
    for name in ["location", "department", "manager"] {
        let form = format!("{path}/values/{name}");
        browser.submit(&form, &[("value", attack)]).await.redirect();
    }
    let fields = [("label", attack), ("overlap", attack), ("seen", attack)];
    browser.submit("access/scim/replace", &fields).await.page(422);
    let label = [("label", attack)];
    browser.submit("access/read/create", &label).await.page(200);
    let search = "employees?status=all&q=%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let tabs = ["history", "groups", "reports", "raw", "archive", "values/manager"];
    let tabs = tabs.map(|tab| format!("{path}/{tab}"));
    let pages = [
        "",
        &path,
        "employees?status=all",
        search,
        "activity",
        "access",
        "access/read/create",
        "?done=<script>",
        "nonsense<script>",
    ];
    for page in pages.into_iter().chain(tabs.iter().map(String::as_str)) {
        let page = page.replace('<', "%3C").replace('>', "%3E");
        let text = browser.get(&page).await.text();
        for markup in ["<script>alert", "<img", "\"'>", "<script>"] {
            assert!(!text.contains(markup), "{page}: {markup} in {text}");
        }
    }
    assert!(browser.get(&path).await.page(200).matches("&#60;script&#62;").count() > 15);
}
