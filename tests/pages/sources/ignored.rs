//! Ignored attributes: kept with one click, hidden, or explained.

use super::super::at_acme;
use crate::support::admin::get;
use crate::support::browser::after;
use crate::support::urns::ENTERPRISE;
use serde_json::json;

const OWN: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
const KEY: &str = "User urn:ietf:params:scim:schemas:extension:acme:2.0:User:badgeNumber";

#[tokio::test]
async fn an_ignored_attribute_is_kept_with_its_urn_name_and_type() {
    let browser = at_acme().await;
    let body = json!({"userName": "ada", OWN: {"badgeNumber": [4711]}});
    let id = browser.tenant.create(&body).await;
    let page = browser.get("sources").await.page(200);
    assert!(page.contains("list: whole number, last sent 23 Nov UTC"), "{page}");
    assert!(!page.contains("4711"), "the value is never kept");
    let path = after(&page, "<a class=\"btn\" href=\"/tenants/acme/sources/custom?keep=", "\"");
    let form = browser.get(&format!("sources/custom?keep={path}")).await.page(200);
    let value = |name: &str| {
        after(after(&form, &format!("name=\"{name}\""), ">"), "value=\"", "\"").to_owned()
    };
    assert_eq!((value("urn"), value("name")), (OWN.to_owned(), "badgeNumber".to_owned()));
    assert!(form.contains("value=\"integer\" selected"), "{form}");
    assert!(after(&form, "id=\"several\"", ">").contains("checked"), "{form}");

    let fields = [
        ("kept", "1"),
        ("urn", OWN),
        ("name", "badgeNumber"),
        ("type", "integer"),
        ("several", "on"),
    ];
    let kept = browser.submit("sources/custom", &fields).await;
    assert_eq!(kept.redirect(), "/tenants/acme/sources?done=declared");
    let page = browser.get("sources?done=declared").await.page(200);
    let text = "Kept from now on. Sync again in your identity provider to fill it.";
    assert!(page.contains(text), "{page}");
    assert!(page.contains("No ignored attributes"), "{page}");
    browser.tenant.put(&format!("/Users/{id}"), &body).await.expect(200);
    let sent = browser.tenant.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(sent[OWN]["badgeNumber"], json!([4711]));
}

#[tokio::test]
async fn an_attribute_is_hidden_and_shown_again() {
    let browser = at_acme().await;
    browser.tenant.create(&json!({"userName": "ada", OWN: {"badgeNumber": 1}})).await;
    let page = browser.submit("sources/hide", &[("attribute", KEY)]).await.page(200);
    assert!(
        page.contains("Hidden for 30 days.") && page.contains("1 attribute is hidden."),
        "{page}"
    );
    assert!(!page.contains("Keep <bdi>"), "{page}");
    let undo = after(&page, "data-toast", "</form>");
    assert!(undo.contains("sources/hide") && undo.contains(KEY), "{undo}");
    let page = browser.submit("sources/hide", &[("attribute", KEY), ("show", "1")]).await.page(200);
    assert!(page.contains("Keep <bdi>badgeNumber"), "{page}");
    browser.submit("sources/hide", &[]).await.page(400);
}

#[tokio::test]
async fn a_near_miss_says_what_to_use() {
    let browser = at_acme().await;
    let body = json!({
        "userName": "ada", "urn:x:enterprise:1.0:user": {"location": "GB"},
        ENTERPRISE: {"departmnt": "R"}, "badge": "7", OWN: {"size": {"a": 1}}, "name": {"nick": "A"},
    });
    browser.tenant.create(&body).await;
    let page = browser.get("sources").await.page(200);
    let row = |name: &str| {
        let start = format!("<strong><bdi>{name}</bdi></strong>");
        after(&page, &start, "</li>").to_owned()
    };
    let location = row("location");
    let text = "location arrives under urn:x:enterprise:1.0:user. Use exactly this namespace:";
    assert!(
        location.contains(text) && location.contains(&format!(">{ENTERPRISE}</code>")),
        "{location}"
    );
    let misspelt = row("departmnt");
    assert!(misspelt.contains("Did you mean department?"), "{misspelt}");
    assert!(
        misspelt.contains(">department</code>") && misspelt.contains("data-copy="),
        "{misspelt}"
    );
    let badge = row("badge");
    assert!(badge.contains("give it a namespace of your own") && badge.contains(OWN), "{badge}");
    assert!(row("size").contains("Rollcall cannot keep an object."), "{page}");
    assert!(row("name.nick").contains("Correct the mapping in your identity provider."), "{page}");
    for name in ["location", "departmnt", "badge", "size", "name.nick"] {
        assert!(!row(name).contains("sources/custom?keep="), "{name}");
        assert!(row(name).contains("Hide</button>"), "{name}");
    }
    assert_eq!(get(&browser.tenant, "/attributes").await["attributes"], json!([]));
}
