//! The pages about employees: lists, search, one employee with the history, archive, restore and erase.

use super::at_acme;
use crate::support::acme;
use crate::support::actors::OPERATOR;
use crate::support::browser::{Browser, after};
use crate::support::counting_id;
use crate::support::urns::ENTERPRISE;
use rollcall::directory::access::token_set::{Earlier, Rotation};
use rollcall::directory::precondition::Precondition;
use rollcall::model::tenant::Scope;
use secrecy::ExposeSecret;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn a_setting_takes_effect_on_the_employees_page() {
    let browser = at_acme().await;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = browser.tenant.create(&grace).await;
    let body = json!({"userName": "ada@example.com", ENTERPRISE: {
        "location": "Greenwich", "department": "R&D", "manager": {"value": "grace@example.com"},
    }});
    let path = format!("employees/{}", browser.tenant.create(&body).await);
    let local = [("location", " Leeds "), ("department", ""), ("manager", "nobody")];
    let answer = browser.submit(&format!("{path}/local"), &local).await;
    assert_eq!(answer.redirect(), format!("/tenants/acme/{path}?done=local"));
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("<strong><bdi>Leeds</bdi></strong>"));
    assert!(!page.contains(&format!("employees/{grace}")));
    let on = [("location", "on"), ("manager", "on")];
    let answer = browser.submit("settings", &on).await;
    assert_eq!(answer.redirect(), "/tenants/acme/?done=saved");
    assert_eq!(browser.get("").await.page(200).matches(" checked").count(), 2);
    let page = browser.get(&path).await.page(200);
    assert!(page.contains("<strong><bdi>Greenwich</bdi></strong>"));
    assert!(page.contains(&format!("employees/{grace}\"><bdi>Grace Hopper")), "{page}");
    assert!(page.contains("value=\"Leeds\"") && page.contains(ENTERPRISE));
    browser.submit("settings", &[]).await.redirect();
    assert!(browser.get(&path).await.page(200).contains("<strong><bdi>Leeds</bdi></strong>"));
}

#[tokio::test]
async fn employees_are_found_by_status_and_name_page_by_page() {
    let browser = at_acme().await;
    assert!(browser.get("employees").await.page(200).contains("There are no active employees"));
    for n in 0..55 {
        let name = format!("user{n}@example.com");
        browser.tenant.create(&json!({"userName": name, "active": n % 5 != 0})).await;
    }
    let names = |page: &str| page.matches("data-title=\"userName\"").count();
    let page = browser.get("employees").await.page(200);
    assert_eq!((names(&page), page.matches("badge good").count()), (44, 44));
    let page = browser.get("employees?status=archived").await.page(200);
    assert_eq!((names(&page), page.matches(">Archived</span>").count()), (11, 11));
    let page = browser.get("employees?status=all&search=user").await.page(200);
    assert_eq!(names(&page), 50);
    let next = after(&page, "rel=\"next\" href=\"/tenants/acme/", "\"").replace("&#38;", "&");
    let page = browser.get(&next).await.page(200);
    assert_eq!(names(&page), 5);
    assert!(page.contains("First page") && !page.contains("rel=\"next\""));
    let page = browser.get("employees?status=all&search=USER54").await.page(200);
    assert_eq!(names(&page), 1);
    let page = browser.get("employees?search=nobody").await.page(200);
    assert!(page.contains("starts like this"));
    browser.get("employees?status=gone").await.page(400);
    browser.get("employees?cursor=x").await.page(400);
    browser.get("employees/ada@example.com").await.page(404);
    browser.get(&format!("employees/{}", counting_id(999))).await.page(404);
}

#[tokio::test]
async fn an_employee_is_archived_restored_and_erased_by_the_typed_id() {
    let browser = at_acme().await;
    let id = browser.tenant.create(&json!({"userName": "ada@example.com"})).await;
    let path = format!("employees/{id}");
    let act = async |verb: &str, fields: &[(&str, &str)]| {
        browser.submit(&format!("{path}/{verb}"), fields).await
    };
    let page = act("erase", &[("confirm", &id)]).await.page(409);
    assert!(page.contains("Archive the employee first"));
    assert!(act("archive", &[]).await.redirect().ends_with("?done=archived"));
    assert!(browser.get(&path).await.page(200).contains(">Archived</span>"));
    assert!(act("restore", &[]).await.redirect().ends_with("?done=restored"));
    act("archive", &[]).await.redirect();
    let page = browser.get(&format!("{path}?done=archived")).await.page(200);
    assert!(page.contains("role=\"status\"") && page.contains("Restored"));
    for wrong in ["", "ada@example.com", "yes"] {
        act("erase", &[("confirm", wrong)]).await.page(400);
    }
    assert_eq!(
        act("erase", &[("confirm", &id)]).await.redirect(),
        "/tenants/acme/employees?done=erased"
    );
    browser.get(&path).await.page(404);
    let page = browser.get("activity").await.page(200);
    assert!(page.contains("Employee erased") && page.contains(&id) && !page.contains("ada@"));
}

#[tokio::test]
async fn a_long_history_goes_on_with_older_entries() {
    let browser = at_acme().await;
    let id = browser.tenant.create(&json!({"userName": "ada@example.com"})).await;
    for n in 0..25 {
        let location = format!("Place {n}");
        browser
            .submit(&format!("employees/{id}/local"), &[("location", &*location)])
            .await
            .redirect();
    }
    let page = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(
        page.contains("<ins><bdi>Place 24</bdi></ins>")
            && !page.contains("<ins><bdi>Place 3</bdi></ins>")
    );
    let older = after(&page, "rel=\"next\" href=\"/tenants/acme/", "#").to_owned();
    let page = browser.get(&older).await.page(200);
    assert!(page.contains("<ins><bdi>Place 3</bdi></ins>") && page.contains("Created"));
    assert!(page.contains(">Newest</a>") && !page.contains("rel=\"next\""));
}

#[tokio::test]
async fn a_history_has_the_label_and_the_kind_of_each_actor() {
    let mut tenant = acme().await;
    let directory = tenant.directory();
    let rotation = Rotation {
        label: Some("Okta"),
        overlap: Duration::ZERO,
        earlier: Earlier::Keep,
        expected: None,
    };
    let tenants = &tenant.app.app.tenants;
    let new = tenants.rotate_token(&tenant.id, Scope::Scim, &rotation, &OPERATOR).await.unwrap();
    tenant.scim_token = new.token.expose_secret().to_owned();
    let browser = Browser::signed_in(&tenant).await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    browser.submit(&format!("employees/{id}/local"), &[("location", "Leeds")]).await.redirect();
    let any = Precondition::default();
    directory.users().archive(id.parse().unwrap(), &any, &OPERATOR).await.unwrap();
    let page = browser.get(&format!("employees/{id}")).await.page(200);
    let history = after(&page, "<ol class=\"timeline\">", "</ol>");
    let actors: Vec<&str> =
        history.split("by <bdi>").skip(1).map(|by| after(by, "", "</bdi>")).collect();
    assert_eq!(
        actors,
        ["rollcall command (operator)", "Administrator", "Okta (identity provider)"]
    );
    let activity = browser.get("activity").await.page(200);
    assert!(activity.contains("by <bdi>rollcall command (operator)</bdi>"), "{activity}");
}

#[tokio::test]
async fn people_are_shown_by_their_display_name() {
    let browser = at_acme().await;
    let body = json!({
        "userName": "ada@example.com",
        "displayName": "Countess Lovelace",
        "name": {"givenName": "Ada", "familyName": "King", "formatted": "Ada King"},
    });
    let id = browser.tenant.create(&body).await;
    let page = browser.get("employees").await.page(200);
    assert!(page.contains("Countess Lovelace") && !page.contains("Ada King"), "{page}");
    let page = browser.get(&format!("employees/{id}")).await.page(200);
    assert!(page.contains("Countess Lovelace"), "{page}");
}
