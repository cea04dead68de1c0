//! The cost of groups in SCIM, and of the page *Requests*.

use super::request_costs::Measure;
use crate::support::browser::Browser;
use serde_json::{Value, json};

/// Measures the cost of groups, and the cost that groups add to users.
pub async fn measure(m: &mut Measure) {
    let tenant = m.tenant.clone();
    let body = tenant.get("/Users?count=200&attributes=userName").await.expect(200);
    let rows = body["Resources"].as_array().expect("rows");
    let ids: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
    let value = |ids: &[&Value]| ids.iter().map(|id| json!({"value": id})).collect::<Value>();
    tenant.app.faults.take_calls();
    let body = json!({"displayName": "Crew", "externalId": "crew", "members": value(&ids[..1])});
    let created = tenant.post("/Groups", &body).await.expect(201);
    m.note("POST of a group with one member");
    let group = format!("/Groups/{}", created["id"].as_str().expect("an id"));
    let user = format!("/Users/{}", ids[0].as_str().expect("an id"));
    tenant.get(&user).await.expect(200);
    m.note("GET of a user by id, in one group");
    tenant.get("/Users?startIndex=501&count=100").await.expect(200);
    m.note("page of 100 users, when there are groups");
    tenant.get("/Users?startIndex=501&count=100&excludedAttributes=groups").await.expect(200);
    m.note("the same with `excludedAttributes=groups`");
    tenant.get(&format!("{group}?excludedAttributes=members")).await.expect(200);
    m.note("GET of a group without members");
    let filter = "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22crew%22";
    tenant.get(filter).await.expect(200);
    m.note("filter `displayName eq`, without members");
    let add = |ids: &[&Value]| json!([{"op": "add", "path": "members", "value": value(ids)}]);
    tenant.patch(&group, &add(&ids[1..2])).await.expect(200);
    m.note("PATCH that adds one member");
    tenant.patch(&group, &add(&ids[1..2])).await.expect(200);
    m.note("PATCH that adds a present member");
    let without = format!("{group}?excludedAttributes=members");
    tenant.patch(&without, &add(&ids[2..47])).await.expect(200);
    m.note("PATCH that adds 45 members, answered without members");
    tenant.patch(&group, &add(&ids[47..147])).await.expect(200);
    m.note("PATCH that adds 100 members, by a redo log");
    tenant.get(&group).await.expect(200);
    m.note("GET of a group with 147 members");
    tenant.delete(&user).await.expect(204);
    m.note("DELETE of a user in one group");
    tenant.delete(&group).await.expect(204);
    m.note("DELETE of a group with 146 members");
    let browser = Browser::signed_in(&tenant).await;
    tenant.app.faults.take_calls();
    browser.get("requests").await.page(200);
    m.note("page Requests, one row of failed requests");
}
