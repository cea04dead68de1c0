//! The employees who report to an employee.

use super::super::at_acme;
use super::{ada, main, page_of, plain};
use crate::support::browser::after;
use crate::support::employees::{ALL_ON, set, set_active};
use crate::support::urns::ENTERPRISE;
use serde_json::json;

#[tokio::test]
async fn the_manager_in_use_decides_the_reports() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    let reports = async || browser.get(&format!("{path}/reports")).await.page(200);
    assert!(main(&reports().await).contains("No active employee reports to Ada."));
    let id = path.trim_start_matches("employees/");
    let body = |name: &str, manager: &str| {
        json!({
            "userName": name, "displayName": name, "title": "Clerk",
            ENTERPRISE: {"manager": {"value": manager}},
        })
    };
    let bob = page_of(&browser, &body("Bob", "ada@example.com")).await;
    let cy = page_of(&browser, &body("Cy", id)).await;
    page_of(&browser, &body("Dee", "somebody else")).await;
    assert!(!main(&reports().await).contains("Bob"), "the administrator's values are in use");
    set(&browser.tenant, ALL_ON).await;
    let page = reports().await;
    let table = after(&page, "<tbody>", "</tbody>");
    assert_eq!(plain(table), "Bob Clerk Cy Clerk");
    assert!(table.contains(&format!("{bob}\"")) && table.contains(&format!("{cy}\"")), "{table}");
    let cy = cy.trim_start_matches("employees/").parse().unwrap();
    set_active(&browser.tenant, cy, false).await;
    let page = reports().await;
    assert_eq!(plain(after(&page, "<tbody>", "</tbody>")), "Bob Clerk");
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let browser = at_acme().await;
    let path = page_of(&browser, &ada()).await;
    browser.get(&format!("{path}/reports?cursor=x")).await.page(400);
    browser.get(&format!("{path}/history?cursor=x")).await.page(400);
}
