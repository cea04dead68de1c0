//! People who were imported before the identity provider knew them: its first request links them.

use super::exchanges::{exchanges, request};
use crate::support::admin::{admin, get};
use crate::support::employees::{history, kinds, list};
use crate::support::request::Answer;
use crate::support::{TestApp, TestTenant, acme};
use rollcall::directory::users::administration::Status;
use rollcall::model::history::EventKind;
use scim::fold::fold;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::Duration;
use uuid::Uuid;

/// Imports a person, and returns the id.
async fn import(tenant: &TestTenant, person: Value) -> Uuid {
    let made = admin(tenant, "POST", "/employees", person).await.expect(201);
    assert_eq!(made["linked"], Value::Null);
    made["id"].as_str().expect("an id").parse().expect("an id")
}

/// The userNames that a story creates, each in its first spelling.
fn created_names(story: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    let bodies = exchanges(story).into_iter().filter_map(|exchange| {
        let is_create = exchange.request.method == "POST" && exchange.request.path == "/Users";
        exchange.request.body.filter(|_| is_create && exchange.response.status == 201)
    });
    let names = bodies.map(|body| body["userName"].as_str().expect("a userName").to_owned());
    names.filter(|name| known.insert(fold(name))).collect()
}

/// Sends the requests of a story. Returns the answers to the changes of users, with the statuses in the recording.
async fn replay(tenant: &TestTenant, story: &str) -> Vec<(String, u16, Answer)> {
    let mut changes = Vec::new();
    for exchange in exchanges(story) {
        tenant.app.advance(Duration::seconds(exchange.advance_secs));
        let name = format!("{} {}", exchange.request.method, exchange.request.path);
        let is_change = exchange.request.method != "GET";
        let answer = tenant.app.send(request(tenant, exchange.request)).await;
        if is_change {
            changes.push((name, exchange.response.status, answer));
        }
    }
    changes
}

async fn ids(tenant: &TestTenant) -> BTreeSet<Uuid> {
    list(tenant, Status::All).await.into_iter().map(|employee| employee.id).collect()
}

/// Replays a recorded story with and without an import of its people. Both tenants must end with the same people.
async fn check_story(story: &str) {
    let without = TestApp::new().await.tenant("acme").await;
    replay(&without, story).await;

    let tenant = TestApp::new().await.tenant("acme").await;
    let mut imported = Vec::new();
    for name in created_names(story) {
        imported.push(import(&tenant, json!({"userName": name, "department": "Imported"})).await);
    }
    assert!(!imported.is_empty(), "{story}");
    for (name, status, answer) in replay(&tenant, story).await {
        let body = String::from_utf8_lossy(&answer.decoded()).into_owned();
        assert_eq!(answer.status.as_u16(), status, "{story}: {name}: {body}");
    }
    let (with, without) = (ids(&tenant).await, ids(&without).await);
    assert_eq!(with.len(), without.len(), "{story}: no duplicates");
    for id in &imported {
        assert!(with.contains(id) && without.contains(id), "{story}: the same id {id}");
    }
    for employee in list(&tenant, Status::All).await {
        if !imported.contains(&employee.id) {
            continue;
        }
        assert!(
            employee.imported && employee.linked.is_some(),
            "{story}: {}",
            employee.user_name()
        );
        assert_eq!(employee.local.department.as_deref(), Some("Imported"));
        let kinds = kinds(&tenant, employee.id).await;
        assert_eq!(kinds[0], EventKind::Imported, "{story}");
        // A create of an inactive user archives the imported employee at once.
        assert!(matches!(kinds[1], EventKind::Linked | EventKind::Archived), "{story}: {kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::Imported).count(), 1);
        assert!(!kinds.contains(&EventKind::Created), "{story}: {kinds:?}");
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn okta_creates_nobody_twice_after_an_import() {
    check_story("okta/test-app").await;
    check_story("okta/integration-wizard").await;
}

#[tokio::test]
async fn entra_id_creates_nobody_twice_after_an_import() {
    check_story("entra/users").await;
}

#[tokio::test]
async fn okta_finds_an_imported_person_by_user_name_and_links_it() {
    let tenant = acme().await;
    let person = json!({"userName": "Ada@example.com", "title": "Countess", "email": "ada@example.com",
        "location": "London"});
    let id = import(&tenant, person).await;
    let found = tenant.filter("userName eq \"ada@example.com\"").await.expect(200);
    assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &json!(id)));
    let path = format!("/Users/{id}");
    let known = tenant.get(&path).await.expect(200);
    tenant.app.advance(Duration::days(1));
    let mut body = known.clone();
    body["externalId"] = "00u1".into();
    let linked = tenant.put(&path, &body).await.expect(200);
    assert_eq!((&linked["id"], &linked["externalId"]), (&json!(id), &json!("00u1")));
    assert_eq!(kinds(&tenant, id).await, [EventKind::Imported, EventKind::Linked]);
    let entry = history(&tenant, id).await.pop().unwrap();
    let names: Vec<&str> = entry.changes.iter().map(|change| &*change.attribute).collect();
    assert_eq!(names, ["externalId"]);
    let shown = get(&tenant, &format!("/employees/{id}")).await;
    assert_eq!(shown["linked"], "2026-11-24T09:30:00.000Z");
    assert_eq!(shown["location"]["local"], "London");
    tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_link_without_a_new_value_keeps_the_version() {
    let tenant = acme().await;
    let id = import(&tenant, json!({"userName": "ada@example.com", "title": "Countess"})).await;
    let path = format!("/Users/{id}");
    let before = tenant.get(&path).await;
    tenant.app.advance(Duration::days(1));
    let title = json!([{"op": "replace", "value": {"title": "Countess"}}]);
    for _ in 0..2 {
        let after = tenant.patch(&path, &title).await;
        assert_eq!(after.expect(200), before.json());
        assert_eq!(after.header("etag"), "W/\"1\"");
        assert_eq!(kinds(&tenant, id).await, [EventKind::Imported, EventKind::Linked]);
    }
    let employee = tenant.directory().users().get(id).await.unwrap();
    assert_eq!((employee.revision, employee.version), (2, 1));
    assert_eq!(employee.linked, Some(crate::support::START + Duration::days(1)));
    assert_eq!(history(&tenant, id).await.pop().unwrap().changes, []);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_create_without_a_lookup_means_the_imported_person_once() {
    let tenant = acme().await;
    let person = json!({"userName": "ada@example.com", "displayName": "Ada", "location": "London"});
    let id = import(&tenant, person).await;
    let body = json!({"userName": "ADA@example.com", "externalId": "00u1", "title": "Countess"});
    let made = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(
        (&made["id"], &made["userName"], &made["displayName"]),
        (&json!(id), &json!("ADA@example.com"), &Value::Null)
    );
    let other = tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
    assert!(other.contains(&id.to_string()), "{other}");
    let employee = tenant.directory().users().get(id).await.unwrap();
    assert_eq!(employee.local.location.as_deref(), Some("London"));
    assert_eq!(kinds(&tenant, id).await, [EventKind::Imported, EventKind::Linked]);
    assert_eq!(ids(&tenant).await.len(), 1);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_create_does_not_bring_back_an_imported_person_who_was_archived() {
    let tenant = acme().await;
    let id = import(&tenant, json!({"userName": "ada@example.com"})).await;
    admin(&tenant, "POST", &format!("/employees/{id}/archive"), Value::Null).await.expect(200);
    let body = json!({"userName": "ada@example.com", "externalId": "00u1"});
    tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
    let shown = get(&tenant, &format!("/employees/{id}")).await;
    assert_eq!((&shown["linked"], &shown["status"]), (&Value::Null, &json!("archived")));
    tenant
        .put(&format!("/Users/{id}"), &json!({"userName": "ada@example.com", "active": true}))
        .await
        .expect(200);
    assert_eq!(
        kinds(&tenant, id).await,
        [EventKind::Imported, EventKind::Archived, EventKind::Restored]
    );
    assert_ne!(get(&tenant, &format!("/employees/{id}")).await["linked"], Value::Null);
}

#[tokio::test]
async fn simultaneous_creates_link_once() {
    let tenant = acme().await;
    let id = import(&tenant, json!({"userName": "ada@example.com"})).await;
    let body = json!({"userName": "ada@example.com", "externalId": "00u1"});
    let (one, other) = tokio::join!(tenant.post("/Users", &body), tenant.post("/Users", &body));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(kinds(&tenant, id).await, [EventKind::Imported, EventKind::Linked]);
    tenant.expect_sound().await;
}
