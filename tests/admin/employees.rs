//! Employees through the JSON API: lists, search, archive, restore, erase, and `If-Match`.

use crate::support::actors::{administrator, identity_provider};
use crate::support::admin::{admin, get, problem};
use crate::support::{acme, counting_id};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn a_list_reads_no_more_than_it_must() {
    let tenant = acme().await;
    for n in 0..30 {
        tenant.create(&json!({"userName": format!("user{n}@example.com")})).await;
    }
    get(&tenant, "/settings").await;
    let queries = async |path: &str| {
        tenant.app.faults.take_calls();
        get(&tenant, path).await;
        let calls = tenant.app.faults.take_calls();
        calls.iter().filter(|call| call.operation == "Query").count()
    };
    // The rows and the counts.
    assert_eq!(queries("/employees?limit=5").await, 2);
    assert_eq!(queries("/employees?status=archived&limit=1").await, 2);
    assert_eq!(queries("/employees?search=nobody&limit=1").await, 2, "both standings, once");
    assert_eq!(queries("/employees?order=id&limit=5").await, 2);
    assert_eq!(queries("/employees?userName=user1%40example.com").await, 0);
}

#[tokio::test]
async fn employees_are_found_by_status_and_by_the_start_of_a_word() {
    let tenant = acme().await;
    for (name, display) in
        [("ada", "Ada Lovelace"), ("bob", "Bob Łoboda"), ("eve", "Eve Ada-Jones")]
    {
        let user_name = format!("{name}@example.com");
        let body = json!({"userName": user_name, "displayName": display,
            "emails": [{"value": format!("{name}.mail@example.com")}]});
        tenant.create(&body).await;
    }
    let active = json!([{"op": "replace", "value": {"active": false}}]);
    tenant.patch(&format!("/Users/{}", counting_id(2)), &active).await.expect(200);
    tenant.delete(&format!("/Users/{}", counting_id(3))).await.expect(204);
    let check = async |query: &str, expected: &[&str]| {
        let page = get(&tenant, &format!("/employees{query}")).await;
        let names: Vec<&str> = page["employees"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["userName"].as_str().expect("text"))
            .collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(page["nextCursor"], Value::Null, "{query}");
    };
    let [ada, bob, eve] = ["ada@example.com", "bob@example.com", "eve@example.com"];
    check("?status=active", &[ada]).await;
    check("?search=ADA", &[ada, eve]).await;
    check("?search=love", &[ada]).await;
    check("?search=lovelace+ada", &[ada]).await;
    check("?search=%C5%82ob", &[bob]).await;
    check("?search=eve.mail", &[eve]).await;
    check("?search=eve.mail%40example.com", &[eve]).await;
    check("?search=lovelace+x", &[]).await;
    check("?search=ada+love&status=active", &[ada]).await;
    check("?search=ada&status=archived", &[eve]).await;
}

#[tokio::test]
async fn pages_follow_each_other_by_cursor_and_none_is_missed() {
    let tenant = acme().await;
    for n in 0..7 {
        tenant.create(&json!({"userName": format!("user{n}@example.com")})).await;
    }
    for n in [2, 5] {
        tenant.delete(&format!("/Users/{}", counting_id(n))).await.expect(204);
    }
    for limit in 1..=8 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&tenant, &format!("/employees?order=id&limit={limit}{cursor}")).await;
            let rows = page["employees"].as_array().expect("rows");
            assert!(rows.len() <= limit);
            seen.extend(rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()));
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let expected = [1, 3, 4, 6, 7, 2, 5].map(|n| counting_id(n).to_string());
        assert_eq!(seen, expected, "limit {limit}");
    }
    let history = format!("/employees/{}/history", counting_id(2));
    let first = get(&tenant, &format!("{history}?limit=1")).await;
    assert_eq!(first["entries"][0]["kind"], "deleted");
    let next = first["nextCursor"].as_str().expect("a cursor");
    let second = get(&tenant, &format!("{history}?limit=1&cursor={next}")).await;
    assert_eq!(second["entries"][0]["kind"], "created");
}

#[tokio::test]
async fn an_administrator_archives_restores_and_erases() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let employee = format!("/employees/{id}");
    let act = |what: &'static str, body: Value| {
        let path = format!("{employee}/{what}");
        let tenant = tenant.clone();
        async move { admin(&tenant, "POST", &path, body).await }
    };
    let confirmed = json!({"confirm": id});
    assert!(problem(&act("erase", confirmed.clone()).await, 409).contains("archive"));
    assert_eq!(act("archive", Value::Null).await.expect(200)["status"], "archived");
    assert_eq!(tenant.get(&format!("/Users/{id}")).await.expect(200)["active"], false);
    assert_eq!(act("restore", Value::Null).await.expect(200)["status"], "active");
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    let back = act("restore", Value::Null).await.expect(200);
    assert_eq!((&back["status"], &back["deletedInIdp"]), (&json!("active"), &json!(false)));
    assert_eq!(tenant.get(&format!("/Users/{id}")).await.expect(200)["active"], true);
    assert_eq!(tenant.found("userName eq \"ada@example.com\"").await, ["ada@example.com"]);
    let history = get(&tenant, &format!("{employee}/history")).await;
    let kinds: Vec<(&Value, &Value)> = history["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| (&entry["kind"], &entry["actor"]))
        .collect();
    let text = |text: &str| Value::from(text);
    let (idp, admin_label) = (identity_provider(&tenant).await, administrator(&tenant).await);
    let expected = [
        (&text("restored"), &admin_label),
        (&text("deleted"), &idp),
        (&text("restored"), &admin_label),
        (&text("archived"), &admin_label),
        (&text("created"), &idp),
    ];
    assert_eq!(kinds, expected);
    act("archive", Value::Null).await.expect(200);
    let wrong = act("erase", json!({"confirm": "ada@example.com"})).await;
    assert!(problem(&wrong, 409).contains("id"));
    act("erase", confirmed).await.expect(204);
    problem(&admin(&tenant, "GET", &employee, Value::Null).await, 404);
    problem(&admin(&tenant, "GET", &format!("{employee}/history"), Value::Null).await, 404);
    let log = get(&tenant, "/history").await;
    assert_eq!(log["entries"][0]["kind"], "erased");
    assert!(!log.to_string().contains("ada@"), "nothing of the person is left: {log}");
}

#[tokio::test]
async fn a_deleted_employee_whose_name_is_taken_does_not_come_back() {
    let tenant = acme().await;
    let body = json!({"userName": "ada@example.com", "externalId": "1"});
    let id = tenant.create(&body).await;
    tenant.delete(&format!("/Users/{id}")).await.expect(204);
    let other = tenant.create(&json!({"userName": "ADA@example.com", "externalId": "2"})).await;
    let refused = admin(&tenant, "POST", &format!("/employees/{id}/restore"), Value::Null).await;
    assert!(problem(&refused, 409).contains(&other), "says whose it is");
}

#[tokio::test]
async fn a_change_with_if_match_is_made_from_that_version_only() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com"})).await;
    let employee = format!("/employees/{id}");
    for (shown, method, changed, body) in [
        ("/settings", "PATCH", "/settings", json!({"locationFromIdp": true})),
        (&employee, "PATCH", &employee, json!({"location": "GB"})),
        (&employee, "POST", &format!("{employee}/archive"), Value::Null),
        (&employee, "POST", &format!("{employee}/restore"), Value::Null),
    ] {
        let change = async |tag: &str| {
            let request = Request::builder()
                .method(method)
                .uri(format!("/tenants/acme/api{changed}"))
                .header("authorization", format!("Bearer {}", tenant.admin_token))
                .header("if-match", tag);
            tenant.app.send(request.body(Body::from(body.to_string())).unwrap()).await
        };
        let before = admin(&tenant, "GET", shown, Value::Null).await;
        let tag = before.header("etag").to_owned();
        let detail = problem(&change("W/\"77\"").await, 412);
        assert!(detail.contains(&tag) && detail.contains("If-Match"), "{detail}");
        assert_eq!(get(&tenant, shown).await, before.expect(200), "nothing was changed");
        let after = change(&tag).await;
        after.expect(200);
        let now = after.header("etag").to_owned();
        assert_ne!(now, tag, "{method} {changed}");
        problem(&change(&tag).await, 412);
        assert_eq!(admin(&tenant, "GET", shown, Value::Null).await.header("etag"), now);
        change("*").await.expect(200);
    }
}
