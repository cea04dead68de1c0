//! *Overview*, as a browser sees it.

mod chart;
mod state;
mod to_do;

use super::at_acme;
use crate::support::browser::Browser;
use crate::support::urns::ENTERPRISE;
use serde_json::json;

#[tokio::test]
async fn an_empty_tenant_leads_to_connect_until_the_first_person() {
    let browser = at_acme().await;
    assert_eq!(browser.get("").await.redirect(), "/tenants/acme/connect");
    let skipped = browser.get("?skip=1").await.page(200);
    assert!(skipped.contains("Waiting") && skipped.contains("No changes yet."), "{skipped}");
    browser.tenant.create(&json!({"userName": "ada@example.com"})).await;
    browser.get("").await.page(200);
}

#[tokio::test]
async fn the_numbers_are_those_of_people_and_groups() {
    let browser = at_acme().await;
    let tenant = &browser.tenant;
    let person = |name: &str, active: bool| json!({"userName": name, "active": active, ENTERPRISE: {"department": "Research"}});
    for name in ["ada", "bob", "cleo"] {
        tenant.create(&person(name, true)).await;
    }
    tenant.create(&person("dan", false)).await;
    tenant.post("/Groups", &json!({"displayName": "Crew"})).await.expect(201);
    let page = browser.get("").await.page(200);
    for (name, number) in [("active", 3), ("archived", 1), ("groups", 1), ("failed, 7 days", 0)] {
        assert_eq!(number_of(&page, name), number, "{name}: {page}");
    }
    let latest = page.split("id=\"latest\"").nth(1).expect("the latest changes");
    assert_eq!(latest.matches("<li>").count(), 5);
    assert!(latest.contains("created group"), "{latest}");
}

/// The number above a word.
fn number_of(page: &str, word: &str) -> u64 {
    let rest = page.split(&format!("<dt>{word}</dt>")).nth(1).unwrap_or_default();
    let text = rest.split("</a>").next().unwrap_or_default();
    text.rsplit('>').next().unwrap_or_default().parse().expect("a number")
}

/// The to-do list of the page.
async fn to_do(browser: &Browser) -> String {
    let page = browser.get("").await.page(200);
    let list = page.split("id=\"to-do\"").nth(1).expect("a to-do list");
    list.split("</section>").next().unwrap_or_default().to_owned()
}
