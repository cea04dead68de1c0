//! Helpers that create groups, change them, and read their members.

use super::actors::OPERATOR;
use super::urns::GROUP;
use super::{Ids, TestApp, TestTenant};
use scim::document::Document;
use serde_json::{Map, Value, json};

pub async fn user(tenant: &TestTenant, name: &str) -> String {
    tenant.create(&json!({"userName": name})).await
}

pub async fn group(tenant: &TestTenant, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    let created = tenant.post("/Groups", &body).await.expect(201);
    created["id"].as_str().unwrap().to_owned()
}

pub async fn members(tenant: &TestTenant, group: &str) -> Vec<String> {
    let body = tenant.get(&format!("/Groups/{group}")).await.expect(200);
    let members = body["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

/// The display name and the type (`direct` or not) of each group of a user.
pub async fn groups_of(tenant: &TestTenant, user: &str) -> Vec<(String, String)> {
    let body = tenant.get(&format!("/Users/{user}")).await.expect(200);
    let groups = body["groups"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    groups.iter().map(|group| (text(&group["display"]), text(&group["type"]))).collect()
}

pub fn direct(name: &str) -> (String, String) {
    (name.to_owned(), "direct".to_owned())
}

pub fn path(group: &str) -> String {
    format!("/Groups/{group}")
}

pub async fn found(tenant: &TestTenant, resource: &str, filter: &str) -> Vec<String> {
    let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
    let body = tenant.get(&format!("/{resource}?filter={encoded}")).await.expect(200);
    let rows = body["Resources"].as_array().unwrap();
    assert_eq!(body["totalResults"], rows.len());
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Creates a tenant with this many users. Returns the tenant and the sorted ids. The users are created below HTTP,
/// because that takes half the time.
pub async fn many(number: usize) -> (TestTenant, Vec<String>) {
    let tenant = TestApp::with_ids(Ids::Random).await.tenant("acme").await;
    let directory = tenant.directory();
    let mut ids = Vec::new();
    for n in 0..number {
        let name = Map::from_iter([("userName".to_owned(), json!(format!("user-{n}")))]);
        let created = directory.users().create(Document::from_canonical(name), &OPERATOR).await;
        ids.push(created.expect("a user").id.to_string());
    }
    // This request puts the token into the cache, as requests that create users over HTTP would do.
    tenant.get("/Users?count=1").await.expect(200);
    ids.sort_unstable();
    (tenant, ids)
}

/// Adds many members, and fails the transaction after the commit for good, as if the server died there.
pub async fn cut_change_short(tenant: &TestTenant, group: &str, ids: &[String]) {
    tenant.app.faults.end_writes_after(1);
    let url = format!("{}?excludedAttributes=members", path(group));
    tenant.patch(&url, &add_one_by_one(ids)).await.expect(200);
    assert_eq!(tenant.app.faults.left(), 0, "it was cut short");
}

pub fn add_one_by_one(ids: &[String]) -> Value {
    let add = |id| json!({"op": "add", "path": "members", "value": [{"value": id}]});
    ids.iter().map(add).collect()
}
