//! The employee record of a user: archived, deleted, restored and erased.

use crate::support::acme;
use crate::support::actors::OPERATOR;
use crate::support::employees::{create, kinds, list, path, set_active, view};
use crate::support::urns::ENTERPRISE;
use rollcall::directory::Error;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges, Status};
use rollcall::model::history::EventKind;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn archiving_keeps_everything_and_restoring_brings_it_back() {
    let tenant = acme().await;
    let body =
        json!({"userName": "ada", "title": "Countess", ENTERPRISE: {"department": "Engines"}});
    let id = create(&tenant, body).await;
    let before = tenant.get(&path(id)).await.expect(200);
    tenant.app.advance(Duration::hours(1));
    set_active(&tenant, id, false).await;
    let archived = tenant.directory().users().get(id).await.unwrap();
    let left_at = crate::support::START + Duration::hours(1);
    assert_eq!((archived.is_archived(), archived.archived_at), (true, Some(left_at)));
    let count = async |status| list(&tenant, status).await.len();
    assert_eq!((count(Status::Active).await, count(Status::Archived).await), (0, 1));
    assert_eq!(tenant.found("userName eq \"ada\"").await, ["ada"]);
    tenant.app.advance(Duration::hours(1));
    let renamed = json!([{"op": "replace", "value": {"title": "Late"}}]);
    tenant.patch(&path(id), &renamed).await.expect(200);
    assert_eq!(
        tenant.directory().users().get(id).await.unwrap().archived_at,
        Some(left_at),
        "left once"
    );
    tenant
        .patch(&path(id), &json!([{"op": "replace", "value": {"title": "Countess"}}]))
        .await
        .expect(200);
    set_active(&tenant, id, true).await;
    let mut after = tenant.get(&path(id)).await.expect(200);
    assert_eq!(tenant.directory().users().get(id).await.unwrap().archived_at, None);
    after["meta"] = before["meta"].clone();
    assert_eq!(after, before);
    assert_eq!((count(Status::Active).await, count(Status::Archived).await), (1, 0));
    use EventKind::{Archived, Created, Restored, Updated};
    assert_eq!(kinds(&tenant, id).await, [Created, Archived, Updated, Updated, Restored]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn every_spelling_of_a_leave_archives() {
    let spellings = [
        ("PATCH", json!([{"op": "replace", "value": {"active": false}}])),
        ("PATCH", json!([{"op": "replace", "path": "active", "value": false}])),
        ("PATCH", json!([{"op": "Replace", "path": "active", "value": "False"}])),
        ("PATCH", json!([{"op": "Add", "path": "active", "value": "false"}])),
        ("PATCH", json!([{"op": "add", "value": {"ACTIVE": "FALSE"}}])),
        (
            "PATCH",
            json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
        ),
        ("PUT", json!({"userName": "ada", "active": false})),
        ("PUT", json!({"userName": "ada", "Active": "False"})),
    ];
    for (method, body) in spellings {
        let tenant = acme().await;
        let id = create(&tenant, json!({"userName": "ada"})).await;
        let answer = match method {
            "PUT" => tenant.put(&path(id), &body).await,
            _ => tenant.patch(&path(id), &body).await,
        };
        assert_eq!(answer.expect(200)["active"], false, "{body}");
        assert_eq!(kinds(&tenant, id).await, [EventKind::Created, EventKind::Archived], "{body}");
        tenant.expect_sound().await;
    }
}

#[tokio::test]
async fn a_deleted_user_is_hidden_and_the_employee_stays() {
    let tenant = acme().await;
    let id = create(&tenant, json!({"userName": "ada", "externalId": "00u1", "title": "Countess"}))
        .await;
    tenant.app.advance(Duration::minutes(1));
    tenant.delete(&path(id)).await.expect(204);
    let kept = view(&tenant, id).await.employee;
    assert!(kept.hidden && kept.is_archived());
    assert_eq!(kept.archived_at, Some(crate::support::START + Duration::minutes(1)));
    assert_eq!((kept.user_name(), kept.text("title")), ("ada", Some("Countess")));
    assert_eq!(kinds(&tenant, id).await, [EventKind::Created, EventKind::Deleted]);
    let archived = list(&tenant, Status::Archived).await;
    assert_eq!(archived, [kept]);
    for filter in ["userName eq \"ada\"", "externalId eq \"00u1\"", "title pr", "active eq false"] {
        assert!(tenant.found(filter).await.is_empty(), "{filter}");
    }
    assert!(tenant.found(&format!("id eq \"{id}\"")).await.is_empty());
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_same_person_comes_back_under_the_same_id_with_the_whole_history() {
    let tenant = acme().await;
    let person =
        |title: &str| json!({"userName": "Ada@example.com", "externalId": "00u1", "title": title});
    let id = create(&tenant, person("Countess")).await;
    let local =
        LocalChanges { location: LocalChange::Set("Here".to_owned()), ..Default::default() };
    tenant
        .directory()
        .users()
        .set_local(id, &local, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    tenant.delete(&path(id)).await.expect(204);
    tenant.app.advance(Duration::days(40));
    let mut body = person("Director");
    body["userName"] = "ada@EXAMPLE.com".into();
    let again = tenant.post("/Users", &body).await;
    let user = again.expect(201);
    assert_eq!(user["id"], id.to_string());
    assert!(again.header("location").ends_with(&id.to_string()));
    assert_eq!(
        (&user["userName"], &user["title"]),
        (&json!("ada@EXAMPLE.com"), &json!("Director"))
    );
    assert_eq!(user["active"], true);
    assert_eq!(user["meta"]["created"], "2026-11-23T09:30:00.000Z");
    assert_eq!(user["meta"]["lastModified"], "2027-01-02T09:30:00.000Z");
    assert_eq!(tenant.get(&path(id)).await.expect(200), user);
    assert_eq!(tenant.get("/Users").await.expect(200)["totalResults"], 1);
    let employee = view(&tenant, id).await;
    assert_eq!(employee.location.value.as_deref(), Some("Here"));
    assert!(!employee.employee.hidden && employee.employee.archived_at.is_none());
    use EventKind::{Created, Deleted, Restored, Updated};
    assert_eq!(kinds(&tenant, id).await, [Created, Updated, Deleted, Restored]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn another_external_id_is_another_person_and_the_old_record_stays() {
    let pairs = [
        (Some("00u1"), Some("00u2")),
        (Some("00u1"), None),
        (None, Some("00u2")),
        (Some("x"), Some("X")),
        (None, None),
    ];
    for (old, new) in pairs {
        let tenant = acme().await;
        let person =
            |external_id: Option<&str>| json!({"userName": "ada", "externalId": external_id});
        let first = create(&tenant, person(old)).await;
        tenant.delete(&path(first)).await.expect(204);
        let second = create(&tenant, person(new)).await;
        assert_ne!(first, second, "{old:?} {new:?}");
        tenant.get(&path(first)).await.expect_error(404, None);
        let kept = view(&tenant, first).await.employee;
        assert!(kept.hidden && kept.is_archived());
        assert_eq!(kept.external_id(), old);
        assert_eq!(kinds(&tenant, first).await, [EventKind::Created, EventKind::Deleted]);
        assert_eq!(kinds(&tenant, second).await, [EventKind::Created]);
        assert_eq!(tenant.found("userName eq \"ada\"").await.len(), 1);
        tenant.expect_sound().await;
    }
}

#[tokio::test]
async fn each_of_several_people_who_had_one_name_can_come_back() {
    let tenant = acme().await;
    let person = |external_id: &str| json!({"userName": "desk", "externalId": external_id});
    let mut ids = Vec::new();
    for external_id in ["1", "2", "3"] {
        let id = create(&tenant, person(external_id)).await;
        tenant.delete(&path(id)).await.expect(204);
        ids.push(id);
    }
    for (n, external_id) in [(0, "1"), (2, "3"), (1, "2"), (0, "1")] {
        assert_eq!(create(&tenant, person(external_id)).await, ids[n], "{external_id}");
        assert_eq!(tenant.found("userName eq \"desk\"").await.len(), 1);
        tenant.delete(&path(ids[n])).await.expect(204);
    }
    use EventKind::{Created, Deleted, Restored};
    assert_eq!(
        kinds(&tenant, ids[0]).await,
        [Created, Deleted, Restored, Deleted, Restored, Deleted]
    );
    assert_eq!(kinds(&tenant, ids[1]).await, [Created, Deleted, Restored, Deleted]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn someone_may_come_back_deactivated() {
    let tenant = acme().await;
    let id = create(&tenant, json!({"userName": "ada", "externalId": "1"})).await;
    tenant.delete(&path(id)).await.expect(204);
    let again = json!({"userName": "ada", "externalId": "1", "active": false});
    let again = tenant.post("/Users", &again).await.expect(201);
    assert_eq!((&again["id"], &again["active"]), (&json!(id.to_string()), &json!(false)));
    assert!(view(&tenant, id).await.employee.is_archived());
    tenant.post("/Users", &json!({"userName": "ada"})).await.expect_error(409, Some("uniqueness"));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn creating_a_visible_archived_one_is_a_conflict_and_wakes_nobody() {
    let tenant = acme().await;
    let body = json!({"userName": "ada", "externalId": "00u1"});
    let id = create(&tenant, body.clone()).await;
    set_active(&tenant, id, false).await;
    let before = tenant.get(&path(id)).await.expect(200);
    tenant.post("/Users", &body).await.expect_error(409, Some("uniqueness"));
    assert_eq!(tenant.get(&path(id)).await.expect(200), before);
    assert_eq!(kinds(&tenant, id).await.len(), 2);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn renaming_frees_the_old_name_at_once() {
    let tenant = acme().await;
    let id = create(&tenant, json!({"userName": "ada"})).await;
    tenant.put(&path(id), &json!({"userName": "augusta"})).await.expect(200);
    let other = create(&tenant, json!({"userName": "ADA"})).await;
    assert_ne!(id, other);
    tenant
        .post("/Users", &json!({"userName": "Augusta"}))
        .await
        .expect_error(409, Some("uniqueness"));
    // The user can take its old name back once the name is free.
    tenant.put(&path(other), &json!({"userName": "other"})).await.expect(200);
    tenant.put(&path(id), &json!({"userName": "ada"})).await.expect(200);
    assert_eq!(
        tenant.found("userName eq \"ada\" or userName eq \"other\"").await,
        ["ada", "other"]
    );
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_name_of_a_hidden_person_can_be_taken_by_renaming_and_by_creating() {
    let tenant = acme().await;
    let hidden = create(&tenant, json!({"userName": "ada", "externalId": "1"})).await;
    tenant.delete(&path(hidden)).await.expect(204);
    let other = create(&tenant, json!({"userName": "grace", "externalId": "2"})).await;
    let renamed = tenant.put(&path(other), &json!({"userName": "ADA", "externalId": "2"})).await;
    assert_eq!(renamed.expect(200)["userName"], "ADA");
    // Another user has the name now, so the earlier user cannot take it back.
    let back = json!({"userName": "ada", "externalId": "1"});
    tenant.post("/Users", &back).await.expect_error(409, Some("uniqueness"));
    tenant.put(&path(other), &json!({"userName": "grace", "externalId": "2"})).await.expect(200);
    assert_eq!(create(&tenant, back).await, hidden);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn erasing_removes_an_archived_employee_with_the_history() {
    let tenant = acme().await;
    let body =
        json!({"userName": "ada", "externalId": "00u1", "emails": [{"value": "a@example.com"}]});
    let id = create(&tenant, body.clone()).await;
    let directory = tenant.directory();
    assert!(matches!(directory.users().erase(id, &OPERATOR).await, Err(Error::NotArchived(_))));
    tenant.get(&path(id)).await.expect(200);
    set_active(&tenant, id, false).await;
    directory.users().erase(id, &OPERATOR).await.unwrap();
    tenant.get(&path(id)).await.expect_error(404, None);
    assert_eq!(tenant.get("/Users").await.expect(200)["totalResults"], 0);
    assert!(matches!(directory.history().of_user(id).await, Err(Error::NoEmployee(_))));
    assert!(matches!(directory.users().get_any(id).await, Err(Error::NoEmployee(_))));
    assert!(matches!(directory.users().erase(id, &OPERATOR).await, Err(Error::NoEmployee(_))));
    for filter in ["userName eq \"ada\"", "externalId eq \"00u1\"", "emails eq \"a@example.com\""] {
        assert!(tenant.found(filter).await.is_empty(), "{filter}");
    }
    let entries = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let last = &entries.last().unwrap().entry;
    assert_eq!((last.kind, &last.actor), (EventKind::Erased, &*OPERATOR));
    let text = format!("{last:?}");
    assert!(text.contains(&id.to_string()) && !text.contains("ada"), "{text}");
    let again = create(&tenant, body).await;
    assert_ne!(again, id, "an id is never used again");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn erasing_a_hidden_employee_leaves_whoever_has_the_name_now() {
    let tenant = acme().await;
    let person = |external_id: &str| json!({"userName": "desk", "externalId": external_id});
    let first = create(&tenant, person("1")).await;
    tenant.delete(&path(first)).await.expect(204);
    let second = create(&tenant, person("2")).await;
    tenant.directory().users().erase(first, &OPERATOR).await.unwrap();
    assert_eq!(tenant.found("userName eq \"desk\"").await, ["desk"]);
    tenant.get(&path(second)).await.expect(200);
    tenant.post("/Users", &person("1")).await.expect_error(409, Some("uniqueness"));
    tenant.delete(&path(second)).await.expect(204);
    let third = create(&tenant, person("1")).await;
    assert!(third != first && third != second, "what was erased does not come back");
    tenant.delete(&path(third)).await.expect(204);
    assert_eq!(create(&tenant, person("2")).await, second);
    tenant.expect_sound().await;
}
