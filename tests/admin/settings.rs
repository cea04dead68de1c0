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
    let expected = json!({"locationFromIdp": true, "departmentFromIdp": false, "managerFromIdp": true, "silentAfterHours": null, "provider": null});
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

#[tokio::test]
async fn the_hours_until_silence_are_a_setting() {
    let tenant = acme().await;
    let set = async |hours: Value| {
        admin(&tenant, "PATCH", "/settings", json!({ "silentAfterHours": hours })).await
    };
    assert_eq!(get(&tenant, "/settings").await["silentAfterHours"], Value::Null);
    for (hours, after) in [
        (json!(24), json!(24)),
        (json!(168.0), json!(168)),
        (Value::Null, Value::Null),
        (json!(1), json!(1)),
    ] {
        assert_eq!(set(hours).await.expect(200)["silentAfterHours"], after);
        assert_eq!(get(&tenant, "/settings").await["silentAfterHours"], after);
    }
    // A patch without the hours keeps them.
    let on = json!({"locationFromIdp": true});
    let kept = admin(&tenant, "PATCH", "/settings", on).await.expect(200);
    assert_eq!(kept["silentAfterHours"], 1);
    for wrong in [json!(0), json!(169), json!(-1), json!(1.5), json!("24"), json!(true), json!([])]
    {
        let problem = set(wrong.clone()).await.expect(400);
        assert!(problem["detail"].as_str().is_some_and(|text| !text.is_empty()), "{wrong}");
    }
    assert_eq!(
        set(json!(200)).await.expect(400)["detail"].as_str().map(|text| {
            text.contains("the number of hours must be a whole number from 1 to 168")
        }),
        Some(true)
    );
    assert_eq!(get(&tenant, "/settings").await["silentAfterHours"], 1);

    let history = get(&tenant, "/history").await;
    let changes: Vec<Value> = history["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .flat_map(|entry| entry["changes"].as_array().cloned().unwrap_or_default())
        .filter(|change| change["attribute"] == "silentAfterHours")
        .map(|change| json!([change["old"], change["new"]]))
        .collect();
    let mut expected =
        vec![json!([null, 24]), json!([24, 168]), json!([168, null]), json!([null, 1])];
    expected.reverse();
    assert_eq!(changes, expected, "{history}");

    // Silence changes no effective value, so a follower need not read the employees again.
    let events = get(&tenant, "/events?from=start&types=settings.changed").await;
    let events = events["events"].as_array().expect("events").clone();
    let reread: Vec<&Value> = events.iter().map(|event| &event["data"]["reread"]).collect();
    let none = &Value::Null;
    assert_eq!(reread, [none, none, none, none, &json!(true)]);
}

#[tokio::test]
async fn the_provider_is_a_setting_that_changes_words_only() {
    let tenant = acme().await;
    let set = async |provider: Value| {
        admin(&tenant, "PATCH", "/settings", json!({ "provider": provider })).await
    };
    for provider in [json!("okta"), json!("entra"), json!("other"), Value::Null, json!("okta")] {
        assert_eq!(set(provider.clone()).await.expect(200)["provider"], provider);
        assert_eq!(get(&tenant, "/settings").await["provider"], provider);
    }
    // A patch without the provider keeps it.
    let on = json!({"locationFromIdp": true});
    let kept = admin(&tenant, "PATCH", "/settings", on).await.expect(200);
    assert_eq!(kept["provider"], "okta");
    for wrong in [json!("Okta"), json!("ping"), json!(""), json!(1), json!([])] {
        let problem = set(wrong.clone()).await.expect(400);
        assert!(problem["detail"].as_str().is_some_and(|text| !text.is_empty()), "{wrong}");
    }
    let problem = set(json!("ping")).await.expect(400);
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("the provider must be okta, entra or other"), "{detail}");
    assert_eq!(get(&tenant, "/settings").await["provider"], "okta");

    let events = get(&tenant, "/events?from=start&types=settings.changed").await;
    let events = events["events"].as_array().expect("events").clone();
    let reread: Vec<bool> =
        events.iter().map(|event| event["data"]["reread"] == json!(true)).collect();
    assert_eq!(reread, [false, false, false, false, false, true], "{events:?}");
}
