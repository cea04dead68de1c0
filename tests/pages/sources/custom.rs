//! Custom attributes: added by a form that keeps its values, and removed after a confirmation.

use super::super::at_acme;
use crate::support::admin::get;
use crate::support::browser::after;
use serde_json::json;

const ACME: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";

#[tokio::test]
async fn a_custom_attribute_is_added_shown_with_an_employee_and_removed() {
    let browser = at_acme().await;
    let page = browser.get("sources").await.page(200);
    assert!(page.contains("No custom attributes yet."), "{page}");
    let form = browser.get("sources/custom").await.page(200);
    assert!(form.contains(&format!("value=\"{ACME}\"")), "{form}");
    let fields =
        [("urn", ACME), ("name", "badge"), ("type", "integer"), ("description", "On <the> badge")];
    let added = browser.submit("sources/custom", &fields).await;
    assert_eq!(added.redirect(), "/tenants/acme/sources?done=declared");
    let page = browser.get("sources").await.page(200);
    assert!(
        page.contains("On &#60;the&#62; badge") && page.contains(">whole number</td>"),
        "{page}"
    );
    let body = json!({"userName": "ada@example.com", ACME: {"badge": 4711}});
    let id = browser.tenant.create(&body).await;
    let employee = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(employee.contains("4711"), "{employee}");

    let link = "sources/custom/remove?urn=urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Aacme%3A2%2E0%3AUser&#38;name=badge";
    assert!(page.contains(link), "{page}");
    let confirm = browser.get(&link.replace("&#38;", "&")).await.page(200);
    assert!(
        confirm.contains("Remove badge?") && confirm.contains("hides the values and keeps them")
    );
    let named = [("urn", ACME), ("name", "badge")];
    let removed = browser.submit("sources/custom/remove", &named).await;
    assert_eq!(removed.redirect(), "/tenants/acme/sources?done=undeclared");
    browser.submit("sources/custom/remove", &named).await.page(404);
    browser.get(&link.replace("&#38;", "&")).await.page(404);
    let employee = get(&browser.tenant, &format!("/employees/{id}")).await;
    let sent = employee["fromIdentityProvider"].to_string();
    assert!(sent.contains("ada@example.com") && !sent.contains("4711"), "{sent}");
}

#[tokio::test]
async fn a_form_with_a_wrong_field_keeps_the_others() {
    let browser = at_acme().await;
    let good = [("urn", ACME), ("name", "badge"), ("type", "integer"), ("description", "A text")];
    for (field, wrong, text) in [
        ("urn", "acme", "Enter a URN"),
        ("name", "1", "Enter a letter"),
        ("type", "complex", "Choose the type"),
        ("description", "a\u{7}b", "at most 200 characters"),
    ] {
        let fields = good.map(|(name, value)| (name, if name == field { wrong } else { value }));
        let page = browser.submit("sources/custom", &fields).await.page(422);
        assert!(page.contains(text), "{field}: {page}");
        let error = format!("id=\"{field}-error\"");
        assert!(page.contains(&error), "{field}: {page}");
        let input = after(&page, &format!("id=\"{field}\""), ">");
        assert!(input.contains("aria-invalid=\"true\"") && input.contains("autofocus"), "{input}");
        for (name, value) in good.iter().filter(|(name, _)| *name != field) {
            let is_kept = match *name {
                "type" => page.contains("value=\"integer\" selected"),
                _ => after(&page, &format!("id=\"{name}\""), ">")
                    .contains(&format!("value=\"{value}\"")),
            };
            assert!(is_kept, "{field} wrong, {name} lost: {page}");
        }
    }
    let two = [("urn", "acme"), ("name", "1"), ("type", "string")];
    let page = browser.submit("sources/custom", &two).await.page(422);
    assert!(page.contains("href=\"#urn\"") && page.contains("href=\"#name\""), "{page}");
}

#[tokio::test]
async fn a_conflict_is_explained_above_the_form() {
    let browser = at_acme().await;
    let fields = [("urn", ACME), ("name", "badge"), ("type", "integer")];
    browser.submit("sources/custom", &fields).await.redirect();
    let other = [("urn", ACME), ("name", "badge"), ("type", "string")];
    let page = browser.submit("sources/custom", &other).await.page(422);
    assert!(page.contains("remove it first") && page.contains("role=\"alert\""), "{page}");
    let reserved =
        [("urn", "urn:ietf:params:scim:schemas:core:2.0:User"), ("name", "a"), ("type", "string")];
    let page = browser.submit("sources/custom", &reserved).await.page(422);
    assert!(page.contains("reserved for SCIM"), "{page}");
}
