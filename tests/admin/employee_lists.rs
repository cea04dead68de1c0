//! `GET /employees`: orders, look-ups, totals, and pages in both directions.

use crate::support::admin::{admin, get, problem};
use crate::support::employees::{ALL_ON, set};
use crate::support::urns::ENTERPRISE;
use crate::support::{TestTenant, acme, counting_id};
use serde_json::{Value, json};
use time::Duration;

/// The userNames in the rows of a page.
fn names(page: &Value) -> Vec<&str> {
    let rows = page["employees"].as_array().expect("rows").iter();
    rows.map(|row| row["userName"].as_str().expect("a text")).collect()
}

/// Employees with family names in another order than their ids. Two are archived, one of them by a deletion.
async fn five() -> TestTenant {
    let tenant = acme().await;
    for (name, family) in
        [("eve", "Éclair"), ("ada", "Lovelace"), ("bob", "adams"), ("dan", "Dahl"), ("cas", "Cash")]
    {
        let body = json!({"userName": name, "externalId": format!("00-{name}"),
            "name": {"familyName": family}, "emails": [{"value": format!("{name}@example.com")}]});
        tenant.create(&body).await;
    }
    tenant.delete(&format!("/Users/{}", counting_id(4))).await.expect(204);
    tenant.app.advance(Duration::minutes(1));
    let inactive = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{}", counting_id(5)), &inactive).await.expect(200);
    tenant
}

#[tokio::test]
async fn each_order_has_its_total() {
    let tenant = five().await;
    for (query, expected, total) in [
        ("", &["bob", "eve", "ada", "cas", "dan"][..], 5),
        ("?order=name", &["bob", "eve", "ada", "cas", "dan"], 5),
        ("?status=active", &["bob", "eve", "ada"], 3),
        ("?status=active&order=name", &["bob", "eve", "ada"], 3),
        ("?status=archived", &["cas", "dan"], 2),
        ("?status=archived&order=-archivedAt", &["cas", "dan"], 2),
        ("?order=id", &["eve", "ada", "bob", "cas", "dan"], 5),
        ("?order=id&status=active", &["eve", "ada", "bob"], 3),
        ("?order=id&status=archived", &["cas", "dan"], 2),
    ] {
        let page = get(&tenant, &format!("/employees{query}")).await;
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(page["total"], total, "{query}");
    }
    for (query, detail) in [
        ("order=name&status=archived", "order=-archivedAt"),
        ("order=-archivedAt", "status=archived"),
        ("order=-archivedAt&status=active", "status=archived"),
        ("order=id&search=ada", "no order by id"),
        ("order=userName", "name, -archivedAt or id"),
    ] {
        let answer = admin(&tenant, "GET", &format!("/employees?{query}"), Value::Null).await;
        assert!(problem(&answer, 400).contains(detail), "{query}");
    }
    let page = get(&tenant, "/employees?search=lovelace").await;
    assert_eq!((names(&page), page.get("total")), (vec!["ada"], None));
}

#[tokio::test]
async fn pages_lead_forward_and_back_in_every_order() {
    let tenant = five().await;
    for query in ["status=all", "status=active", "status=archived", "search=example"] {
        // Every address has the same domain, which is no word of a search.
        let all = get(&tenant, &format!("/employees?{query}")).await;
        let all: Vec<String> = names(&all).into_iter().map(str::to_owned).collect();
        assert_eq!(all.is_empty(), query == "search=example");
        for limit in 1..=5 {
            let path = format!("/employees?{query}&limit={limit}");
            let (mut pages, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = get(&tenant, &format!("{path}{cursor}")).await;
                assert_eq!(page["previousCursor"].is_null(), pages.is_empty(), "{path}");
                let next = page["nextCursor"].as_str().map(|next| format!("&cursor={next}"));
                pages.push(page);
                let Some(next) = next else { break };
                cursor = next;
            }
            let seen: Vec<&str> = pages.iter().flat_map(names).collect();
            assert_eq!(seen, all, "{path}");
            let mut back: Vec<Value> = vec![pages.last().expect("a page").clone()];
            while let Some(previous) = back.last().expect("a page")["previousCursor"].as_str() {
                back.push(get(&tenant, &format!("{path}&cursor={previous}")).await);
            }
            back.reverse();
            let rows = |pages: &[Value]| -> Vec<Value> {
                pages.iter().map(|page| page["employees"].clone()).collect()
            };
            assert_eq!(rows(&back), rows(&pages), "{path}");
            assert!(back[0]["previousCursor"].is_null(), "{path}");
        }
    }
    let wrong = get(&tenant, "/employees?status=archived&limit=1").await;
    let cursor = wrong["nextCursor"].as_str().expect("a cursor");
    let path = format!("/employees?status=active&cursor={cursor}");
    assert!(problem(&admin(&tenant, "GET", &path, Value::Null).await, 400).contains("cursor"));
}

#[tokio::test]
async fn a_look_up_finds_no_one_or_several() {
    let tenant = five().await;
    let shared = json!({"userName": "eva", "externalId": "00-ada",
        "emails": [{"value": "eva@x.org"}, {"value": "ADA@example.com"}]});
    tenant.create(&shared).await;
    for (query, expected) in [
        ("userName=ADA", &["ada"][..]),
        ("userName=dan", &["dan"]),
        ("userName=nobody", &[]),
        ("email=Bob%40Example.com", &["bob"]),
        ("email=ada%40example.com", &["ada", "eva"]),
        ("email=dan%40example.com", &[]),
        ("externalId=00-ada", &["ada", "eva"]),
        ("externalId=00-ADA", &[]),
    ] {
        let page = get(&tenant, &format!("/employees?{query}")).await;
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(page["total"], expected.len(), "{query}");
        assert_eq!((&page["nextCursor"], &page["previousCursor"]), (&Value::Null, &Value::Null));
    }
    for (query, detail) in [
        ("userName=ada&email=ada%40example.com", "look-up"),
        ("externalId=1&limit=5", "look-up"),
        ("userName=", "empty"),
    ] {
        let answer = admin(&tenant, "GET", &format!("/employees?{query}"), Value::Null).await;
        assert!(problem(&answer, 400).contains(detail), "{query}");
    }
}

#[tokio::test]
async fn a_row_has_the_values_in_use() {
    let tenant = acme().await;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = tenant.create(&grace).await;
    let body = json!({
        "userName": "ada", "displayName": "Ada Lovelace", "title": "Countess", "externalId": "1",
        "emails": [{"value": "ada@example.com"}],
        ENTERPRISE: {"employeeNumber": "42", "location": "GB", "department": "Research",
            "manager": {"value": "Grace@example.com"}},
    });
    let id = tenant.create(&body).await;
    let local = json!({"location": "London", "manager": "somebody"});
    admin(&tenant, "PATCH", &format!("/employees/{id}"), local).await.expect(200);
    let row = async || get(&tenant, "/employees?userName=ada").await["employees"][0].clone();
    let shown = row().await;
    assert_eq!((&shown["location"], &shown["department"]), (&json!("London"), &Value::Null));
    let text = json!({"value": "somebody", "id": null, "displayName": null});
    assert_eq!(shown["manager"], text);
    set(&tenant, ALL_ON).await;
    assert_eq!(
        row().await,
        json!({
            "id": id, "userName": "ada", "displayName": "Ada Lovelace",
            "email": "ada@example.com", "title": "Countess", "department": "Research",
            "location": "GB", "externalId": "1", "employeeNumber": "42",
            "manager": {"value": "Grace@example.com", "id": grace, "displayName": "Grace Hopper"},
            "status": "active", "archivedAt": null, "created": "2026-11-23T09:30:00.000Z",
            "lastModified": "2026-11-23T09:30:00.000Z", "linked": "2026-11-23T09:30:00.000Z",
            "deletedInIdp": false,
        })
    );
}
