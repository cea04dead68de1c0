//! Pages by cursor (RFC 9865).

use super::queries::{acme, names, search};
use crate::support::actors::OPERATOR;
use crate::support::faults::Fault;
use crate::support::request::Answer;
use crate::support::{Ids, TestApp, TestTenant};
use rollcall::directory::access::token_set::{Earlier, Replacement, Which};
use rollcall::model::tenant::Scope;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::sync::Arc;
use time::Duration;
use tokio::sync::Notify;

/// Walks through a list by cursor. Returns all rows and the number of pages.
async fn walk(tenant: &TestTenant, query: &str) -> (Vec<String>, usize) {
    let (mut all, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let body = tenant.get(&format!("{query}&cursor={cursor}")).await.expect(200);
        let rows = names(&body);
        assert_eq!(body["itemsPerPage"], rows.len());
        assert!(body.get("startIndex").is_none() && body.get("previousCursor").is_none());
        all.extend(rows.into_iter().map(str::to_owned));
        pages += 1;
        match body.get("nextCursor") {
            Some(next) => cursor = next.as_str().unwrap().to_owned(),
            None => return (all, pages),
        }
    }
}

#[tokio::test]
async fn a_list_is_walked_through_by_cursor() {
    let tenant = acme().await;
    let users = ["dora", "Adam", "carl", "BEA", "eve"];
    let check = async |query: &str, expected: &[&str], pages: usize| {
        let (all, number) = walk(&tenant, query).await;
        assert_eq!(
            (all, number),
            (expected.iter().map(ToString::to_string).collect(), pages),
            "{query}"
        );
    };
    check("/Users?count=2", &users, 3).await;
    check("/Users?count=5", &users, 1).await;
    check("/Users?x=y", &users, 1).await;
    check("/Users?count=2&sortBy=userName", &["Adam", "BEA", "carl", "dora", "eve"], 3).await;
    check("/Users?count=2&filter=title%20pr", &["dora", "carl", "BEA"], 2).await;
    let all = ["dora", "Adam", "carl", "BEA", "eve", "Crew", "Board"];
    check("?count=3", &all, 3).await;
    check("?count=5", &all, 2).await;
    let first = search(&tenant, "/Users/.search", json!({"count": 3, "cursor": ""})).await;
    let first = first.expect(200);
    let next = json!({"count": 3, "cursor": first["nextCursor"]});
    let second = search(&tenant, "/Users/.search", next).await.expect(200);
    assert_eq!((names(&second), second.get("nextCursor")), (vec!["BEA", "eve"], None));
}

#[tokio::test]
async fn a_cursor_is_good_for_its_query_its_tenant_and_its_hour() {
    let app = TestApp::with_ids(Ids::Random).await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("umbrella").await);
    for name in ["a", "b", "c"] {
        tenant.create(&json!({"userName": name})).await;
        other.create(&json!({"userName": name})).await;
    }
    let body = tenant.get("/Users?cursor&count=1").await.expect(200);
    let cursor = body["nextCursor"].as_str().unwrap().to_owned();
    let with = |query: &str| format!("/Users?{query}&cursor={cursor}");
    let refused = async |answer: Answer, scim_type| answer.expect_error(400, Some(scim_type));
    refused(other.get(&with("count=1")).await, "invalidCursor").await;
    refused(tenant.get(&with("count=2")).await, "invalidCount").await;
    refused(tenant.get(&with("count=1&sortBy=userName")).await, "invalidCursor").await;
    refused(tenant.get(&with("count=1&attributes=userName")).await, "invalidCursor").await;
    for other in ["sortOrder=descending", "filter=userName%20pr", "excludedAttributes=emails"] {
        refused(tenant.get(&with(&format!("count=1&{other}"))).await, "invalidCursor").await;
    }
    refused(tenant.get(&format!("/Groups?count=1&cursor={cursor}")).await, "invalidCursor").await;
    refused(tenant.get(&with("count=1&startIndex=1")).await, "invalidValue").await;
    refused(tenant.get("/Users?cursor=nonsense").await, "invalidCursor").await;
    refused(tenant.get("/Users?cursor=a%20b").await, "invalidCursor").await;
    refused(tenant.get("/Users?cursor&count=x").await, "invalidCount").await;
    let mut forged = cursor.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    refused(tenant.get(&format!("/Users?count=1&cursor={forged}")).await, "invalidCursor").await;
    // Another server of the deployment accepts the cursor.
    let elsewhere = tenant.at_another_server();
    assert_eq!(elsewhere.get(&with("count=1")).await.expect(200)["itemsPerPage"], 1);
    app.advance(Duration::seconds(3_601));
    refused(tenant.get(&with("count=1")).await, "expiredCursor").await;
}

#[tokio::test]
async fn who_comes_and_goes_leaves_nobody_out_of_a_walk_by_cursor() {
    let tenant = acme().await;
    let body = tenant.get("/Users?cursor&count=2").await.expect(200);
    let cursor = body["nextCursor"].as_str().unwrap();
    let first = body["Resources"][0]["id"].as_str().unwrap();
    tenant.delete(&format!("/Users/{first}")).await.expect(204);
    let next = tenant.get(&format!("/Users?count=2&cursor={cursor}")).await.expect(200);
    assert_eq!(names(&next), ["carl", "BEA"], "no row is left out, unlike with startIndex");
}

#[tokio::test]
async fn each_page_by_cursor_has_count_rows_at_most_and_all_but_the_last_a_cursor_for_urls() {
    let tenant = acme().await;
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    for (path, mut body, rows) in [
        ("/Users/.search", json!({}), [2, 2, 1]),
        ("/Users/.search", json!({"sortBy": "userName", "sortOrder": "descending"}), [2, 2, 1]),
        ("/.search", json!({"filter": "userName pr"}), [2, 2, 1]),
    ] {
        (body["count"], body["cursor"]) = (json!(2), json!(""));
        for (number, rows) in rows.into_iter().enumerate() {
            let page = search(&tenant, path, body.clone()).await.expect(200);
            assert_eq!(names(&page).len(), rows, "page {number} of {body}");
            let next = page.get("nextCursor").cloned();
            assert_eq!(next.is_some(), number < 2, "page {number} of {body}");
            if let Some(next) = next {
                assert!(next.as_str().unwrap().bytes().all(is_unreserved), "{next}");
                body["cursor"] = next;
            }
        }
    }
    let nobody = tenant.get("/Users?cursor&filter=title%20eq%20%22x%22").await.expect(200);
    assert_eq!((names(&nobody), nobody.get("nextCursor")), (Vec::new(), None));
    let none = tenant.get("/Users?cursor&count=-3").await.expect(200);
    assert_eq!((names(&none), &none["totalResults"]), (Vec::new(), &json!(5)));
    assert_eq!(none.get("nextCursor"), None);
    let none = tenant.get("/Users?cursor&count=0&sortBy=userName").await.expect(200);
    assert_eq!((&none["totalResults"], none.get("nextCursor")), (&json!(5), None));
    let by_index = tenant.get("/Users?count=2").await.expect(200);
    assert_eq!((&by_index["startIndex"], by_index.get("nextCursor")), (&json!(1), None));
}

#[tokio::test]
async fn a_cursor_opens_nothing_without_a_token_and_its_errors_say_nothing() {
    let app = TestApp::with_ids(Ids::Random).await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("umbrella").await);
    for name in ["a", "b"] {
        tenant.create(&json!({"userName": name})).await;
        other.create(&json!({"userName": name})).await;
    }
    let first = async |tenant: &TestTenant| {
        let body = tenant.get("/Users?cursor&count=1").await.expect(200);
        body["nextCursor"].as_str().unwrap().to_owned()
    };
    let (cursor, foreign) = (first(&tenant).await, first(&other).await);
    let with = |cursor: &str| format!("/Users?count=1&cursor={cursor}");
    let mut forged = cursor.clone();
    forged.replace_range(0..1, if forged.starts_with('A') { "B" } else { "A" });
    let mut answers = Vec::new();
    for wrong in [&*foreign, &*forged, &cursor[1..], "nonsense"] {
        let answer = tenant.get(&with(wrong)).await;
        answers.push(answer.expect_error(400, Some("invalidCursor")));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let mut stranger = tenant.clone();
    for token in ["", "wrong", &*other.scim_token] {
        token.clone_into(&mut stranger.scim_token);
        stranger.get(&with(&cursor)).await.expect_error(401, None);
    }
    tenant.get(&with(&cursor)).await.expect(200);
    // A cursor belongs to the tenant, so the tenant's next token can use it.
    let tenants = &app.app.tenants;
    let replacement = Replacement {
        label: None,
        overlap: Duration::ZERO,
        earlier: Earlier::Drop,
        expected: None,
    };
    let next =
        tenants.replace_token(&tenant.id, Scope::Scim, &replacement, &OPERATOR).await.unwrap();
    next.token.expose_secret().clone_into(&mut stranger.scim_token);
    app.advance(Duration::seconds(61));
    tenant.get(&with(&cursor)).await.expect_error(401, None);
    assert_eq!(stranger.get(&with(&cursor)).await.expect(200)["totalResults"], 2);
    tenants.revoke_tokens(&tenant.id, Scope::Scim, Which::All, &OPERATOR).await.unwrap();
    app.advance(Duration::seconds(61));
    stranger.get(&with(&cursor)).await.expect_error(401, None);
}

#[tokio::test]
async fn a_page_by_cursor_whose_rows_all_changed_meanwhile_is_not_the_last() {
    // The users have more text than a full read keeps. The service reads the ninth row again by its key.
    let tenant = TestApp::new().await.tenant("acme").await;
    let role = |n: usize| json!({"value": format!("{n} {}", "r".repeat(1_150))});
    let roles: Vec<Value> = (0..100).map(role).collect();
    let mut ids = Vec::new();
    for n in 1..=10 {
        let user = json!({"userName": format!("user{n}"), "title": "x", "roles": roles});
        ids.push(tenant.create(&user).await);
    }
    let list = "/Users?filter=title%20pr&count=1&attributes=userName&cursor=";
    let mut cursor = String::new();
    for _ in 0..8 {
        let page = tenant.get(&format!("{list}{cursor}")).await.expect(200);
        cursor = page["nextCursor"].as_str().expect("a next page").to_owned();
    }
    let let_go = Arc::new(Notify::new());
    tenant.app.faults.plan("GetItem", Fault::Held(Arc::clone(&let_go)));
    let (asking, ninth) = (tenant.clone(), format!("{list}{cursor}"));
    let page = tokio::spawn(async move { asking.get(&ninth).await.expect(200) });
    tenant.app.faults.all_met().await;
    let untitled = json!([{"op": "remove", "path": "title"}]);
    tenant.patch(&format!("/Users/{}", ids[8]), &untitled).await.expect(200);
    let_go.notify_one();
    let page = page.await.unwrap();
    assert_eq!(names(&page), Vec::<&str>::new());
    let next = page["nextCursor"].as_str().expect("a next page");
    let next = tenant.get(&format!("{list}{next}")).await.expect(200);
    assert_eq!(names(&next), ["user10"]);
}
