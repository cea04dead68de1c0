//! The preview of another source.

use super::super::at_acme;
use super::switches::switch;
use crate::support::admin::{admin, get};
use crate::support::browser::after;
use crate::support::urns::ENTERPRISE;
use serde_json::json;

#[tokio::test]
async fn a_preview_shows_the_effect_and_saves_it() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let okta = json!({"provider": "okta"});
    admin(tenant, "PATCH", "/settings", okta).await.expect(200);
    for (name, sent, own) in [
        ("Gains", Some("Research"), None),
        ("Loses", None, Some("Sales")),
        ("Same", Some("Sales"), Some("Sales")),
    ] {
        let mut body = json!({"userName": name, "displayName": format!("<{name}>")});
        if let Some(sent) = sent {
            body[ENTERPRISE] = json!({ "department": sent });
        }
        let id = tenant.create(&body).await;
        if let Some(own) = own {
            let own = json!({ "department": own });
            admin(tenant, "PATCH", &format!("/employees/{id}"), own).await.expect(200);
        }
    }
    let page = browser.get("sources/department/preview?source=idp").await.page(200);
    let effect = "2 of 3 active people would change. 1 would have no department, because Okta sends none for them.";
    assert!(page.contains(effect), "{page}");
    let table = after(&page, "<tbody>", "</tbody>");
    let rows: Vec<&str> = table.split("<tr>").skip(1).collect();
    assert_eq!(rows.len(), 2, "{table}");
    assert!(rows[0].contains("&#60;Loses&#62;") && rows[0].contains("<bdi>Sales</bdi>"), "{table}");
    assert!(rows[0].contains("data-title=\"Then\"><span class=\"none\">none"), "{table}");
    assert!(rows[1].contains("Gains") && rows[1].contains("<bdi>Research</bdi>"), "{table}");
    assert!(page.contains("class=\"panel"), "a script shows the form as a dialog");
    assert!(page.contains("Use Okta’s values</button>"), "{page}");
    assert_eq!(get(tenant, "/settings").await["departmentFromIdp"], false, "nothing changed");

    let source = after(&page, "name=\"source\" value=\"", "\"");
    let saved = switch(&browser, "department", &[("source", source)]).await;
    assert!(
        saved
            .contains("Department now comes from Okta. 2 people changed; 1 has no department now."),
        "{saved}"
    );
    // Without a source, the preview is about the other one.
    let back = browser.get("sources/department/preview").await.page(200);
    assert!(back.contains("Use your own values for department?"), "{back}");
    assert!(back.contains("because you set none for them."), "{back}");
}

#[tokio::test]
async fn a_preview_without_people_says_so() {
    let browser = at_acme().await;
    let page = browser.get("sources/manager/preview?source=idp").await.page(200);
    assert!(page.contains("There are no active employees yet, so nobody changes."), "{page}");
    browser.get("sources/title/preview").await.page(404);
}
