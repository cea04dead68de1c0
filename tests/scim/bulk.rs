//! `/Bulk` (RFC 7644 §3.7): operations that refer to each other's new resources, and the results of failed operations.

use crate::support::faults::Fault;
use crate::support::urns::GROUP;
use crate::support::{TestTenant, acme, counting_id, is_on_an_endpoint};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

const BASE: &str = "https://rollcall.example/tenants/acme/scim/v2";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

pub async fn bulk(tenant: &TestTenant, mut body: Value) -> Value {
    body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]);
    let answer = tenant.post("/Bulk", &body).await.expect(200);
    assert_eq!(answer["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    answer["Operations"].clone()
}

fn user(bulk_id: &str, name: &str) -> Value {
    let data = json!({"schemas": [USER], "userName": name});
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
}

fn group(bulk_id: &str, name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let data = json!({"schemas": [GROUP], "displayName": name, "members": members});
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data})
}

#[tokio::test]
async fn a_new_user_is_made_member_of_a_new_group_in_one_request() {
    let tenant = acme().await;
    let results = bulk(
        &tenant,
        json!({"Operations": [user("qwerty", "Alice"), group("ytrewq", "Tour Guides", &["bulkId:qwerty"])]}),
    )
    .await;
    let (alice, guides) = (counting_id(1), counting_id(2));
    assert_eq!(
        results,
        json!([
            {
                "location": format!("{BASE}/Users/{alice}"),
                "method": "POST",
                "bulkId": "qwerty",
                "version": "W/\"1\"",
                "status": "201",
            },
            {
                "location": format!("{BASE}/Groups/{guides}"),
                "method": "POST",
                "bulkId": "ytrewq",
                "version": "W/\"1\"",
                "status": "201",
            },
        ])
    );
    let guides = tenant.get(&format!("/Groups/{guides}")).await.expect(200);
    assert_eq!(guides["members"][0]["value"], alice.to_string());
}

#[tokio::test]
async fn groups_that_are_members_of_each_other_are_both_made() {
    let tenant = acme().await;
    let operations = [group("a", "A", &["bulkId:b"]), group("b", "B", &["bulkId:a"])];
    let results = bulk(&tenant, json!({"Operations": operations})).await;
    assert_eq!((&results[0]["status"], &results[1]["status"]), (&json!("201"), &json!("201")));
    assert_eq!(results[0]["version"], "W/\"2\"", "the version after the member was added");
    let (a, b) = (counting_id(1).to_string(), counting_id(2).to_string());
    let members = async |id: &str| {
        tenant.get(&format!("/Groups/{id}")).await.expect(200)["members"][0]["value"].clone()
    };
    assert_eq!((members(&a).await, members(&b).await), (json!(b), json!(a)));
}

#[tokio::test]
async fn independent_operations_run_eight_at_a_time() {
    if is_on_an_endpoint() {
        return;
    }
    let tenant = acme().await;
    tenant.app.faults.take_calls();
    let held = Arc::new(Notify::new());
    for _ in 0..8 {
        tenant.app.faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&held)));
    }
    let operations: Vec<Value> =
        (0..20).map(|n| user(&n.to_string(), &format!("user{n}"))).collect();
    let request = tokio::spawn({
        let tenant = tenant.clone();
        async move { bulk(&tenant, json!({"Operations": operations})).await }
    });
    tenant.app.faults.all_met().await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let ended = tenant.app.faults.take_calls();
    let ended = ended.iter().filter(|call| call.operation == "TransactWriteItems").count();
    assert_eq!(ended, 0, "eight run, and no ninth");
    for _ in 0..8 {
        held.notify_one();
        tokio::task::yield_now().await;
    }
    held.notify_waiters();
    let results = request.await.unwrap();
    let results = results.as_array().unwrap();
    assert!(results.iter().all(|one| one["status"] == "201"), "{results:?}");
    let ids: Vec<&Value> = results.iter().map(|one| &one["bulkId"]).collect();
    let expected: Vec<Value> = (0..20).map(|n| json!(n.to_string())).collect();
    assert_eq!(ids, expected.iter().collect::<Vec<_>>(), "in the order of the request");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn each_operation_is_as_if_it_had_come_alone() {
    let tenant = acme().await;
    let ada = tenant.create(&json!({"userName": "ada"})).await;
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": "x"}],
    });
    let path = format!("/Users/{ada}");
    let operations = json!([
        {"method": "PATCH", "path": path, "version": "W/\"1\"", "data": patch},
        {"method": "PATCH", "path": path, "version": "W/\"1\"", "data": patch},
        {"method": "PUT", "path": path, "data": {"userName": "ada", "active": "perhaps"}},
        user("taken", "ADA"),
        {"method": "PUT", "path": path, "data": {"userName": "lovelace"}},
        {"method": "DELETE", "path": format!("/Users/{}", counting_id(77))},
        {"method": "POST", "path": "/Devices", "bulkId": "d", "data": {}},
        {"method": "PUT", "path": path},
        {"method": "DELETE", "path": path},
    ]);
    let results = bulk(&tenant, json!({"Operations": operations})).await;
    let statuses: Vec<&str> =
        results.as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["200", "412", "400", "409", "200", "404", "404", "400", "204"]);
    assert_eq!(results[0]["version"], "W/\"2\"");
    assert_eq!(results[1]["location"], format!("{BASE}{path}"));
    assert_eq!(
        results[7]["location"],
        format!("{BASE}{path}"),
        "the data is missing, not the path"
    );
    assert_eq!(results[5]["location"], format!("{BASE}/Users/{}", counting_id(77)));
    let error = &results[3]["response"];
    assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!((&error["scimType"], &error["status"]), (&json!("uniqueness"), &json!("409")));
    assert!(results[3].get("location").is_none() && results[2].get("location").is_some());
    assert!(results[2]["response"]["detail"].as_str().unwrap().contains("perhaps"));
    tenant.get(&path).await.expect_error(404, None);
}

#[tokio::test]
async fn it_stops_after_as_many_errors_as_are_let() {
    let tenant = acme().await;
    let operations = [user("a", "ada"), user("b", "ada"), user("c", "carl")];
    let body = json!({"failOnErrors": 1, "Operations": operations});
    let results = bulk(&tenant, body).await;
    assert_eq!(results.as_array().unwrap().len(), 2);
    assert_eq!(tenant.found("userName pr").await, ["ada"], "what was done before stays done");
}

#[tokio::test]
async fn what_is_larger_than_announced_is_413() {
    let tenant = acme().await;
    let operations: Vec<Value> = (0..501).map(|n| user(&n.to_string(), &n.to_string())).collect();
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]);
    let body = json!({"schemas": schemas, "Operations": operations});
    let detail = tenant.post("/Bulk", &body).await.expect_error(413, None);
    assert!(detail.contains("maxOperations (500)"), "{detail}");
    let large = json!({"schemas": schemas, "Operations": [user("a", &"x".repeat(1_048_576))]});
    let detail = tenant.post("/Bulk", &large).await.expect_error(413, None);
    assert!(detail.contains("1048576"), "{detail}");
    assert_eq!(tenant.get("/Users").await.expect(200)["totalResults"], 0);
    let detail = tenant.post("/Bulk", &json!({"Operations": []})).await;
    assert!(detail.expect_error(400, Some("invalidSyntax")).contains("BulkRequest"));
    tenant.get("/Bulk").await.expect_error(405, None);
}

#[tokio::test]
async fn what_fails_below_fails_one_operation_and_says_which_request_it_was() {
    let tenant = acme().await;
    let denied =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":""}"#;
    let fault = Fault::Error { status: 400, body: denied.to_owned() };
    // The first request writes the notes on the identity provider.
    tenant.get("/Users").await.expect(200);
    tenant.app.faults.plan("TransactWriteItems", fault);
    let results = bulk(&tenant, json!({"Operations": [user("a", "ada"), user("b", "bob")]})).await;
    assert_eq!((&results[0]["status"], &results[1]["status"]), (&json!("500"), &json!("201")));
    let detail = results[0]["response"]["detail"].as_str().unwrap();
    assert!(detail.contains("request id"), "{detail}");
    assert_eq!(tenant.found("userName pr").await, ["bob"]);
}

#[tokio::test]
async fn what_was_not_begun_in_time_is_not_done_and_says_so() {
    let tenant = acme().await;
    // The first request writes the notes on the identity provider.
    tenant.get("/Users").await.expect(200);
    let silence = tenant.app.faults.plan_all("TransactWriteItems", Fault::Silence);
    // Operations run eight at a time, so some of these operations do not begin.
    let names: Vec<String> = (0..40).map(|n| format!("user{n}")).collect();
    let started = tokio::time::Instant::now();
    let operations: Vec<Value> = names.iter().map(|name| user(name, name)).collect();
    let results = bulk(&tenant, json!({"Operations": operations})).await;
    assert!(started.elapsed() < std::time::Duration::from_secs(25), "{:?}", started.elapsed());
    silence.end();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), names.len());
    for result in results {
        assert_eq!(result["status"], "503", "{result}");
    }
    let was_begun = |result: &Value| {
        !result["response"]["detail"].as_str().unwrap().contains("The operation did not start")
    };
    assert!(was_begun(&results[0]) && !was_begun(&results[39]), "{results:?}");
    assert!(tenant.found("userName pr").await.is_empty());
}

#[tokio::test]
async fn a_reference_in_an_extension_becomes_an_id() {
    let tenant = acme().await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let mut ada = user("a", "ada");
    ada["data"][enterprise] = json!({"manager": {"value": "bulkId:b"}});
    let results = bulk(&tenant, json!({"Operations": [ada, user("b", "bob")]})).await;
    let id = |index: usize| {
        let location = results[index]["location"].as_str().unwrap();
        location.rsplit_once('/').unwrap().1.to_owned()
    };
    let ada = tenant.get(&format!("/Users/{}", id(0))).await.expect(200);
    assert_eq!(ada[enterprise]["manager"]["value"], id(1));
}
