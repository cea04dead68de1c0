//! The history of an employee: each change, its time and its actor.

use crate::support::acme;
use crate::support::actors::{OPERATOR, identity_provider};
use crate::support::employees::{create, history, kinds, last_change, path, set_active};
use crate::support::urns::ENTERPRISE;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges};
use rollcall::model::history::EventKind;
use serde_json::json;
use time::Duration;

#[tokio::test]
async fn history_says_what_changed_with_the_values_before_and_after() {
    let tenant = acme().await;
    let body = json!({
        "userName": "ada",
        "externalId": "00u1",
        "name": {"givenName": "Ada"},
        "emails": [{"value": "a@example.com"}],
        "password": "S3cret!",
        ENTERPRISE: {"department": "Engines"},
    });
    let id = create(&tenant, body).await;
    let created = json!({
        "userName": [null, "ada"],
        "externalId": [null, "00u1"],
        "name.givenName": [null, "Ada"],
        "active": [null, true],
        "emails": [null, [{"value": "a@example.com"}]],
        (format!("{ENTERPRISE}:department")): [null, "Engines"],
    });
    assert_eq!(last_change(&tenant, id).await, (EventKind::Created, created));

    let operations = json!([
        {"op": "replace", "path": "name.givenName", "value": "Augusta"},
        {"op": "add", "path": "name.familyName", "value": "King"},
        {"op": "replace", "path": "emails", "value": [{"value": "b@example.com"}]},
        {"op": "remove", "path": format!("{ENTERPRISE}:department")},
        {"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": "boss"},
    ]);
    tenant.patch(&path(id), &operations).await.expect(200);
    let updated = json!({
        "name.givenName": ["Ada", "Augusta"],
        "name.familyName": [null, "King"],
        "emails": [[{"value": "a@example.com"}], [{"value": "b@example.com"}]],
        (format!("{ENTERPRISE}:department")): ["Engines", null],
        (format!("{ENTERPRISE}:manager")): [null, {"value": "boss"}],
    });
    assert_eq!(last_change(&tenant, id).await, (EventKind::Updated, updated));

    set_active(&tenant, id, false).await;
    assert_eq!(
        last_change(&tenant, id).await,
        (EventKind::Archived, json!({"active": [true, false]}))
    );
    set_active(&tenant, id, true).await;
    assert_eq!(
        last_change(&tenant, id).await,
        (EventKind::Restored, json!({"active": [false, true]}))
    );
    tenant.delete(&path(id)).await.expect(204);
    assert_eq!(last_change(&tenant, id).await.0, EventKind::Deleted);
    tenant.create(&json!({"userName": "ADA", "externalId": "00u1"})).await;
    let restored = json!({
        "userName": ["ada", "ADA"],
        "name.givenName": ["Augusta", null],
        "name.familyName": ["King", null],
        "active": [false, true],
        "emails": [[{"value": "b@example.com"}], null],
        (format!("{ENTERPRISE}:manager")): [{"value": "boss"}, null],
    });
    assert_eq!(last_change(&tenant, id).await, (EventKind::Restored, restored));
    let revisions: Vec<u64> = tenant
        .directory()
        .history()
        .of_user(id)
        .await
        .unwrap()
        .iter()
        .map(|entry| entry.revision)
        .collect();
    assert_eq!(revisions, [1, 2, 3, 4, 5, 6]);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn history_says_when_and_who() {
    let tenant = acme().await;
    let id = create(&tenant, json!({"userName": "ada"})).await;
    tenant.app.advance(Duration::milliseconds(90_001));
    let local =
        LocalChanges { location: LocalChange::Set("Here".to_owned()), ..Default::default() };
    tenant
        .directory()
        .users()
        .set_local(id, &local, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    let entries = history(&tenant, id).await;
    assert_eq!(entries[0].at, crate::support::START);
    assert_eq!(json!(entries[0].actor), identity_provider(&tenant).await);
    assert_eq!(entries[1].at, crate::support::START + Duration::milliseconds(90_001));
    assert_eq!(entries[1].actor, *OPERATOR);
    assert_eq!(entries[1].kind, EventKind::Updated);
    assert_eq!(entries[1].changes[0].attribute, "local.location");
    assert_eq!(entries[1].changes[0].new, Some(json!("Here")));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn what_changes_nothing_writes_no_history() {
    let tenant = acme().await;
    let id = create(&tenant, json!({"userName": "ada", "title": "Countess"})).await;
    let user = tenant.get(&path(id)).await.expect(200);
    tenant.put(&path(id), &user).await.expect(200);
    set_active(&tenant, id, true).await;
    tenant
        .patch(&path(id), &json!([{"op": "add", "path": "title", "value": "Countess"}]))
        .await
        .expect(200);
    tenant
        .patch(&path(id), &json!([{"op": "replace", "value": {"password": "x"}}]))
        .await
        .expect(200);
    tenant
        .patch(&path(id), &json!([{"op": "replace", "path": "title", "value": 5.5}]))
        .await
        .expect_error(400, Some("invalidValue"));
    tenant
        .directory()
        .users()
        .set_local(id, &LocalChanges::default(), &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    assert_eq!(kinds(&tenant, id).await, [EventKind::Created]);
    let tenants = &tenant.app.app.tenants;
    tenants
        .set_settings(&tenant.id, |settings| settings, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    assert_eq!(tenants.history(&tenant.id).await.unwrap().len(), 1);
    tenant.expect_sound().await;
}
