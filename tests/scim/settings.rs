//! Settings of a tenant: the identity provider's or the administrator's values count.

use crate::support::acme;
use crate::support::actors::OPERATOR;
use crate::support::employees::{ALL_ON, create, effective, list, path, set, view};
use crate::support::urns::ENTERPRISE;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::users::administration::{LocalChange, LocalChanges, Status};
use rollcall::directory::users::view::Origin;
use rollcall::model::history::EventKind;
use rollcall::model::tenant::Settings;
use serde_json::json;

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
    tenant
        .directory()
        .users()
        .set_local(id, &local, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
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
    // The identity provider governs the location and has no value.
    // The employee then has no location, not the local one.
    let local =
        LocalChanges { location: LocalChange::Set("Here".to_owned()), ..Default::default() };
    tenant
        .directory()
        .users()
        .set_local(id, &local, &Precondition::default(), &OPERATOR)
        .await
        .unwrap();
    let cleared = json!([{"op": "remove", "path": format!("{ENTERPRISE}:location")}]);
    tenant.patch(&path(id), &cleared).await.expect(200);
    let none = effective(None, Origin::IdentityProvider, None, Some("Here"));
    assert_eq!(view(&tenant, id).await.location, none);
    tenant.expect_sound().await;
}

#[tokio::test]
async fn the_tenants_history_says_what_was_decided() {
    let tenant = acme().await;
    set(&tenant, Settings { manager_from_idp: true, ..Settings::default() }).await;
    let entries = tenant.app.app.tenants.history(&tenant.id).await.unwrap();
    let last = &entries.last().unwrap().entry;
    assert_eq!((last.kind, &last.actor), (EventKind::SettingsChanged, &*OPERATOR));
    assert_eq!(last.changes.len(), 1);
    let change = &last.changes[0];
    assert_eq!(
        (&*change.attribute, &change.old, &change.new),
        ("managerFromIdp", &Some(json!(false)), &Some(json!(true)))
    );
    tenant.expect_sound().await;
}
