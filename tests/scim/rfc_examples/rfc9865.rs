//! RFC 9865: pages by cursor.

use super::{LIST, SEARCH, USER, acme, id};
use crate::support::TestTenant;
use serde_json::{Value, json};
use time::Duration;

async fn hundred() -> TestTenant {
    let tenant = acme().await;
    for number in 0..100 {
        let user = json!({
            "userName": format!("jsmith{number}"),
            "displayName": format!("Smith, James {number}"),
        });
        tenant.create(&user).await;
    }
    tenant
}

/// Checks the members of a page. Returns its rows and the cursor of the next page.
#[track_caller]
fn check_page(page: &Value, total: u32, rows: usize, is_last: bool) -> (Vec<Value>, String) {
    let found = page["Resources"].as_array().unwrap().clone();
    let mut expected = json!({
        "totalResults": total,
        "itemsPerPage": rows,
        "schemas": [LIST],
        "Resources": found,
    });
    let next = page.get("nextCursor").cloned();
    if let Some(next) = &next {
        expected["nextCursor"] = next.clone();
    }
    assert_eq!(*page, expected);
    assert_eq!((found.len(), next.is_none()), (rows, is_last));
    (found, next.map(|next| next.as_str().unwrap().to_owned()).unwrap_or_default())
}

/// The example's later pages also have a `previousCursor`. It is optional, and this service does not return it.
#[tokio::test]
async fn section_2_walk_through_a_hundred_users_by_cursor() {
    let tenant = hundred().await;
    let first = tenant.get("/Users?cursor&count=10").await.expect(200);
    let (mut seen, mut cursor) = check_page(&first, 100, 10, false);
    for page in 2..=10 {
        let query = format!("/Users?cursor={cursor}&count=10");
        let (rows, next) = check_page(&tenant.get(&query).await.expect(200), 100, 10, page == 10);
        seen.extend(rows);
        cursor = next;
    }
    let mut ids: Vec<&str> = seen.iter().map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    assert_eq!(tenant.get("/Users?cursor=&count=10").await.expect(200), first);
}

#[tokio::test]
async fn section_2_1_errors_of_cursors() {
    let tenant = hundred().await;
    let first = tenant.get("/Users?cursor&count=10").await.expect(200);
    let cursor = first["nextCursor"].as_str().unwrap();
    let refused = async |query: &str, scim_type: &str| {
        tenant.get(&format!("/Users?{query}")).await.expect_error(400, Some(scim_type));
    };
    refused("cursor=VZUTiyhEQJ94IR&count=10", "invalidCursor").await;
    refused("cursor&count=ten", "invalidCount").await;
    // The count changes during the walk.
    refused(&format!("cursor={cursor}&count=20"), "invalidCount").await;
    tenant.app.advance(Duration::hours(2));
    refused(&format!("cursor={cursor}&count=10"), "expiredCursor").await;
}

#[tokio::test]
async fn section_3_search_by_post_with_a_cursor() {
    let tenant = hundred().await;
    let request = |cursor: &str| {
        json!({
            "schemas": [SEARCH],
            "attributes": ["displayName", "userName"],
            "filter": "displayName sw \"smith\"",
            "cursor": cursor,
            "count": 10,
        })
    };
    let first = tenant.post("/Users/.search", &request("")).await.expect(200);
    let (rows, cursor) = check_page(&first, 100, 10, false);
    let expected = json!({
        "schemas": [USER],
        "id": id(&rows[0]),
        "displayName": "Smith, James 0",
        "userName": "jsmith0",
    });
    assert_eq!(rows[0], expected);
    let second = tenant.post("/Users/.search", &request(&cursor)).await.expect(200);
    let (next_rows, _) = check_page(&second, 100, 10, false);
    assert!(next_rows.iter().all(|row| !rows.contains(row)));
}

#[tokio::test]
async fn section_4_pagination_is_announced() {
    let mut expected = json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "cursor",
        "defaultPageSize": 100,
        "maxPageSize": 250,
        "cursorTimeout": 3600,
    });
    // Identity providers support only pages by index, so this service uses pages by index as the default.
    expected["defaultPaginationMethod"] = json!("index");
    expected["maxPageSize"] = json!(200);
    let config = acme().await.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config["pagination"], expected);
}
