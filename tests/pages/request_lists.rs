//! The lists of requests on the page *Requests*: pages, filters, live parts and links to single requests.

use super::at_acme;
use crate::support::browser::{Browser, after};
use crate::support::damage::{number, text};
use rollcall::model::cause::Cause;
use rollcall::model::meaning::Meaning;
use rollcall::model::noted_request::NotedRequest;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

/// The number of rows.
fn rows(page: &str) -> usize {
    let table = after(page, "<caption class=\"hidden\">Failed requests</caption>", "</table>");
    after(table, "<tbody>", "</tbody>").matches("<tr>").count()
}

/// The target of the link with a title in a piece of HTML, below the tenant's root.
fn link(html: &str, title: &str) -> String {
    let found = html.split("<a ").find(|link| link.contains(&format!(">{title}</a>")));
    let found = found.unwrap_or_else(|| panic!("no link {title} in {html}"));
    after(found, "href=\"/tenants/acme/", "\"").replace("&#38;", "&")
}

/// A failed request with a problem in an attribute.
fn with_problem(attribute: &str, at: OffsetDateTime) -> NotedRequest {
    NotedRequest {
        meaning: Meaning::CreateUser,
        operation: "POST /Users".to_owned(),
        record: None,
        status: 400,
        scim_type: None,
        cause: Some(Cause::InvalidValue),
        attributes: vec![attribute.to_owned()],
        results: Vec::new(),
        token: "abc".to_owned(),
        request_id: "1".to_owned(),
        millis: 1,
        first: at,
        last: at,
        count: 1,
    }
}

async fn refused(browser: &Browser, method: &str, path: &str, body: Value) {
    browser.tenant.app.advance(Duration::seconds(3));
    let answer = match method {
        "POST" => browser.tenant.post(path, &body).await,
        _ => browser.tenant.patch(path, &body).await,
    };
    assert_eq!(answer.status, 400, "{body}");
}

#[tokio::test]
async fn the_list_has_pages_of_groups() {
    let browser = at_acme().await;
    let at = browser.tenant.app.sources().now();
    for page in 0..6_u64 {
        let rows: Vec<NotedRequest> = (0..if page < 5 { 10 } else { 5 })
            .map(|row| with_problem(&format!("badge{page}{row}"), at))
            .collect();
        let rows = serde_json::to_string(&rows).expect("rows");
        let item = [("number", number(page)), ("revision", number(1)), ("rows", text(&rows))];
        browser.tenant.plant("REQUESTS", &format!("{page:03}"), item).await;
    }
    let page = browser.get("requests").await.page(200);
    assert_eq!(rows(&page), 50);
    assert!(page.contains("1–50 of 55"), "{page}");
    let page = browser.get(&link(&page, "Next")).await.page(200);
    assert_eq!(rows(&page), 5);
    assert!(!page.contains("data-live"), "only the first page refreshes itself");
}

#[tokio::test]
async fn the_link_of_a_group_leads_to_its_own_requests() {
    let browser = at_acme().await;
    let wrong = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    for (name, attribute) in
        [("ada", "active"), ("bob", "active"), ("eve", "title"), ("dan", "title")]
    {
        let id = browser.tenant.create(&json!({"userName": name})).await;
        let path = format!("/Users/{id}");
        refused(&browser, "PATCH", &path, wrong(attribute, json!({"x": 1}))).await;
    }
    let page = browser.get("requests").await.page(200);
    assert_eq!(rows(&page), 2);
    let row = page.split("<tr>").find(|row| row.contains("active must")).expect("a row");
    let filtered = link(row, "Update user");
    let page = browser.get(&filtered).await.page(200);
    assert_eq!(rows(&page), 2, "{filtered}");
    assert!(page.contains(">ada<") && page.contains(">bob<") && !page.contains(">eve<"), "{page}");
    assert!(page.contains("active · 400"), "the filter is visible, {page}");
    // The live part keeps the filter.
    let live = after(&page, "data-live=\"/tenants/acme/", "\"").replace("&#38;", "&");
    assert_eq!(live, filtered);
    let part = browser.get_with(&live, &[("rollcall-fragment", "1")]).await;
    assert_eq!(rows(part.text().as_str()), 2);
}

/// A failed request may be the last request for hours, so its page does not wait for the next one.
#[tokio::test]
async fn each_failed_request_has_a_page_at_once() {
    let browser = at_acme().await;
    let mut ids = Vec::new();
    // A new token, and a token that is older than an hour.
    for names in [["ada", "bob", "eve"], ["dan", "fay", "gus"]] {
        for name in names {
            let id = browser.tenant.create(&json!({"userName": name})).await;
            let patch = json!([{"op": "replace", "path": "active", "value": "perhaps"}]);
            let failed = browser.tenant.patch(&format!("/Users/{id}"), &patch).await;
            assert_eq!(failed.status, 400);
            ids.push(id);
        }
        for server in [browser.tenant.clone(), browser.tenant.at_another_server()] {
            let browser = Browser { tenant: server, ..browser.clone() };
            let page = browser.get("requests?show=failed&cause=wrong-type").await.page(200);
            let failed = page.split("<tr>").filter(|row| row.contains("active must be"));
            let failed: Vec<&str> = failed.collect();
            assert_eq!((rows(&page), failed.len()), (ids.len(), ids.len()), "{page}");
            for row in failed {
                browser.get(&link(row, "Update user")).await.page(200);
            }
        }
        browser.tenant.app.advance(Duration::hours(2));
        browser.tenant.get("/Users").await.expect(200);
    }
}

#[tokio::test]
async fn a_link_to_an_overwritten_page_leads_to_no_other_request() {
    let browser = at_acme().await;
    refused(&browser, "POST", "/Users", json!({"userName": "x", "active": "perhaps"})).await;
    browser.tenant.app.advance(Duration::seconds(3));
    browser.tenant.get("/Users").await.expect(200);
    let page = browser.get("requests").await.page(200);
    let request = link(&page, "Create user");
    browser.get(&request).await.page(200);
    let ring = |item: &mut rollcall::store::dynamodb::port::Item| {
        item.insert("number".to_owned(), number(100));
    };
    browser.tenant.tamper("REQUESTS", "000", ring).await;
    browser.get(&request).await.page(404);
    browser.get("requests/100/0").await.page(200);
}
