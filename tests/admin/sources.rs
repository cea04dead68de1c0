//! The preview of another source of an attribute, and the source itself.

use crate::support::acme;
use crate::support::actors::OPERATOR;
use crate::support::admin::{admin, call, get, make_read_token, problem};
use crate::support::urns::ENTERPRISE;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::{Error, GovernedAttribute};
use serde_json::{Value, json};

/// An employee with a department from the identity provider and a department of the tenant.
async fn person(
    tenant: &crate::support::TestTenant,
    name: &str,
    sent: Option<&str>,
    local: Option<&str>,
) -> String {
    let mut body = json!({"userName": format!("{name}@example.com"), "displayName": name});
    if let Some(sent) = sent {
        body[ENTERPRISE] = json!({ "department": sent });
    }
    let id = tenant.create(&body).await;
    if let Some(local) = local {
        let local = json!({ "department": local });
        admin(tenant, "PATCH", &format!("/employees/{id}"), local).await.expect(200);
    }
    id
}

#[tokio::test]
async fn a_preview_counts_the_people_and_shows_first_those_who_lose_their_value() {
    let tenant = acme().await;
    person(&tenant, "Same", Some("Research"), Some("Research")).await;
    person(&tenant, "Neither", None, None).await;
    let gains = person(&tenant, "Gains", Some("Research"), None).await;
    let moves = person(&tenant, "Moves", Some("Research"), Some("Sales")).await;
    let loses = person(&tenant, "Loses", None, Some("Sales")).await;
    let gone = person(&tenant, "Gone", Some("Research"), Some("Sales")).await;
    tenant
        .patch(&format!("/Users/{gone}"), &json!([{"op": "replace", "value": {"active": false}}]))
        .await
        .expect(200);

    let path = "/sources/department/preview";
    let on = admin(&tenant, "POST", path, json!({"fromIdp": true})).await.expect(200);
    let row = |id: &str, name: &str, now: Option<&str>, then: Option<&str>| json!({"id": id, "name": name, "now": now, "then": then});
    assert_eq!(
        on,
        json!({
            "attribute": "department", "fromIdp": true, "active": 5, "changed": 3, "losing": 1,
            "samples": [
                row(&loses, "Loses", Some("Sales"), None),
                row(&gains, "Gains", None, Some("Research")),
                row(&moves, "Moves", Some("Sales"), Some("Research")),
            ],
        })
    );
    let off = admin(&tenant, "POST", path, json!({"fromIdp": false})).await.expect(200);
    assert_eq!((&off["changed"], &off["losing"]), (&json!(3), &json!(1)));
    assert_eq!(off["samples"][0], row(&gains, "Gains", Some("Research"), None));
    let location = admin(&tenant, "POST", "/sources/location/preview", json!({"fromIdp": true}));
    assert_eq!(location.await.expect(200)["changed"], 0);
    assert_eq!(get(&tenant, "/settings").await["departmentFromIdp"], false, "nothing changed");
}

#[tokio::test]
async fn a_preview_keeps_five_samples() {
    let tenant = acme().await;
    for n in 0..4 {
        person(&tenant, &format!("Gains{n}"), Some("Research"), None).await;
    }
    for n in 0..4 {
        person(&tenant, &format!("Loses{n}"), None, Some("Sales")).await;
    }
    let path = "/sources/department/preview";
    let on = admin(&tenant, "POST", path, json!({"fromIdp": true})).await.expect(200);
    assert_eq!((&on["active"], &on["changed"], &on["losing"]), (&json!(8), &json!(8), &json!(4)));
    let names: Vec<&Value> =
        on["samples"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["Loses0", "Loses1", "Loses2", "Gains0", "Gains1"]);
}

#[tokio::test]
async fn a_wrong_preview_is_explained() {
    let tenant = acme().await;
    let on = json!({"fromIdp": true});
    for name in ["title", "Department", "departmentFromIdp"] {
        let answer = admin(&tenant, "POST", &format!("/sources/{name}/preview"), on.clone()).await;
        assert!(problem(&answer, 404).contains("department, location and manager"), "{name}");
    }
    for body in [json!({}), json!({"fromIdp": "yes"}), json!({"fromIdp": true, "more": 1})] {
        let answer = admin(&tenant, "POST", "/sources/location/preview", body).await;
        assert!(problem(&answer, 400).contains("fromIdp"));
    }
    let token = make_read_token(&tenant).await;
    call(&tenant, &token, "POST", "/sources/location/preview", on).await.expect(403);
}

#[tokio::test]
async fn the_history_has_the_number_of_changed_people_and_undo_never_undoes_a_later_change() {
    let tenant = acme().await;
    person(&tenant, "Ada", Some("Research"), None).await;
    person(&tenant, "Bob", None, None).await;
    let tenants = &tenant.app.app.tenants;
    let at = |revision: u64| Precondition {
        if_match: Some(scim::version::TagCondition::parse(&revision.to_string())),
        if_none_match: None,
    };
    let department = GovernedAttribute::Department;
    let set = async |on: bool, condition: &Precondition| {
        tenants.set_source(&tenant.id, (department, on), condition, &OPERATOR).await
    };
    let any = Precondition::default();
    let first = set(true, &any).await.expect("a change");
    assert_eq!(first.people_changed, Some(1));
    assert!(first.tenant.settings.department_from_idp);
    let same = set(true, &any).await.expect("no change");
    assert_eq!((same.people_changed, same.tenant.revision), (None, first.tenant.revision));

    let newest = async || get(&tenant, "/history").await["entries"][0]["changes"].clone();
    let expected = json!([
        {"attribute": "departmentFromIdp", "old": false, "new": true},
        {"attribute": "peopleChanged", "old": null, "new": 1},
    ]);
    assert_eq!(newest().await, expected);

    let location = json!({"locationFromIdp": true});
    admin(&tenant, "PATCH", "/settings", location).await.expect(200);
    let undone = set(false, &at(first.tenant.revision)).await;
    assert!(matches!(undone, Err(Error::VersionDiffers { .. })), "{undone:?}");
    assert_eq!(get(&tenant, "/settings").await["departmentFromIdp"], true);
    let undone = set(false, &at(first.tenant.revision + 1)).await.expect("a change");
    assert_eq!(undone.people_changed, Some(1));
    assert_eq!(get(&tenant, "/settings").await["locationFromIdp"], true, "the others stay");
}
