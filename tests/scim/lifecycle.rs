//! The employee behind the user: archived and never lost, what the tenant lets the identity provider set, who the
//! manager is, and the history of it all.

use crate::support::urns::ENTERPRISE;
use crate::support::{TestTenant, acme, counting_id};
use rollcall::directory::lists::admin_list::Search;
use rollcall::directory::users::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges, Status};
use rollcall::directory::users::view::{EffectiveValue, EmployeeView, Origin};
use rollcall::directory::{Directory, Employee, Error};
use rollcall::model::history::{EventKind, HistoryEntry};
use rollcall::model::tenant::Settings;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

const ALL_ON: Settings =
    Settings { location_from_idp: true, department_from_idp: true, manager_from_idp: true };

fn directory(tenant: &TestTenant) -> Directory {
    tenant.app.app.tenants.directory(&tenant.id)
}

async fn list(tenant: &TestTenant, status: Status) -> Vec<Employee> {
    let search = Search { status, text: "", cursor: None, limit: 100 };
    directory(tenant).search(search).await.unwrap().rows
}

async fn create(tenant: &TestTenant, body: Value) -> Uuid {
    tenant.create(&body).await.parse().unwrap()
}

fn path(id: Uuid) -> String {
    format!("/Users/{id}")
}

async fn set_active(tenant: &TestTenant, id: Uuid, active: bool) {
    let operation = json!([{"op": "replace", "value": {"active": active}}]);
    tenant.patch(&path(id), &operation).await.expect(200);
}

/// With the settings that the tenant has now.
async fn view(tenant: &TestTenant, id: Uuid) -> EmployeeView {
    let settings = tenant.app.app.tenants.get(&tenant.id).await.unwrap().settings;
    directory(tenant).view(id, settings).await.unwrap()
}

async fn set(tenant: &TestTenant, settings: Settings) {
    tenant
        .app
        .app
        .tenants
        .set_settings(&tenant.id, |_| settings, &Precondition::default(), "admin")
        .await
        .unwrap();
}

async fn history(tenant: &TestTenant, id: Uuid) -> Vec<HistoryEntry> {
    let entries = directory(tenant).history(id).await.unwrap();
    entries.into_iter().map(|recorded| recorded.entry).collect()
}

async fn kinds(tenant: &TestTenant, id: Uuid) -> Vec<EventKind> {
    history(tenant, id).await.into_iter().map(|entry| entry.kind).collect()
}

/// The last change: what happened, and each attribute with its values before and after.
async fn last_change(tenant: &TestTenant, id: Uuid) -> (EventKind, Value) {
    let last = history(tenant, id).await.pop().unwrap();
    assert_eq!(last.by, "Identity Provider");
    let changes =
        last.changes.into_iter().map(|change| (change.attribute, json!([change.old, change.new])));
    (last.kind, Value::Object(changes.collect()))
}

fn effective(
    value: Option<&str>,
    origin: Origin,
    from_idp: Option<&str>,
    local: Option<&str>,
) -> EffectiveValue {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    EffectiveValue { value: owned(value), origin, from_idp: owned(from_idp), local: owned(local) }
}

#[tokio::test]
async fn settings_decide_whose_values_count_at_once_and_scim_never_notices() {
    let tenant = acme().await;
    let enterprise = json!({"location": "GB", "department": "Engines", "manager": {"value": "boss@example.com"}});
    let id = create(&tenant, json!({"userName": "ada", ENTERPRISE: enterprise})).await;
    let shown = tenant.get(&path(id)).await.expect(200);
    assert_eq!(shown[ENTERPRISE], enterprise);

    let off = view(&tenant, id).await;
    assert_eq!(off.location, effective(None, Origin::Local, Some("GB"), None));
    assert_eq!(off.department, effective(None, Origin::Local, Some("Engines"), None));
    assert_eq!(off.manager, effective(None, Origin::Local, Some("boss@example.com"), None));

    let local = LocalChanges {
        location: LocalChange::Set("Basement".to_owned()),
        manager: LocalChange::Set("Somebody".to_owned()),
        ..LocalChanges::default()
    };
    directory(&tenant).set_local(id, &local, &Precondition::default(), "admin").await.unwrap();
    let off = view(&tenant, id).await;
    assert_eq!(
        off.location,
        effective(Some("Basement"), Origin::Local, Some("GB"), Some("Basement"))
    );
    assert_eq!(off.department.value, None);
    assert_eq!(tenant.get(&path(id)).await.expect(200), shown);

    set(&tenant, ALL_ON).await;
    let on = view(&tenant, id).await;
    let idp = Origin::IdentityProvider;
    assert_eq!(on.location, effective(Some("GB"), idp, Some("GB"), Some("Basement")));
    assert_eq!(on.department, effective(Some("Engines"), idp, Some("Engines"), None));
    assert_eq!(
        on.manager,
        effective(Some("boss@example.com"), idp, Some("boss@example.com"), Some("Somebody"))
    );
    assert_eq!(tenant.get(&path(id)).await.expect(200), shown);

    set(&tenant, Settings { location_from_idp: false, ..ALL_ON }).await;
    let mixed = view(&tenant, id).await;
    assert_eq!(mixed.location.value.as_deref(), Some("Basement"));
    assert_eq!(mixed.department.value.as_deref(), Some("Engines"));

    set(&tenant, Settings::default()).await;
    assert_eq!(view(&tenant, id).await, off);
    assert_eq!(tenant.get(&path(id)).await.expect(200), shown);
    let employees = list(&tenant, Status::All).await;
    assert_eq!(employees.len(), 1, "nothing was written but the local values");
    assert_eq!((employees[0].revision, employees[0].version), (2, 1));
    tenant.expect_sound().await;
}

#[tokio::test]
async fn what_arrives_while_a_setting_is_off_counts_when_it_is_turned_on() {
    let tenant = acme().await;
    let id = create(&tenant, json!({"userName": "ada"})).await;
    let moved = json!({"userName": "ada", ENTERPRISE: {"location": "FR"}});
    let shown = tenant.put(&path(id), &moved).await.expect(200);
    assert_eq!(shown[ENTERPRISE], json!({"location": "FR"}));
    assert_eq!(view(&tenant, id).await.location.value, None);
    set(&tenant, ALL_ON).await;
    assert_eq!(view(&tenant, id).await.location.value.as_deref(), Some("FR"));
    // Governed, and the identity provider has none: no value, not the local one.
    let local =
        LocalChanges { location: LocalChange::Set("Here".to_owned()), ..Default::default() };
    directory(&tenant).set_local(id, &local, &Precondition::default(), "admin").await.unwrap();
    let cleared = json!([{"op": "remove", "path": format!("{ENTERPRISE}:location")}]);
    tenant.patch(&path(id), &cleared).await.expect(200);
    let none = effective(None, Origin::IdentityProvider, None, Some("Here"));
    assert_eq!(view(&tenant, id).await.location, none);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_manager_is_found_by_id_user_name_or_any_email_however_late_the_manager_comes() {
    let tenant = acme().await;
    set(&tenant, ALL_ON).await;
    let boss_id = counting_id(6);
    let texts = [
        "boss@example.com".to_owned(),
        "Grace.HOPPER@second.example".to_owned(),
        "GraceH".to_owned(),
        boss_id.to_string(),
        "CN=Grace Hopper,OU=Navy".to_owned(),
    ];
    let mut reports = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let body =
            json!({"userName": format!("report{n}"), ENTERPRISE: {"manager": {"value": text}}});
        let id = create(&tenant, body).await;
        let early = view(&tenant, id).await;
        assert_eq!((early.manager.value.as_ref(), early.manager_colleague), (Some(text), None));
        reports.push(id);
    }
    let boss = json!({
        "userName": "graceh",
        "name": {"givenName": "Grace", "familyName": "Hopper"},
        "emails": [
            {"value": "Boss@example.com", "primary": true},
            {"value": "grace.hopper@second.example"},
        ],
    });
    assert_eq!(create(&tenant, boss).await, boss_id);
    for (id, text) in reports.iter().zip(&texts) {
        let view = view(&tenant, *id).await;
        assert_eq!(view.manager.value.as_ref(), Some(text), "the text stays");
        let colleague = view.manager_colleague.map(|colleague| {
            (colleague.id, colleague.user_name, colleague.display_name, colleague.archived)
        });
        let expected = (boss_id, "graceh".to_owned(), Some("Grace Hopper".to_owned()), false);
        assert_eq!(colleague, (!text.starts_with("CN=")).then_some(expected), "{text}");
        assert_eq!(
            tenant.get(&path(*id)).await.expect(200)[ENTERPRISE]["manager"],
            json!({"value": text})
        );
    }
    set_active(&tenant, boss_id, false).await;
    assert!(view(&tenant, reports[0]).await.manager_colleague.unwrap().archived);
    tenant.delete(&path(boss_id)).await.expect(204);
    for id in reports {
        assert_eq!(
            view(&tenant, id).await.manager_colleague,
            None,
            "a deleted one is no colleague"
        );
    }
    tenant.expect_sound().await;
}

#[tokio::test]
async fn a_local_manager_is_resolved_too() {
    let tenant = acme().await;
    let boss = create(&tenant, json!({"userName": "boss"})).await;
    let id = create(&tenant, json!({"userName": "ada", ENTERPRISE: {"manager": "ada"}})).await;
    let local = LocalChanges { manager: LocalChange::Set("BOSS".to_owned()), ..Default::default() };
    directory(&tenant).set_local(id, &local, &Precondition::default(), "admin").await.unwrap();
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, boss);
    set(&tenant, ALL_ON).await;
    assert_eq!(
        view(&tenant, id).await.manager_colleague.unwrap().id,
        id,
        "managing oneself hangs nothing"
    );
    tenant.expect_sound().await;
}

#[tokio::test]
async fn an_address_that_two_people_share_is_no_manager() {
    let tenant = acme().await;
    set(&tenant, ALL_ON).await;
    let shared = json!([{"value": "lead@example.com"}]);
    let first = create(&tenant, json!({"userName": "first", "emails": shared})).await;
    let second = create(&tenant, json!({"userName": "second", "emails": shared})).await;
    let report = json!({"userName": "ada", ENTERPRISE: {"manager": "lead@example.com"}});
    let id = create(&tenant, report).await;
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    // The address of somebody who left can go to another person.
    set_active(&tenant, first, false).await;
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, second);
    set_active(&tenant, second, false).await;
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    // However many left: the colleague of today has the address.
    let third = create(&tenant, json!({"userName": "third", "emails": shared})).await;
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, third);
    for n in 3..10 {
        let body = json!({"userName": format!("more{n}"), "active": false, "emails": shared});
        create(&tenant, body).await;
    }
    assert_eq!(view(&tenant, id).await.manager_colleague.unwrap().id, third);
    set_active(&tenant, first, true).await;
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    set_active(&tenant, first, false).await;
    // Of very many, none is read.
    create(&tenant, json!({"userName": "eleventh", "active": false, "emails": shared})).await;
    tenant.app.faults.take_calls();
    assert_eq!(view(&tenant, id).await.manager_colleague, None);
    let calls = tenant.app.faults.take_calls();
    assert!(calls.iter().all(|call| call.operation != "BatchGetItem"), "{calls:?}");
    tenant.expect_sound().await;
}

#[tokio::test]
async fn archiving_keeps_everything_and_restoring_brings_it_back() {
    let tenant = acme().await;
    let body =
        json!({"userName": "ada", "title": "Countess", ENTERPRISE: {"department": "Engines"}});
    let id = create(&tenant, body).await;
    let before = tenant.get(&path(id)).await.expect(200);
    tenant.app.advance(Duration::hours(1));
    set_active(&tenant, id, false).await;
    let archived = directory(&tenant).get(id).await.unwrap();
    let left_at = crate::support::START + Duration::hours(1);
    assert_eq!((archived.is_archived(), archived.archived_at), (true, Some(left_at)));
    let count = async |status| list(&tenant, status).await.len();
    assert_eq!((count(Status::Active).await, count(Status::Archived).await), (0, 1));
    assert_eq!(tenant.found("userName eq \"ada\"").await, ["ada"]);
    tenant.app.advance(Duration::hours(1));
    let renamed = json!([{"op": "replace", "value": {"title": "Late"}}]);
    tenant.patch(&path(id), &renamed).await.expect(200);
    assert_eq!(directory(&tenant).get(id).await.unwrap().archived_at, Some(left_at), "left once");
    tenant
        .patch(&path(id), &json!([{"op": "replace", "value": {"title": "Countess"}}]))
        .await
        .expect(200);
    set_active(&tenant, id, true).await;
    let mut after = tenant.get(&path(id)).await.expect(200);
    assert_eq!(directory(&tenant).get(id).await.unwrap().archived_at, None);
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
    directory(&tenant).set_local(id, &local, &Precondition::default(), "admin").await.unwrap();
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
    // And back again, once the name is free.
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
    // The name is in use now, also for the one who had it.
    let back = json!({"userName": "ada", "externalId": "1"});
    tenant.post("/Users", &back).await.expect_error(409, Some("uniqueness"));
    tenant.put(&path(other), &json!({"userName": "grace", "externalId": "2"})).await.expect(200);
    assert_eq!(create(&tenant, back).await, hidden);
    tenant.expect_sound().await;
}

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
    let revisions: Vec<u64> =
        directory(&tenant).history(id).await.unwrap().iter().map(|entry| entry.revision).collect();
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
    directory(&tenant)
        .set_local(id, &local, &Precondition::default(), "grace, on the settings page")
        .await
        .unwrap();
    let entries = history(&tenant, id).await;
    assert_eq!((entries[0].at, &*entries[0].by), (crate::support::START, "Identity Provider"));
    assert_eq!(entries[1].at, crate::support::START + Duration::milliseconds(90_001));
    assert_eq!(entries[1].by, "grace, on the settings page");
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
    directory(&tenant)
        .set_local(id, &LocalChanges::default(), &Precondition::default(), "admin")
        .await
        .unwrap();
    assert_eq!(kinds(&tenant, id).await, [EventKind::Created]);
    let tenants = &tenant.app.app.tenants;
    tenants
        .set_settings(&tenant.id, |settings| settings, &Precondition::default(), "admin")
        .await
        .unwrap();
    assert_eq!(tenants.history(&tenant.id).await.unwrap().len(), 1);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_tenants_history_says_what_was_decided() {
    let tenant = acme().await;
    set(&tenant, Settings { manager_from_idp: true, ..Settings::default() }).await;
    let entries = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let last = &entries.last().unwrap().entry;
    assert_eq!((last.kind, &*last.by), (EventKind::SettingsChanged, "admin"));
    assert_eq!(last.changes.len(), 1);
    let change = &last.changes[0];
    assert_eq!(
        (&*change.attribute, &change.old, &change.new),
        ("managerFromIdp", &Some(json!(false)), &Some(json!(true)))
    );
    tenant.expect_sound().await;
}

#[tokio::test]
async fn erasing_removes_an_archived_employee_with_the_history() {
    let tenant = acme().await;
    let body =
        json!({"userName": "ada", "externalId": "00u1", "emails": [{"value": "a@example.com"}]});
    let id = create(&tenant, body.clone()).await;
    let directory = directory(&tenant);
    assert!(matches!(directory.erase(id, "admin").await, Err(Error::NotArchived(_))));
    tenant.get(&path(id)).await.expect(200);
    set_active(&tenant, id, false).await;
    directory.erase(id, "admin").await.unwrap();
    tenant.get(&path(id)).await.expect_error(404, None);
    assert_eq!(tenant.get("/Users").await.expect(200)["totalResults"], 0);
    assert!(matches!(directory.history(id).await, Err(Error::NoEmployee(_))));
    assert!(matches!(directory.get_any(id).await, Err(Error::NoEmployee(_))));
    assert!(matches!(directory.erase(id, "admin").await, Err(Error::NoEmployee(_))));
    for filter in ["userName eq \"ada\"", "externalId eq \"00u1\"", "emails eq \"a@example.com\""] {
        assert!(tenant.found(filter).await.is_empty(), "{filter}");
    }
    let entries = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let last = &entries.last().unwrap().entry;
    assert_eq!((last.kind, &*last.by), (EventKind::Erased, "admin"));
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
    directory(&tenant).erase(first, "admin").await.unwrap();
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
