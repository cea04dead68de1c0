//! Custom attributes on the settings page.

use super::at_acme;
use crate::support::browser::after;
use serde_json::json;

#[tokio::test]
async fn a_custom_attribute_is_added_shown_with_an_employee_and_removed() {
    const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
    let browser = at_acme().await;
    let page = browser.get("").await.page(200);
    assert!(
        page.contains("No custom attributes are declared")
            && page.contains(&format!("value=\"{ACME}\""))
    );
    let fields =
        [("urn", ACME), ("name", "badge"), ("type", "integer"), ("description", "On <the> badge")];
    let added = browser.submit("attributes", &fields).await;
    assert_eq!(added.redirect(), "/tenants/acme/?done=declared");
    let page = browser.get("?done=declared").await.page(200);
    assert!(page.contains("The attribute is added") && page.contains("On &#60;the&#62; badge"));
    let body = json!({"userName": "ada@example.com", ACME: {"badge": 4711}});
    let id = browser.tenant.create(&body).await;
    let employee = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(employee.contains(ACME) && employee.contains("4711"), "{employee}");
    let activity = browser.get("activity").await.page(200);
    assert!(activity.contains("Custom attributes changed"), "{activity}");

    let other = [("urn", ACME), ("name", "badge"), ("type", "string")];
    assert!(browser.submit("attributes", &other).await.page(409).contains("remove it first"));
    for fields in [
        [("urn", "acme"), ("name", "a"), ("type", "string")],
        [("urn", ACME), ("name", "1"), ("type", "string")],
        [("urn", ACME), ("name", "a"), ("type", "complex")],
    ] {
        browser.submit("attributes", &fields).await.page(400);
    }
    let named = [("urn", ACME), ("name", "badge")];
    let removed = browser.submit("attributes/remove", &named).await;
    assert_eq!(removed.redirect(), "/tenants/acme/?done=undeclared");
    browser.submit("attributes/remove", &named).await.page(404);
    let employee = browser.get(&format!("employees/{id}")).await.page(200);
    let sent = after(&employee, "From the identity provider", "</section>");
    assert!(!sent.contains("4711"), "{sent}");
}
