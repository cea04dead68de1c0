//! The list of employees: tabs, search, filters, pages, and all texts without rows.

use super::at_acme;
use crate::support::browser::{Browser, after};
use crate::support::employees::{ALL_ON, set};
use crate::support::urns::ENTERPRISE;
use serde_json::{Value, json};

/// The names in the rows, in order.
fn names(page: &str) -> Vec<String> {
    let rows = page.split("<th scope=\"row\"").skip(1);
    rows.map(|row| after(row, "<bdi>", "</bdi>").to_owned()).collect()
}

/// The path of the link with this text, below the tenant's root.
fn link(page: &str, text: &str) -> String {
    let before = page.split(text).next().expect("a part");
    assert!(before.len() < page.len(), "{text} is on the page: {page}");
    let start = before.rsplit("href=\"/tenants/acme/").next().expect("a link");
    after(start, "", "\"").replace("&#38;", "&").replace("&amp;", "&")
}

async fn create(browser: &Browser, given: &str, family: &str, more: Value) -> String {
    let user_name = format!("{given}.{family}@example.com").to_lowercase();
    let mut body = json!({
        "userName": user_name, "displayName": format!("{given} {family}"),
        "name": {"givenName": given, "familyName": family},
        "emails": [{"value": user_name, "primary": true}],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    browser.tenant.create(&body).await
}

#[tokio::test]
async fn an_empty_list_says_the_next_step() {
    let browser = at_acme().await;
    for status in ["active", "all"] {
        let page = browser.get(&format!("employees?status={status}")).await.page(200);
        assert!(page.contains("No employees yet"), "{page}");
        assert_eq!(link(&page, "Connect your identity provider"), "connect");
        assert_eq!(link(&page, "Import employees"), "employees/import");
    }
    let page = browser.get("employees?status=archived").await.page(200);
    assert!(
        page.contains("No archived employees") && page.contains("People who leave appear here.")
    );
    let id = create(&browser, "Ada", "Lovelace", json!({})).await;
    let page = browser.get("employees?q=zzzz").await.page(200);
    assert!(page.contains("No active employee matches “zzzz”."), "{page}");
    assert_eq!(link(&page, "Search all employees"), "employees?status=all&q=zzzz");
    let page = browser.get("employees?status=all&q=zzzz").await.page(200);
    assert!(page.contains("No employee matches “zzzz”.") && !page.contains("Search all employees"));
    let page = browser.get("employees?department=Sales").await.page(200);
    assert!(page.contains("No active employee has these values."));
    assert_eq!(link(&page, "Clear filters"), "employees?status=active");
    browser.submit(&format!("employees/{id}/archive"), &[]).await.redirect();
    let page = browser.get("employees").await.page(200);
    assert!(page.contains("No active employees"));
    assert_eq!(link(&page, "Show archived employees"), "employees?status=archived");
}

#[tokio::test]
async fn the_list_is_in_the_order_of_family_names_and_pages_go_both_ways() {
    let browser = at_acme().await;
    set(&browser.tenant, ALL_ON).await;
    for n in 0..105 {
        let values = json!({"department": "Research & Development", "location": "Headquarters",
            "manager": {"value": "ada.name000@example.com"}});
        let more = json!({"active": n % 21 != 20, "title": "Senior Engineer", ENTERPRISE: values});
        create(&browser, "Ada", &format!("Name{n:03}"), more).await;
    }
    let first = browser.get("employees").await.page(200);
    assert!(first.len() <= 60 * 1024, "{} bytes", first.len());
    assert!(first.contains("Active <span class=\"count\">100</span>"), "{first}");
    assert!(first.contains("Archived <span class=\"count\">5</span>"));
    assert!(first.contains("All <span class=\"count\">105</span>"));
    assert!(first.contains("1–50 of 100"));
    assert!(!first.contains("rel=\"prev\"") && !first.contains(">First page<"));
    let listed = names(&first);
    assert_eq!((listed.len(), &*listed[0], &*listed[49]), (50, "Ada Name000", "Ada Name051"));
    let second = browser.get(&link(&first, ">Next</a>")).await.page(200);
    assert!(second.contains("51–100 of 100") && !second.contains("rel=\"next\""));
    assert_eq!(names(&second)[0], "Ada Name052");
    assert_eq!(link(&second, ">First page<"), "employees?status=active");
    let back = browser.get(&link(&second, ">Previous</a>")).await.page(200);
    assert!(back.contains("1–50 of 100"));
    assert_eq!(names(&back), listed);
    assert!(!back.contains("rel=\"prev\"") && back.contains("rel=\"next\""));
    let all = browser.get("employees?status=all").await.page(200);
    assert!(all.contains("1–50 of 105"));
    let second = browser.get(&link(&all, ">Next</a>")).await.page(200);
    let third = browser.get(&link(&second, ">Next</a>")).await.page(200);
    assert!(third.contains("101–105 of 105"), "{third}");
    assert_eq!(third.matches(">Archived</span>").count(), 5);
    browser.get("employees?status=gone").await.page(400);
    browser.get("employees?cursor=x").await.page(400);
    browser.get(&format!("employees?q={}", "x".repeat(201))).await.page(400);
}

#[tokio::test]
async fn a_row_has_the_values_in_use_and_links_to_the_same_values() {
    let browser = at_acme().await;
    set(&browser.tenant, ALL_ON).await;
    let grace = create(&browser, "Grace", "Hopper", json!({"title": "Rear Admiral"})).await;
    let values = |manager: &str| json!({ENTERPRISE: {"department": "R&D", "location": "GB", "manager": {"value": manager}}});
    create(&browser, "Ada", "Lovelace", values("grace.hopper@example.com")).await;
    create(&browser, "Alan", "Turing", values("Somebody Else")).await;
    let page = browser.get("employees").await.page(200);
    assert_eq!(names(&page), ["Grace Hopper", "Ada Lovelace", "Alan Turing"]);
    assert!(page.contains("<bdi>Rear Admiral</bdi>"));
    assert!(page.contains("<span class=\"muted\"><bdi>Somebody Else</bdi></span>"), "{page}");
    assert_eq!(page.matches("<bdi>ada.lovelace@example.com</bdi>").count(), 1, "{page}");
    let by_manager = format!("employees?status=active&manager={}", grace.replace('-', "%2D"));
    assert_eq!(link(&page, "<bdi>Grace Hopper</bdi></a></td>"), by_manager);
    let page = browser.get(&by_manager).await.page(200);
    assert_eq!(names(&page), ["Ada Lovelace"]);
    assert!(page.contains("</span>manager: <bdi>Grace Hopper</bdi>"), "{page}");
    let department = link(&page, "<bdi>R&#38;D</bdi></a></td>");
    let page = browser.get(&department).await.page(200);
    assert_eq!(names(&page), ["Ada Lovelace", "Alan Turing"]);
    let both = format!("{department}&location=gb&manager=somebody%20else");
    let page = browser.get(&both).await.page(200);
    assert_eq!(names(&page), ["Alan Turing"]);
    assert_eq!(page.matches("class=\"chip\"").count(), 3);
    let without = link(&page, "department: <bdi>");
    assert_eq!(without, "employees?status=active&location=gb&manager=somebody%20else");
    assert!(page.contains("<details open>") && page.contains("value=\"R&#38;D\""), "{page}");
}

#[tokio::test]
async fn a_search_ignores_accents_and_the_order_of_words() {
    let browser = at_acme().await;
    create(&browser, "Gabriel", "García", json!({"title": "Engineer"})).await;
    create(&browser, "Siobhán", "Knuth", json!({})).await;
    create(&browser, "Eva", "Müller", json!({})).await;
    create(&browser, "Max", "Mueller", json!({})).await;
    create(&browser, "Ida", "Jørgensen", json!({})).await;
    for (text, found) in [
        ("Mueller", &["Max Mueller", "Eva Müller"][..]),
        ("M%C3%BCller", &["Max Mueller", "Eva Müller"]),
        ("muller", &["Eva Müller"]),
        ("Jorgensen", &["Ida Jørgensen"]),
        ("joergens", &["Ida Jørgensen"]),
        ("garcia", &["Gabriel García"]),
        ("SIOBHAN", &["Siobhán Knuth"]),
        ("knuth+siob", &["Siobhán Knuth"]),
        ("engin", &["Gabriel García"]),
        ("gabriel.garcia%40example.com", &["Gabriel García"]),
        ("gabriel.garcia%40exam", &["Gabriel García"]),
        ("gabriel.garcia%40elsewhere", &[]),
        ("nuth", &[]),
    ] {
        let page = browser.get(&format!("employees?q={text}")).await.page(200);
        assert_eq!(names(&page), found, "{text}");
    }
}

#[tokio::test]
async fn the_manager_filter_takes_a_name_or_an_email() {
    let browser = at_acme().await;
    set(&browser.tenant, ALL_ON).await;
    let report = |manager: &str| json!({ENTERPRISE: {"manager": {"value": manager}}});
    create(&browser, "Grace", "Müller-Hopper", json!({"title": "Engineer"})).await;
    create(&browser, "Gracia", "Hopkins", json!({})).await;
    create(&browser, "Ada", "Lovelace", report("grace.müller-hopper@example.com")).await;
    create(&browser, "Alan", "Turing", report("gracia.hopkins@example.com")).await;
    create(&browser, "Bob", "Babbage", report("Hopper")).await;
    for (text, found) in [
        ("hopper%20grace", &["Ada Lovelace"][..]),
        ("mueller", &["Ada Lovelace"]),
        ("GRACE.M%C3%9CLLER-HOPPER@example.com", &["Ada Lovelace"]),
        ("grac", &["Ada Lovelace", "Alan Turing"]),
        ("hopper", &["Bob Babbage", "Ada Lovelace"]),
    ] {
        let page = browser.get(&format!("employees?manager={text}")).await.page(200);
        assert_eq!(names(&page), found, "{text}");
    }
    let page = browser.get("employees?manager=muel").await.page(200);
    assert!(page.contains("</span>manager: <bdi>Grace Müller-Hopper</bdi>"), "{page}");
    assert!(page.contains("placeholder=\"Name or email\""), "{page}");
    // No title is a name, and no address has a name.
    for text in ["engineer", "zzzz", "x@example.com"] {
        let page = browser.get(&format!("employees?manager={text}")).await.page(200);
        let sentence = format!("No colleague has the name or email “{text}”.");
        assert!(page.contains(&sentence), "{page}");
        assert_eq!(link(&page, "Clear filters"), "employees?status=active");
    }
    let page = browser.get("employees?manager=lovelace").await.page(200);
    assert!(page.contains("No active employee has these values."), "{page}");
    for n in 0..21 {
        create(&browser, "Twin", &format!("Number{n}"), json!({})).await;
    }
    let page = browser.get("employees?manager=twin").await.page(400);
    assert!(page.contains("More than 20 employees fit the name of the manager."), "{page}");
    assert!(page.contains("href=\"/tenants/acme/employees\">Employees</a>"), "{page}");
    browser.get("employees?manager=number20").await.page(200);
}

#[tokio::test]
async fn archived_people_show_when_and_how_they_left_the_last_first() {
    let browser = at_acme().await;
    let mut ids = Vec::new();
    for name in ["Deactivated", "Deleted", "Archived"] {
        ids.push(create(&browser, "Ada", name, json!({})).await);
    }
    let inactive = json!([{"op": "replace", "value": {"active": false}}]);
    browser.tenant.patch(&format!("/Users/{}", ids[0]), &inactive).await.expect(200);
    browser.tenant.app.advance(time::Duration::minutes(1));
    browser.tenant.delete(&format!("/Users/{}", ids[1])).await.expect(204);
    browser.tenant.app.advance(time::Duration::minutes(1));
    browser.submit(&format!("employees/{}/archive", ids[2]), &[]).await.redirect();
    let page = browser.get("employees?status=archived").await.page(200);
    assert_eq!(names(&page), ["Ada Archived", "Ada Deleted", "Ada Deactivated"]);
    let by: Vec<&str> =
        page.split("data-title=\"By\">").skip(1).map(|cell| after(cell, "", "</td>")).collect();
    assert_eq!(by, ["Administrator", "Your identity provider, deleted", "Your identity provider"]);
    assert!(page.contains("datetime=\"2026-11-23T09:31:00.000Z\""), "{page}");
}
