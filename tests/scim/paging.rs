//! Walks over the whole list with `startIndex` and `count`. A walk finds every row, also while the list changes.

use crate::support::actors::OPERATOR;
use crate::support::admin::admin;
use crate::support::faults::Call;
use crate::support::{Ids, TestApp, TestTenant};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use scim::document::Document;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};

/// The number of employees in the large test. Another engine may need fewer employees.
fn employees() -> usize {
    std::env::var("ROLLCALL_TEST_EMPLOYEES")
        .map_or(10_000, |number| number.parse().expect("ROLLCALL_TEST_EMPLOYEES is a number"))
}

async fn tenant() -> TestTenant {
    TestApp::with_ids(Ids::Random).await.tenant("acme").await
}

fn attributes(body: Value) -> Document {
    match body {
        Value::Object(attributes) => Document::from_canonical(attributes),
        other => panic!("{other} is no object"),
    }
}

/// Creates employees, several at once. Returns their ids in the order of the list. Every third employee has an `x` in
/// the title.
async fn populate(tenant: &TestTenant, many: usize) -> Vec<String> {
    let directory = tenant.directory();
    let mut ids: Vec<String> = stream::iter(0..many)
        .map(|n| {
            let title = if n % 3 == 0 { "Executive" } else { "Engineer" };
            let body = json!({
                "userName": format!("user{n}@example.com"),
                "name": {"givenName": "Ada", "familyName": format!("Lovelace {n}")},
                "title": title,
                "emails": [{"value": format!("user{n}@example.com"), "type": "work", "primary": true}],
                "active": true,
            });
            let directory = directory.clone();
            let create = async move { directory.users().create(attributes(body), &OPERATOR).await };
            tokio::spawn(create).map(|created| created.expect("a task that ends"))
        })
        .buffer_unordered(8)
        .map_ok(|employee| employee.id.to_string())
        .try_collect()
        .await
        .expect("employees");
    ids.sort_unstable();
    ids
}

/// Reads one page. Returns its total and its ids.
async fn page(
    tenant: &TestTenant,
    start_index: usize,
    count: usize,
    more: &str,
) -> (usize, Vec<String>) {
    let query = format!("/Users?attributes=id&startIndex={start_index}&count={count}{more}");
    let body = tenant.get(&query).await.expect(200);
    let rows = body["Resources"].as_array().expect("rows").iter();
    let ids: Vec<String> = rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(body["itemsPerPage"], ids.len());
    let total = body["totalResults"].as_u64().expect("a total");
    (usize::try_from(total).expect("a small total"), ids)
}

/// Reads all pages. Returns their ids in the order of the pages. Each page but the last must be full.
async fn walk(tenant: &TestTenant, count: usize, more: &str) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let (total, ids) = page(tenant, all.len() + 1, count, more).await;
        assert_eq!(ids.len(), count.min(total - all.len()), "a page is not full");
        all.extend(ids);
        if all.len() == total {
            return all;
        }
    }
}

fn operations(calls: &[Call]) -> BTreeSet<&str> {
    calls.iter().map(|call| call.operation.as_str()).collect()
}

fn capacity(calls: &[Call]) -> f64 {
    calls.iter().map(|call| call.capacity_units).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_pages_together_are_all_employees_also_while_others_come_and_leave() {
    let tenant = tenant().await;
    let many = employees();
    println!("employees: {many}");
    let ids = populate(&tenant, many).await;

    // Without writes, the walk finds each employee exactly once, in order.
    assert_eq!(walk(&tenant, 100, "").await, ids);

    // The last page costs about as much as the first page.
    let mut costs = Vec::new();
    for number in [1, many / 100] {
        tenant.app.faults.take_calls();
        let (total, rows) = page(&tenant, (number - 1) * 100 + 1, 100, "").await;
        assert_eq!((total, rows.len()), (many, 100));
        let calls = tenant.app.faults.take_calls();
        let names: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
        assert_eq!(names, ["Query", "Query"], "page {number}");
        println!("page {number}: {} capacity units in two queries", capacity(&calls));
        costs.push(capacity(&calls));
    }
    assert!(costs[1] <= costs[0] * 1.5 && costs[0] <= costs[1] * 1.5, "{costs:?}");

    // Employees come and leave between the pages. The walk may repeat a row, but finds every row.
    let (directory, mut seen, mut rows, mut start_index) =
        (tenant.directory(), HashSet::new(), 0, 1);
    loop {
        let (total, found) = page(&tenant, start_index, 100, "").await;
        rows += found.len();
        start_index += found.len();
        seen.extend(found);
        if start_index > total {
            break;
        }
        for n in 0..3 {
            let name = format!("new{start_index}-{n}@example.com");
            directory
                .users()
                .create(attributes(json!({"userName": name})), &OPERATOR)
                .await
                .expect("one");
            let leaver = &ids[(start_index * 7 + n * many / 3) % many];
            let leave = json!([{"op": "replace", "value": {"active": false}}]);
            tenant.patch(&format!("/Users/{leaver}"), &leave).await.expect(200);
        }
    }
    let missing = ids.iter().filter(|id| !seen.contains(*id)).count();
    println!("rows: {rows}, of them twice: {}", rows - seen.len());
    assert_eq!(missing, 0);
}

#[tokio::test]
async fn every_page_size_walks_the_same_employees_in_the_same_order() {
    let tenant = tenant().await;
    let ids = populate(&tenant, 500).await;
    for count in [1, 7, 99, 100, 200] {
        assert_eq!(walk(&tenant, count, "").await, ids, "count {count}");
    }
    // The default count is 100 rows, and the maximum is 200 rows. A start before the first row means the first row.
    for (query, expected) in [
        ("/Users", &ids[..100]),
        ("/Users?count=5000", &ids[..200]),
        ("/Users?startIndex=0&count=3", &ids[..3]),
        ("/Users?startIndex=-7&count=3", &ids[..3]),
        ("/Users?startIndex=499", &ids[498..]),
        ("/Users?startIndex=500&count=2", &ids[499..]),
        ("/Users?startIndex=501", &[]),
        ("/Users?startIndex=100000", &[]),
        ("/Users?startIndex=99999999999999999999999", &[]),
        ("/Users?count=0", &[]),
        ("/Users?startIndex=17&count=0", &[]),
        ("/Users?count=-1", &[]),
    ] {
        let body = tenant.get(query).await.expect(200);
        let rows = body["Resources"].as_array().expect("rows").iter();
        let found: Vec<&str> = rows.map(|row| row["id"].as_str().expect("an id")).collect();
        assert_eq!(found, expected, "{query}");
        assert_eq!(body["totalResults"], 500, "{query}");
        assert_eq!(body["itemsPerPage"], found.len(), "{query}");
    }
}

#[tokio::test]
async fn the_total_is_exact_after_creates_deletes_and_restores() {
    let tenant = tenant().await;
    let check = async |expected: usize, after: &str| {
        let all = walk(&tenant, 7, "").await;
        assert_eq!(all.len(), expected, "after {after}");
        assert_eq!(page(&tenant, 1, 0, "").await, (expected, Vec::new()), "after {after}");
    };
    assert_eq!(page(&tenant, 1, 100, "").await, (0, Vec::new()));
    let ids = populate(&tenant, 40).await;
    check(40, "creates").await;
    tenant
        .post("/Users", &json!({"userName": "USER1@example.com"}))
        .await
        .expect_error(409, Some("uniqueness"));
    check(40, "a create that was refused").await;
    let leave = json!([{"op": "replace", "value": {"active": false}}]);
    for id in &ids[..10] {
        tenant.patch(&format!("/Users/{id}"), &leave).await.expect(200);
    }
    check(40, "archiving, which hides nobody").await;
    let mut names = Vec::new();
    for id in &ids[5..20] {
        let path = format!("/Users/{id}");
        let user = tenant.get(&path).await.expect(200);
        names.push((id.clone(), user["userName"].clone()));
        tenant.delete(&path).await.expect(204);
        tenant.delete(&path).await.expect_error(404, None);
    }
    check(25, "deletes").await;
    for (id, _) in &names[..6] {
        let restore = format!("/employees/{id}/restore");
        admin(&tenant, "POST", &restore, Value::Null).await.expect(200);
    }
    check(31, "restores").await;
    for (_, name) in &names[6..8] {
        tenant.create(&json!({"userName": name, "externalId": "someone else"})).await;
    }
    check(33, "other people with the names of deleted ones").await;
    let rename = json!([{"op": "replace", "path": "userName", "value": "renamed@example.com"}]);
    tenant.patch(&format!("/Users/{}", ids[30]), &rename).await.expect(200);
    check(33, "a rename").await;
}

#[tokio::test]
async fn a_filter_without_a_key_pages_like_the_list_and_never_scans() {
    let tenant = tenant().await;
    let ids = populate(&tenant, 300).await;
    let filter = "&filter=title%20co%20%22x%22";
    page(&tenant, 1, 1, "").await;
    tenant.app.faults.take_calls();
    let all = walk(&tenant, 200, filter).await;
    let calls = tenant.app.faults.take_calls();
    assert_eq!(operations(&calls), BTreeSet::from(["Query"]));
    assert_eq!(all.len(), 100);
    let in_order: Vec<&String> = ids.iter().filter(|id| all.contains(id)).collect();
    assert_eq!(all.iter().collect::<Vec<_>>(), in_order, "in the order of the list");
    for count in [1, 7, 33, 99, 100] {
        assert_eq!(walk(&tenant, count, filter).await, all, "count {count}");
    }
    assert_eq!(page(&tenant, 101, 10, filter).await, (100, Vec::new()));
    assert_eq!(page(&tenant, 1, 0, filter).await, (100, Vec::new()));
    assert_eq!(page(&tenant, 100, 10, filter).await, (100, all[99..].to_vec()));
}

#[tokio::test]
async fn a_page_of_large_users_is_full_although_a_query_ends_after_a_megabyte() {
    // The test's ids count up, so one counter covers all users. A page therefore also skips the rows before it.
    let tenant = TestApp::new().await.tenant("acme").await;
    let roles: Vec<Value> =
        (0..25).map(|n| json!({"value": format!("{n:04}{}", "x".repeat(3_996))})).collect();
    let directory = tenant.directory();
    for n in 0..30 {
        let body = json!({"userName": format!("user{n}@example.com"), "roles": roles});
        directory.users().create(attributes(body), &OPERATOR).await.expect("an employee");
    }
    page(&tenant, 1, 1, "").await;
    tenant.app.faults.take_calls();
    let all = walk(&tenant, 29, "").await;
    assert_eq!(all.len(), 30);
    let calls = tenant.app.faults.take_calls();
    assert_eq!(operations(&calls), BTreeSet::from(["Query"]));
    assert!(calls.len() > 6, "three megabytes take at least three queries a page: {}", calls.len());
    assert_eq!(walk(&tenant, 200, "&filter=roles%20pr").await, all);
}
