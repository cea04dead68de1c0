//! Settings through the JSON API.

use crate::support::acme;
use crate::support::admin::{admin, get};
use crate::support::urns::ENTERPRISE;
use serde_json::{Value, json};

#[tokio::test]
async fn a_setting_takes_effect_at_once_and_without_another_sync() {
    let tenant = acme().await;
    let body = json!({"userName": "ada@example.com", ENTERPRISE: {
        "location": "GB", "department": "R&D", "manager": {"value": "grace@example.com"},
    }});
    let ada = tenant.create(&body).await;
    let grace = json!({"userName": "grace@example.com", "displayName": "Grace Hopper"});
    let grace = tenant.create(&grace).await;
    let employee = format!("/employees/{ada}");
    let before = get(&tenant, &employee).await;
    assert_eq!(
        before["location"],
        json!({"value": null, "origin": "local", "fromIdp": "GB", "local": null})
    );
    let local = json!({"location": "Leeds"});
    let set = admin(&tenant, "PATCH", &employee, local).await.expect(200);
    assert_eq!(set["location"]["value"], "Leeds");
    let on = json!({"locationFromIdp": true, "managerFromIdp": true});
    let settings = admin(&tenant, "PATCH", "/settings", on).await.expect(200);
    let expected =
        json!({"locationFromIdp": true, "departmentFromIdp": false, "managerFromIdp": true});
    assert_eq!((&settings, &get(&tenant, "/settings").await), (&expected, &expected));
    let after = get(&tenant, &employee).await;
    assert_eq!(
        after["location"],
        json!({"value": "GB", "origin": "identityProvider", "fromIdp": "GB", "local": "Leeds"})
    );
    assert_eq!(after["department"]["value"], Value::Null);
    assert_eq!(
        after["managerColleague"],
        json!({"id": grace, "userName": "grace@example.com", "displayName": "Grace Hopper", "archived": false})
    );
    assert_eq!(after["fromIdentityProvider"][ENTERPRISE]["location"], "GB");
    let off = json!({"locationFromIdp": false});
    admin(&tenant, "PATCH", "/settings", off).await.expect(200);
    assert_eq!(get(&tenant, &employee).await["location"]["value"], "Leeds");
    let cleared = admin(&tenant, "PATCH", &employee, json!({"location": null})).await.expect(200);
    assert_eq!(cleared["location"]["value"], Value::Null);
    let scim = tenant.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(scim[ENTERPRISE]["location"], "GB", "SCIM never sees any of it");
}
