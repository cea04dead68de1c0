//! Groups as a tenant's administrator reads them through the JSON API. The JSON API cannot change a group.

use crate::support::actors::identity_provider;
use crate::support::admin::{admin, get, problem};
use crate::support::groups::{add_one_by_one, group, many, path, user};
use crate::support::{TestApp, TestTenant, acme, counting_id};
use serde_json::{Value, json};

/// Reads a list in pages of this size. Returns all rows, which each page has under `name`.
async fn walk(tenant: &TestTenant, list: &str, name: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(tenant, &format!("{list}limit={limit}&cursor={cursor}")).await;
        let found = page[name].as_array().expect("rows");
        assert!(found.len() <= limit);
        rows.extend(found.clone());
        let Some(next) = page["nextCursor"].as_str() else { return rows };
        cursor = next.to_owned();
    }
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn groups_are_listed_and_found_by_name() {
    let tenant = acme().await;
    assert_eq!(get(&tenant, "/groups").await, json!({"groups": [], "nextCursor": null}));
    let ada = user(&tenant, "ada").await;
    let body =
        json!({"displayName": "Design Team", "externalId": "g-1", "members": [{"value": ada}]});
    let team = tenant.post("/Groups", &body).await.expect(201);
    let engineers = group(&tenant, "Engineering", &[]).await;
    let at = "2026-11-23T09:30:00.000Z";
    let team = json!({
        "id": team["id"], "displayName": "Design Team", "externalId": "g-1",
        "created": at, "lastModified": at, "memberCount": 1,
    });
    let page = get(&tenant, "/groups?limit=1").await;
    assert_eq!(page["groups"], json!([team]));
    let rest = format!("/groups?cursor={}", page["nextCursor"].as_str().expect("a cursor"));
    let page = get(&tenant, &rest).await;
    assert_eq!(ids(page["groups"].as_array().expect("rows")), [&engineers]);
    assert_eq!(page["groups"][0]["externalId"], Value::Null);
    assert_eq!(page["nextCursor"], Value::Null);
    assert_eq!(walk(&tenant, "/groups?", "groups", 1).await.len(), 2);
    for (query, found) in [
        ("name=dESIGN%20tEAM", true),
        ("name=Design", false),
        // A group must meet every condition of the query.
        ("name=design%20team&search=tea", true),
        ("name=design%20team&search=x", false),
        ("name=design%20team&cursor=vffffffffffffffffffffffffffffffff", false),
        ("search=DES", true),
        ("search=team", true),
        ("search=esign", false),
        ("search=g-1", false),
    ] {
        let expected = if found { json!([team]) } else { json!([]) };
        assert_eq!(get(&tenant, &format!("/groups?{query}")).await["groups"], expected, "{query}");
    }
}

#[tokio::test]
async fn a_group_is_shown_with_its_members_page_by_page() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let inner = group(&tenant, "Inner", &[]).await;
    let crew = group(&tenant, "Crew", &[&ada, &bob, &inner]).await;
    let off = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{bob}"), &off).await.expect(200);
    let shown = admin(&tenant, "GET", &format!("/groups/{crew}"), Value::Null).await;
    assert_eq!(shown.header("etag"), "W/\"1\"");
    let body = shown.expect(200);
    assert_eq!((&body["displayName"], &body["memberCount"]), (&json!("Crew"), &json!(3)));
    let members = format!("/groups/{crew}/members");
    let expected = json!([
        {"id": ada, "type": "User", "display": "ada", "archived": false},
        {"id": bob, "type": "User", "display": "bob", "archived": true},
        {"id": inner, "type": "Group", "display": "Inner", "archived": null},
    ]);
    assert_eq!(get(&tenant, &members).await, json!({"members": expected, "nextCursor": null}));
    for limit in 1..=3 {
        let rows = walk(&tenant, &format!("{members}?"), "members", limit).await;
        assert_eq!(Value::Array(rows), expected, "{limit}");
    }
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let left = get(&tenant, &members).await;
    assert_eq!(ids(left["members"].as_array().expect("rows")), [&bob, &inner]);
    assert_eq!(get(&tenant, &format!("/groups/{crew}")).await["memberCount"], 2);
}

#[tokio::test]
async fn a_page_of_a_large_group_reads_no_more_than_the_page() {
    let (tenant, everybody) = many(120).await;
    let crew = group(&tenant, "Crew", &[]).await;
    tenant.patch(&path(&crew), &add_one_by_one(&everybody)).await.expect(200);
    let page = format!("/groups/{crew}/members?limit=10");
    get(&tenant, &page).await;
    tenant.app.faults.take_calls();
    get(&tenant, &page).await;
    let calls = tenant.app.faults.take_calls();
    let operations: Vec<&str> = calls.iter().map(|call| &*call.operation).collect();
    assert_eq!(operations, ["GetItem", "Query", "Query", "BatchGetItem"]);
    let rows = walk(&tenant, &format!("/groups/{crew}/members?"), "members", 50).await;
    assert_eq!(ids(&rows), everybody);
}

#[tokio::test]
async fn a_change_that_is_not_applied_yet_is_seen_on_every_page() {
    let (tenant, everybody) = many(120).await;
    let before: Vec<&str> = everybody.iter().step_by(4).map(|id| &**id).collect();
    let crew = group(&tenant, "Crew", &before).await;
    // Two transactions succeed: the commit, and one part of the members. The next transaction fails for good.
    tenant.app.faults.end_writes_after(2);
    let wanted: Vec<Value> = everybody[10..].iter().map(|id| json!({"value": id})).collect();
    let change = json!([{"op": "replace", "path": "members", "value": wanted}]);
    tenant.patch(&path(&crew), &change).await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
    for limit in [1, 7, 50, 200] {
        let rows = walk(&tenant, &format!("/groups/{crew}/members?"), "members", limit).await;
        assert_eq!(ids(&rows), &everybody[10..], "{limit}");
    }
}

#[tokio::test]
async fn every_change_of_a_group_can_be_read_also_when_it_is_gone() {
    let tenant = acme().await;
    let (ada, bob) = (user(&tenant, "ada").await, user(&tenant, "bob").await);
    let crew = group(&tenant, "Crew", &[&ada]).await;
    let other = group(&tenant, "Other", &[]).await;
    let swap = json!([
        {"op": "remove", "path": format!("members[value eq \"{ada}\"]")},
        {"op": "add", "path": "members", "value": [{"value": bob}]},
    ]);
    tenant.patch(&path(&crew), &swap).await.expect(200);
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Fleet"}]);
    tenant.patch(&path(&crew), &rename).await.expect(200);
    tenant.delete(&path(&crew)).await.expect(204);
    let at = "2026-11-23T09:30:00.000Z";
    let idp = identity_provider(&tenant).await;
    let entry = |revision: u64, kind: &str, changes: Value| {
        json!({
            "revision": revision, "at": at, "actor": idp, "kind": kind, "changes": changes,
        })
    };
    let name = |old: Value, new: Value| json!({"attribute": "displayName", "old": old, "new": new});
    let members = |old: Value, new: Value| json!({"attribute": "members", "old": old, "new": new});
    let null = || Value::Null;
    let expected = [
        entry(4, "deleted", json!([name(json!("Fleet"), null())])),
        entry(3, "updated", json!([name(json!("Crew"), json!("Fleet"))])),
        entry(2, "updated", json!([members(json!([ada]), json!([bob]))])),
        entry(1, "created", json!([name(null(), json!("Crew")), members(null(), json!([ada]))])),
    ];
    let history = format!("/groups/{crew}/history");
    assert_eq!(get(&tenant, &history).await["entries"], json!(expected));
    for limit in 1..=4 {
        let rows = walk(&tenant, &format!("{history}?"), "entries", limit).await;
        assert_eq!(rows, expected, "{limit}");
    }
    let of_other = get(&tenant, &format!("/groups/{other}/history")).await;
    assert_eq!(of_other["entries"].as_array().expect("entries").len(), 1, "each has its own");
    problem(&admin(&tenant, "GET", &format!("/groups/{crew}"), Value::Null).await, 404);
}

#[tokio::test]
async fn another_tenants_groups_do_not_exist() {
    const NO_GROUP: &str = "There is no group with this id. The identity provider may have deleted the group. \
                            Look it up in the list of groups";
    let app = TestApp::new().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let ada = user(&acme, "ada").await;
    let crew = group(&acme, "Crew", &[&ada]).await;
    let unknown = counting_id(99).to_string();
    for below in ["", "/members", "/history"] {
        for id in [&crew, &unknown, &ada, "Crew", "x"] {
            let asked = format!("/groups/{id}{below}");
            let answer = admin(&other, "GET", &asked, Value::Null).await;
            assert_eq!(problem(&answer, 404), NO_GROUP, "{asked}");
        }
        let own = admin(&acme, "GET", &format!("/groups/{ada}{below}"), Value::Null).await;
        assert_eq!(problem(&own, 404), NO_GROUP, "a user is no group");
    }
    let as_employee = admin(&acme, "GET", &format!("/employees/{crew}"), Value::Null).await;
    problem(&as_employee, 404);
    let history = admin(&acme, "GET", &format!("/employees/{crew}/history"), Value::Null).await;
    problem(&history, 404);
    for query in ["", "?name=Crew", "?search=Crew"] {
        assert_eq!(get(&other, &format!("/groups{query}")).await["groups"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_what_was_expected() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    let own = |below: &str| format!("/groups/{crew}{below}");
    let hidden = format!("/groups?cursor=h{}", counting_id(1).simple());
    let long = "x".repeat(513);
    let cases = [
        ("/groups?limit=0".to_owned(), "from 1 to 200"),
        ("/groups?cursor=x".to_owned(), "cursor"),
        (hidden, "cursor"),
        ("/groups?displayName=Crew".to_owned(), "name, search, cursor, limit"),
        ("/groups?name=Crew&cursor=x".to_owned(), "cursor"),
        (format!("/groups?name={long}"), "512 characters"),
        (format!("/groups?search={long}"), "200 characters"),
        (own("/members?limit=201"), "from 1 to 200"),
        (own("/members?cursor=x"), "cursor"),
        (own(&format!("/members?cursor={crew}")), "cursor"),
        (own("/members?search=x"), "cursor, limit"),
        (own("/history?cursor=x"), "cursor"),
        (own("/history?limit=x"), "from 1 to 200"),
    ];
    for (asked, says) in cases {
        let detail = problem(&admin(&tenant, "GET", &asked, Value::Null).await, 400);
        assert!(detail.contains(says), "{asked}: {detail}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let answer = admin(&tenant, method, &own(""), json!({"displayName": "x"})).await;
        problem(&answer, 405);
    }
}
