//! `/requests`: the failed, unauthorized and recorded requests of the identity provider.

use crate::support::admin::{admin, get, problem};
use crate::support::groups::group;
use crate::support::{TestTenant, acme};
use axum::body::Body;
use rollcall::model::unauthorized::UnauthorizedReason;
use serde_json::{Value, json};
use time::Duration;

/// The path of a user.
fn path(id: &str) -> String {
    format!("/Users/{id}")
}

/// The noted requests, the latest first.
async fn rows(tenant: &TestTenant, query: &str) -> Vec<Value> {
    let noted = get(tenant, &format!("/requests{query}")).await;
    noted["requests"].as_array().expect("requests").clone()
}

/// The names of the causes, the latest first.
async fn causes(tenant: &TestTenant) -> Vec<String> {
    let names = rows(tenant, "").await;
    names.iter().map(|row| row["cause"]["name"].as_str().expect("a name").to_owned()).collect()
}

/// Sends a request that fails, a second after the last one.
async fn fails(tenant: &TestTenant, method: &str, below: &str, body: Value) {
    tenant.app.advance(Duration::seconds(1));
    let json = [("content-type", "application/scim+json")];
    let answer = tenant.request(method, below, &json, Body::from(body.to_string())).await;
    assert!(answer.status.as_u16() >= 400, "{method} {below} {body}: {}", answer.status);
}

#[tokio::test]
async fn a_failed_request_has_its_cause_and_what_to_do() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada@example.com"})).await;
    fails(&tenant, "POST", "/Users", json!({"userName": "ADA@example.com"})).await;
    let [row] = &rows(&tenant, "").await[..] else { panic!("one row is expected") };
    let expected = json!({
        "meaning": "createUser", "operation": "POST /Users", "status": 409, "scimType": "uniqueness",
        "attributes": ["userName"], "results": [], "record": {"kind": "User", "id": ada},
        "first": "2026-11-23T09:30:01.000Z", "last": "2026-11-23T09:30:01.000Z", "count": 1,
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&row[name], value, "{name} in {row}");
    }
    assert_eq!(row["cause"]["name"], "user-name-taken");
    assert_eq!(row["cause"]["sentence"], "The userName belongs to another user");
    assert!(row["cause"]["whatToDo"].as_str().expect("text").starts_with("Open that employee"));
    assert_eq!(row["token"].as_str().map(str::len), Some(12));
    assert!(!row["requestId"].as_str().expect("an id").is_empty());
}

#[tokio::test]
async fn each_failure_has_one_cause() {
    let tenant = acme().await;
    let ada = path(&tenant.create(&json!({"userName": "ada@example.com"})).await);
    let crew = format!("/Groups/{}", group(&tenant, "Crew", &[]).await);
    let gone = "/Users/00000000-0000-4000-8000-00000000dead";
    let patch = |operation: Value| json!({"Operations": [operation]});
    let long = "x".repeat(5_000);
    for (method, below, body, cause, sentence) in [
        ("POST", "/Users", json!({}), "value-required", "userName is required"),
        (
            "POST",
            "/Users",
            json!({"userName": "x", "active": "perhaps"}),
            "wrong-type",
            "active must be true or false",
        ),
        (
            "POST",
            "/Users",
            json!({"userName": "x", "title": {"x": 1}}),
            "wrong-type",
            "title must be text",
        ),
        (
            "POST",
            "/Users",
            json!({"userName": "x", "title": long}),
            "text-too-long",
            "title has more than 4,096 characters",
        ),
        (
            "POST",
            "/Users",
            json!({"userName": "x", "Title": "a", "title": "b"}),
            "name-repeated",
            "title occurs twice",
        ),
        ("POST", "/Users", json!([]), "body-not-json", "The body is not valid JSON"),
        (
            "POST",
            "/Groups",
            json!({"displayName": "crew"}),
            "group-name-taken",
            "The group name is taken",
        ),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "replace", "path": "id", "value": "x"})),
            "read-only-attribute",
            "Only Rollcall sets id",
        ),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "remove", "path": "userName"})),
            "required-value-removed",
            "userName is required and cannot be removed",
        ),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "remove"})),
            "no-target",
            "The path of a change selects nothing",
        ),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "add", "path": "a..b", "value": 1})),
            "invalid-path",
            "The target of a mapping is not a valid path",
        ),
        (
            "PATCH",
            gone,
            patch(json!({"op": "add", "path": "title", "value": "x"})),
            "user-not-found",
            "There is no user with this id",
        ),
        (
            "GET",
            "/Users?filter=nothing%20eq%201",
            Value::Null,
            "unknown-filter-attribute",
            "The filter names an attribute that Rollcall does not have",
        ),
        ("GET", "/Users?filter=(", Value::Null, "invalid-filter", "The filter is not valid"),
        (
            "DELETE",
            "/Users",
            Value::Null,
            "method-not-allowed",
            "The endpoint does not support the method",
        ),
        (
            "POST",
            "/Bulk",
            json!({"schemas": ["x"]}),
            "wrong-schemas",
            "The body does not name its schema",
        ),
        ("GET", "/Nothing", Value::Null, "unknown-endpoint", "There is no such path"),
    ] {
        fails(&tenant, method, below, body).await;
        let row = &rows(&tenant, "").await[0];
        assert_eq!(
            (&row["cause"]["name"], &row["cause"]["sentence"]),
            (&json!(cause), &json!(sentence)),
            "{method} {below}"
        );
    }
    let before = causes(&tenant).await;
    // A failed look-up and a repeated deletion are routine.
    fails(&tenant, "GET", gone, Value::Null).await;
    fails(&tenant, "DELETE", gone, Value::Null).await;
    let etag = [("if-match", "W/\"77\""), ("content-type", "application/json")];
    tenant
        .request("PUT", &crew, &etag, Body::from("{\"displayName\":\"x\"}"))
        .await
        .expect_error(412, None);
    assert_eq!(causes(&tenant).await, before);
}

#[tokio::test]
async fn the_meaning_of_a_request_comes_from_its_content() {
    let tenant = acme().await;
    let ada = path(&tenant.create(&json!({"userName": "ada@example.com"})).await);
    let crew = format!("/Groups/{}", group(&tenant, "Crew", &[]).await);
    admin(&tenant, "POST", "/requests/record", json!({"record": true})).await.expect(200);
    let patch = |operation: Value| json!({"Operations": [operation]}).to_string();
    let user = json!({"userName": "ada@example.com", "active": false}).to_string();
    for (method, below, body, expected) in [
        ("GET", "/Users?startIndex=1&count=2", String::new(), "testCredentials"),
        ("GET", "/Users?startIndex=1&count=100", String::new(), "listUsers"),
        (
            "GET",
            "/Users?filter=userName%20eq%20%22x%22&startIndex=1&count=2",
            String::new(),
            "findUser",
        ),
        ("GET", "/Groups?filter=displayName%20eq%20%22x%22", String::new(), "findGroup"),
        ("GET", &*ada, String::new(), "getUser"),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "replace", "value": {"active": false}})),
            "deactivateUser",
        ),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "Replace", "path": "active", "value": "True"})),
            "activateUser",
        ),
        (
            "PATCH",
            &*ada,
            patch(json!({"op": "replace", "value": {"active": true, "title": "x"}})),
            "updateUser",
        ),
        ("PUT", &*ada, user, "deactivateUser"),
        (
            "PATCH",
            &*crew,
            patch(json!({"op": "add", "path": "members", "value": []})),
            "addMembers",
        ),
        (
            "PATCH",
            &*crew,
            patch(json!({"op": "remove", "path": "members[value eq \"x\"]"})),
            "removeMembers",
        ),
        (
            "PATCH",
            &*crew,
            patch(json!({"op": "replace", "path": "displayName", "value": "Crew 2"})),
            "updateGroup",
        ),
        ("GET", "/ServiceProviderConfig", String::new(), "updateGroup"),
        ("DELETE", &*crew, String::new(), "deleteGroup"),
        ("DELETE", &*ada, String::new(), "deleteUser"),
    ] {
        tenant.app.advance(Duration::seconds(1));
        let headers = [("content-type", "application/json")];
        let answer = tenant.request(method, below, &headers, Body::from(body)).await;
        assert!(answer.status.as_u16() < 300, "{method} {below}: {}", answer.text());
        let row = &rows(&tenant, "?show=recorded").await[0];
        assert_eq!(row["meaning"], expected, "{method} {below}: {row}");
        assert_eq!(row["cause"], Value::Null);
    }
}

#[tokio::test]
async fn a_recording_has_the_result_of_each_attribute_and_can_be_stopped() {
    let tenant = acme().await;
    tenant.get("/Users").await.expect(200);
    assert_eq!(rows(&tenant, "?show=recorded").await, Vec::<Value>::new());
    let started =
        admin(&tenant, "POST", "/requests/record", json!({"record": true})).await.expect(200);
    assert_eq!(started, json!({"recordUntil": "2026-11-23T10:30:00.000Z"}));
    assert_eq!(get(&tenant, "/requests").await["recordUntil"], "2026-11-23T10:30:00.000Z");
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let body = json!({"userName": "ada", "title": "Countess", "shoeSize": 39,
                      enterprise: {"department": "Research"}});
    let ada = tenant.create(&body).await;
    let results = |row: &Value| -> Vec<String> {
        let results = row["results"].as_array().expect("results").iter();
        let text = |name: &Value| name.as_str().expect("text").to_owned();
        results.map(|one| format!("{} {}", text(&one["name"]), text(&one["result"]))).collect()
    };
    let row = &rows(&tenant, "?show=recorded").await[0];
    assert_eq!(row["record"], json!({"kind": "User", "id": ada}));
    let department = format!("{enterprise}:department notInUse");
    assert_eq!(results(row), ["shoeSize ignored", "title kept", &department, "userName kept"]);
    tenant.app.advance(Duration::seconds(3));
    tenant.put(&path(&ada), &json!({"userName": "ada", "title": "Lady"})).await.expect(200);
    let row = &rows(&tenant, "?show=recorded").await[0];
    assert_eq!(results(row), ["title kept", "userName unchanged"]);
    // The table has the rows too.
    tenant.app.advance(Duration::seconds(3));
    tenant.get("/Users").await.expect(200);
    assert_eq!(rows(&tenant.at_another_server(), "?show=recorded").await.len(), 3);
    let stopped = admin(&tenant, "POST", "/requests/record", json!({"record": false})).await;
    assert_eq!(stopped.expect(200), json!({"recordUntil": null}));
    tenant.get("/Users").await.expect(200);
    assert_eq!(rows(&tenant, "?show=recorded").await.len(), 3);
    // A recording ends by itself.
    admin(&tenant, "POST", "/requests/record", json!({"record": true})).await.expect(200);
    tenant.app.advance(Duration::minutes(60));
    tenant.get("/Users").await.expect(200);
    assert_eq!(rows(&tenant, "?show=recorded").await.len(), 3);
    assert_eq!(get(&tenant, "/requests").await["recordUntil"], Value::Null);
}

#[tokio::test]
async fn failed_operations_of_a_bulk_request_are_rows() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada"})).await;
    let operation = |n: u32| {
        json!({"method": "POST", "path": "/Users", "bulkId": n.to_string(),
                                    "data": {"userName": "ada"}})
    };
    let mut operations: Vec<Value> = (0..15).map(operation).collect();
    operations.insert(
        0,
        json!({"method": "PATCH", "path": format!("/Users/{ada}"),
        "data": {"Operations": [{"op": "replace", "path": "active", "value": 7}]}}),
    );
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                      "Operations": operations});
    tenant.post("/Bulk", &bulk).await.expect(200);
    let rows = rows(&tenant, "").await;
    let seen =
        |row: &Value| (row["meaning"].clone(), row["cause"]["name"].clone(), row["count"].clone());
    let mut seen: Vec<_> = rows.iter().map(seen).collect();
    seen.sort_by_key(|(meaning, ..)| meaning.to_string());
    let create = (json!("createUser"), json!("user-name-taken"), json!(9));
    let update = (json!("updateUser"), json!("wrong-type"), json!(1));
    assert_eq!(seen, [create, update], "a request has ten rows at most");
}

#[tokio::test]
async fn a_bulk_operation_that_cannot_run_is_a_row() {
    let tenant = acme().await;
    let group = json!({"displayName": "Crew", "members": [{"value": "bulkId:nobody"}]});
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "MOVE", "path": "/Users"},
        {"method": "POST", "path": "/Groups", "bulkId": "crew", "data": group}]});
    tenant.post("/Bulk", &bulk).await.expect(200);
    let [row] = &rows(&tenant, "").await[..] else { panic!("one row is expected") };
    assert_eq!((&row["meaning"], &row["count"]), (&json!("bulk"), &json!(2)));
    assert_eq!(row["cause"]["name"], "bulk-operation-not-run");
}

#[tokio::test]
async fn rows_can_be_filtered_by_cause_and_a_bad_query_is_refused() {
    let tenant = acme().await;
    fails(&tenant, "POST", "/Users", json!({})).await;
    fails(&tenant, "POST", "/Users", json!({"userName": "x", "active": "perhaps"})).await;
    assert_eq!(rows(&tenant, "?cause=wrong-type").await.len(), 1);
    assert_eq!(rows(&tenant, "?show=all").await.len(), 2);
    assert_eq!(rows(&tenant, "?cause=nothing").await.len(), 0);
    assert_eq!(rows(&tenant, "?show=unauthorized").await.len(), 0);
    for query in ["?show=most", "?row=1", "?cause=a&cause=b"] {
        problem(&admin(&tenant, "GET", &format!("/requests{query}"), Value::Null).await, 400);
    }
    for body in [json!({}), json!({"record": "yes"}), json!({"record": true, "hours": 2})] {
        problem(&admin(&tenant, "POST", "/requests/record", body).await, 400);
    }
}

#[tokio::test]
async fn requests_without_a_valid_token_are_counted_by_reason() {
    let tenant = acme().await;
    tenant.app.advance(Duration::hours(2));
    let sync = tenant.app.app.sync.clone();
    let at = rollcall::directory::sources::Sources::now(&tenant.app.sources());
    let revoked = UnauthorizedReason::TokenRevoked { label: "Okta 2026".to_owned(), at };
    for _ in 0..3 {
        sync.unauthorized(&tenant.id, revoked.clone()).await;
        tenant.app.advance(Duration::seconds(1));
    }
    sync.unauthorized(&tenant.id, UnauthorizedReason::NoBearerToken).await;
    let noted = get(&tenant, "/requests?show=unauthorized").await;
    let expected = json!([
        {"reason": "no-bearer-token", "label": null, "ended": null, "count": 1,
         "first": "2026-11-23T11:30:03.000Z", "last": "2026-11-23T11:30:03.000Z"},
        {"reason": "token-revoked", "label": "Okta 2026", "ended": "2026-11-23T11:30:00.000Z", "count": 3,
         "first": "2026-11-23T11:30:00.000Z", "last": "2026-11-23T11:30:02.000Z"},
    ]);
    assert_eq!(noted["unauthorized"], expected);
    // The first one of a reason is in the table at once, with those that wait. The others follow within 10 seconds.
    let elsewhere =
        async || get(&tenant.at_another_server(), "/sync").await["unauthorizedRequests"].clone();
    assert_eq!(elsewhere().await, 4);
    tenant.app.advance(Duration::seconds(10));
    sync.unauthorized(&tenant.id, UnauthorizedReason::NoBearerToken).await;
    assert_eq!(elsewhere().await, 5);
}

#[tokio::test]
async fn an_erased_person_stays_an_id_in_the_notes() {
    let tenant = acme().await;
    let id = tenant.create(&json!({"userName": "ada@example.com", "active": false})).await;
    fails(
        &tenant,
        "PATCH",
        &path(&id),
        json!({"Operations": [{"op": "add", "path": "active", "value": 7}]}),
    )
    .await;
    let erase = format!("/employees/{id}/erase");
    admin(&tenant, "POST", &erase, json!({"confirm": id})).await.expect(204);
    let [row] = &rows(&tenant, "").await[..] else { panic!("one row is expected") };
    assert_eq!(row["record"]["id"], *id);
    assert!(!row.to_string().contains("ada@"), "{row}");
}
