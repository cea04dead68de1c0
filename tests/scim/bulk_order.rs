//! Bulk operations run at the same time, and have the same answers and effects as one after the other.

use super::bulk::bulk;
use crate::support::faults::Fault;
use crate::support::groups::{group, members, user};
use crate::support::{TestTenant, acme, is_on_an_endpoint};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

pub fn operation(method: &str, path: &str, data: Value) -> Value {
    json!({"method": method, "path": path, "data": data})
}

pub fn post(bulk_id: &str, path: &str, data: Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

pub fn patch(path: &str, change: Value) -> Value {
    operation("PATCH", path, json!({"Operations": [change]}))
}

fn statuses(results: &Value) -> Vec<&str> {
    let results = results.as_array().unwrap().iter();
    results.map(|result| result["status"].as_str().unwrap()).collect()
}

/// Holds each of the first transactions back from the engine for some rounds of the runtime.
pub fn delay_writes(tenant: &TestTenant, rounds: &[usize]) {
    for rounds in rounds.iter().copied() {
        let let_go = Arc::new(Notify::new());
        tenant.app.faults.plan("TransactWriteItems", Fault::Held(Arc::clone(&let_go)));
        tokio::spawn(async move {
            for _ in 0..rounds {
                tokio::task::yield_now().await;
            }
            let_go.notify_one();
        });
    }
}

async fn check(tenant: &TestTenant, operations: Value, expected: &[&str]) {
    if !is_on_an_endpoint() {
        delay_writes(tenant, &[200]);
    }
    let results = bulk(tenant, json!({"Operations": operations})).await;
    assert_eq!(statuses(&results), expected, "{results:#}");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn changes_of_a_resource_stay_in_order_when_one_refers_to_a_later_operation() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    let path = format!("/Groups/{crew}");
    let join =
        patch(&path, json!({"op": "add", "path": "members", "value": [{"value": "bulkId:g"}]}));
    let rename = patch(&path, json!({"op": "replace", "path": "displayName", "value": "Team"}));
    let guests = |name: &str| post("g", "/Groups", json!({"displayName": name}));
    let operations = json!([join, rename, guests("Guests")]);
    check(&tenant, operations, &["200", "200", "201"]).await;
    assert_eq!(members(&tenant, &crew).await.len(), 1);
    let operations = json!([join, operation("DELETE", &path, Value::Null), guests("Others")]);
    check(&tenant, operations, &["200", "204", "201"]).await;
}

#[tokio::test]
async fn an_operation_with_references_has_its_name_before_later_ones() {
    let tenant = acme().await;
    let crew = json!({"displayName": "Crew", "members": [{"value": "bulkId:u"}]});
    let operations = json!([
        post("u", "/Users", json!({"userName": "ada"})),
        post("a", "/Groups", crew),
        post("b", "/Groups", json!({"displayName": "crew"})),
    ]);
    check(&tenant, operations, &["201", "201", "409"]).await;
}

#[tokio::test]
async fn a_unique_value_is_known_in_every_form() {
    let forms = [
        (json!({"userName": ["ada"]}), json!({"USERNAME": ["ＡＤＡ"]})),
        (json!({"userName": 7}), json!({"userName": "7"})),
        (json!({"userName": "ada"}), json!({"userName": " Ada "})),
    ];
    for (first, second) in forms {
        let tenant = acme().await;
        let operations = json!([post("a", "/Users", first), post("b", "/Users", second)]);
        check(&tenant, operations, &["201", "409"]).await;
    }
    for change in [
        json!({"Op": "replace", "Path": " userName ", "Value": "X"}),
        json!({"op": "replace", "value": {"username": ["x"]}}),
        json!({"op": "replace", "value": "{\"user\\u004eame\": \"x\"}"}),
        json!({"op": "replace", "path": USER, "value": {"userName": "x"}}),
        json!({"op": "replace", "path": USER, "value": [{"userName": "x"}]}),
    ] {
        let tenant = acme().await;
        let ada = user(&tenant, "ada").await;
        let create = post("a", "/Users", json!({"userName": "x"}));
        let operations = json!([create, patch(&format!("/Users/{ada}"), change)]);
        check(&tenant, operations, &["201", "409"]).await;
    }
}

#[tokio::test]
async fn each_of_several_renames_frees_the_name_of_the_next() {
    let tenant = acme().await;
    let mut operations = Vec::new();
    for n in 0..6 {
        let id = user(&tenant, &n.to_string()).await;
        let data = json!({"userName": (n - 1).to_string()});
        operations.push(operation("PUT", &format!("/Users/{id}"), data));
    }
    check(&tenant, json!(operations), &["200"; 6]).await;
}

#[tokio::test]
async fn a_deletion_comes_after_the_operations_before_it() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    let create = post("a", "/Users", json!({"userName": "Ada"}));
    let delete = operation("DELETE", &format!("/Users/{ada}"), Value::Null);
    check(&tenant, json!([create, delete]), &["409", "204"]).await;
    let inner = group(&tenant, "Inner", &[]).await;
    let outer = group(&tenant, "Outer", &[&inner]).await;
    let mut delete = operation("DELETE", &format!("/Groups/{outer}"), Value::Null);
    delete["version"] = json!("W/\"1\"");
    let delete_inner = operation("DELETE", &format!("/Groups/{inner}"), Value::Null);
    check(&tenant, json!([delete, delete_inner]), &["204", "204"]).await;
}

#[tokio::test]
async fn a_user_who_comes_back_is_there_for_the_operations_after_it() {
    let tenant = acme().await;
    let body = json!({"userName": "kim", "externalId": "x"});
    let kim = tenant.create(&body).await;
    let path = format!("/Users/{kim}");
    tenant.delete(&path).await.expect(204);
    let change = json!({"op": "replace", "path": "title", "value": "x"});
    let operations = json!([
        post("a", "/Users", body),
        post("b", "/Groups", json!({"displayName": "Crew", "members": [{"value": kim}]})),
        patch(&path, change),
    ]);
    check(&tenant, operations, &["201", "201", "200"]).await;
    let kim = tenant.get(&path).await.expect(200);
    assert_eq!(kim["groups"][0]["display"], "Crew");
}
