//! Step 4: the values to copy, and the check of the attributes that arrive.

use super::with_new_token;
use crate::pages::at_acme;
use crate::support::browser::after;
use crate::support::urns::ENTERPRISE;
use serde_json::json;

#[tokio::test]
async fn each_provider_has_the_fields_of_its_screens() {
    let browser = at_acme().await;
    for (provider, texts) in [
        (
            "okta",
            vec![
                "Variable name",
                "managerValue",
                "manager.value",
                "check <strong>User personal</strong>",
                "select <strong>string</strong>",
                "External namespace",
                "<strong>countryCode</strong> or another attribute with the place of work",
            ],
        ),
        (
            "entra",
            vec![
                "Edit attribute list",
                "enterprise:2.0:User:location",
                "reference. Leave it as it is",
            ],
        ),
        ("other", vec!["enterprise:2.0:User:location", "enterprise:2.0:User:manager.value"]),
    ] {
        browser.submit("connect/1", &[("provider", provider)]).await.redirect();
        let page = browser.get("connect/4").await.page(200);
        for text in texts {
            assert!(page.contains(text), "{provider} {text}: {page}");
        }
        let ids: Vec<&str> =
            page.split("<code id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let mut distinct = ids.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(ids.len(), distinct.len(), "{ids:?}");
        for id in ids {
            assert!(page.contains(&format!("data-copy=\"{id}\"")), "{provider} {id}");
        }
    }
}

#[tokio::test]
async fn the_check_says_what_arrived_and_what_was_ignored() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let page = browser.get("connect/4").await.page(200);
    assert!(page.contains("No employee yet"), "{page}");
    tenant
        .create(&json!({
            "userName": "ada@example.com",
            "locaton": "GB",
            "badge": 7,
            ENTERPRISE: {"manager": {"value": "nobody@example.com"}},
        }))
        .await;
    let page = browser.get("connect/4").await.page(200);
    let fact =
        |page: &str, name: &str| after(page, &format!("<dt>{name}</dt><dd>"), "</dd>").to_owned();
    assert_eq!(fact(&page, "location"), "not yet");
    let not_found = "not found: no employee has this email, userName or id";
    assert_eq!(fact(&page, "manager").trim(), format!("arrived for 1 of 1, {not_found}"));
    let card = browser.get("connect/5").await.page(200);
    let row = after(&card, "<th scope=\"row\">Manager</th>", "</tr>");
    assert!(row.contains("<bdi>nobody@example.com</bdi>") && row.contains(not_found), "{row}");
    assert_eq!(fact(&page, "department"), "not yet");
    let ignored = after(&page, "<h3>Ignored</h3>", "</ul>");
    let advice = "locaton</code>: Did you mean location? Use exactly this name in Okta: <code>location</code>";
    assert!(ignored.contains(advice), "{ignored}");
    assert!(ignored.contains("badge</code></li>"), "{ignored}");
    let hidden = [("attribute", "User badge")];
    browser.submit("sources/hide", &hidden).await.page(200);
    assert!(!browser.get("connect/4").await.page(200).contains("badge</code>"));
}

#[tokio::test]
async fn a_look_alike_leaves_the_step_open_until_the_right_name_arrives() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let user = |name: &str| {
        let mut user = json!({"userName": "ada@example.com", "badge": 7});
        user[ENTERPRISE] = json!({"department": "Research"});
        user[ENTERPRISE][name] = json!("GB");
        user
    };
    let id = tenant.create(&user("locaton")).await;
    let is_open = "Map attributes</a>";
    let way = "Delete the attribute in the Profile Editor and add it again with External name location, then map it.";
    for step in ["connect/4", "connect/5", "connect/live?step=5"] {
        let page = browser.get(step).await.page(200);
        let ignored = after(&page, "<h3>Ignored</h3>", "</ul>");
        assert!(ignored.contains("Did you mean location?") && ignored.contains(way), "{page}");
        assert!(page.contains(is_open), "{step}: {page}");
    }
    assert!(browser.get("connect").await.page(200).contains(is_open));
    tenant.put(&format!("/Users/{id}"), &user("location")).await.expect(200);
    let page = browser.get("connect/5").await.page(200);
    assert!(!page.contains("locaton") && page.contains("badge</code>"), "{page}");
    assert!(page.contains("Map attributes<span class=\"hidden\"> (done)</span>"), "{page}");
    assert!(!browser.get("connect").await.page(200).contains(is_open));
}

#[tokio::test]
async fn the_check_names_the_colleague_whom_the_manager_means() {
    let browser = at_acme().await;
    let tenant = with_new_token(&browser, "okta").await;
    let grace =
        json!({"userName": "grace@example.com", "displayName": "Grace Hopper", "active": false});
    tenant.create(&grace).await;
    tenant
        .create(&json!({
            "userName": "ada@example.com",
            ENTERPRISE: {"manager": {"value": "grace@example.com"}},
        }))
        .await;
    let page = browser.get("connect/4").await.page(200);
    let found = "found: <bdi>Grace Hopper</bdi>, a colleague";
    assert!(page.contains(&format!("arrived for 1 of 1, {found}")), "{page}");
    let card = browser.get("connect/5").await.page(200);
    let row = after(&card, "<th scope=\"row\">Manager</th>", "</tr>");
    assert!(row.contains("<bdi>grace@example.com</bdi>") && row.contains(found), "{row}");
    // The check of several people names the person with this manager.
    tenant.create(&json!({"userName": "zoe@example.com", "displayName": "Zoë"})).await;
    let bob = json!({"userName": "bob", ENTERPRISE: {"manager": {"value": "zoe@example.com"}}});
    tenant.create(&bob).await;
    let page = browser.get("connect/4").await.page(200);
    let several = "arrived for 2 of 3. The manager of <bdi>bob</bdi> is found: <bdi>Zoë</bdi>";
    assert!(page.contains(several), "{page}");
}
