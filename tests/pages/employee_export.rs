//! The export of employees through the session.

use super::at_acme;
use crate::support::browser::Browser;
use crate::support::damage::number;
use crate::support::urns::ENTERPRISE;
use serde_json::json;

#[tokio::test]
async fn the_employees_of_a_tab_are_one_file() {
    let browser = at_acme().await;
    for n in 0..3 {
        let body = json!({"userName": format!("user{n}"), "displayName": "=1+1", "active": n != 0});
        browser.tenant.create(&body).await;
    }
    for (status, names) in [
        ("active", &["user1", "user2"][..]),
        ("archived", &["user0"]),
        ("all", &["user0", "user1", "user2"]),
    ] {
        let page = browser.get(&format!("employees?status={status}")).await.page(200);
        let url = format!("employees/export?status={status}");
        assert!(page.contains(&format!("/tenants/acme/{url}\">Export CSV")), "{page}");
        let file = browser.get(&url).await;
        assert_eq!(file.status, 200);
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        let name = format!("attachment; filename=\"employees-{status}.csv\"");
        assert_eq!(file.header("content-disposition"), name);
        file.is_protected();
        let text = file.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), names.len() + 1, "{text}");
        assert!(lines[0].starts_with("\"id\",\"userName\","), "{text}");
        assert!(names.iter().all(|name| text.contains(name)), "{text}");
        assert!(text.contains("\"'=1+1\""), "a spreadsheet runs no formula: {text}");
    }
    let signed_out = Browser::new(&browser.tenant).get("employees/export").await;
    assert_eq!(signed_out.status, 303);
    browser.get("employees/export?status=gone").await.page(400);
}

#[tokio::test]
async fn a_large_export_names_the_command() {
    let browser = at_acme().await;
    let body = json!({"userName": "ada", ENTERPRISE: {"department": "Research"}});
    browser.tenant.create(&body).await;
    // The counter of active employees says 10,001. Also the few archived employees would need a read of all.
    let people = number(10_001);
    browser
        .tenant
        .tamper("COUNT", "00", |item| drop(item.insert("people".to_owned(), people)))
        .await;
    for status in ["active", "archived", "all"] {
        let page = browser.get(&format!("employees/export?status={status}")).await.page(200);
        assert!(page.contains("10,000 employees"), "{page}");
        let command =
            format!("rollcall employee export acme --status {status} &#62; employees.csv");
        assert!(page.contains(&command), "{page}");
    }
}
