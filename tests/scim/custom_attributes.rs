//! Attributes that a tenant declares. Only the schema of this tenant has them. The tests also cover changes, removals
//! and refused declarations.

use crate::support::actors::administrator;
use crate::support::damage::text;
use crate::support::request::Answer;
use crate::support::urns::{ACME, ENTERPRISE};
use crate::support::{TestApp, TestTenant, acme};
use axum::body::Body;
use http::Request;
use rollcall::store::dynamodb::port::Item;
use serde_json::{Value, json};

async fn api(tenant: &TestTenant, method: &str, rest: &str, body: Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/tenants/{}/api{rest}", tenant.id))
        .header("authorization", format!("Bearer {}", tenant.admin_token));
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    tenant.app.send(request.body(body).unwrap()).await
}

pub async fn declare(tenant: &TestTenant, urn: &str, name: &str, body: Value) -> Answer {
    api(tenant, "PUT", &format!("/attributes/{urn}/{name}"), body).await
}

pub async fn remove(tenant: &TestTenant, urn: &str, name: &str) -> Answer {
    api(tenant, "DELETE", &format!("/attributes/{urn}/{name}"), Value::Null).await
}

/// Reads a discovery document with this token.
async fn discover(tenant: &TestTenant, rest: &str, token: Option<&str>) -> Answer {
    let mut request = Request::get(tenant.path(rest));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    tenant.app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_declared_attribute_is_in_the_schema_of_the_tenant_and_of_no_other() {
    let app = TestApp::new().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let standard = discover(&acme, "/Schemas", None).await.expect(200);
    acme.get("/Schemas").await.expect(200);
    let body = json!({"type": "integer", "description": "On the badge"});
    declare(&acme, ACME, "badgeNumber", body).await.expect(201);
    declare(&acme, ENTERPRISE, "floor", json!({"type": "string", "caseExact": true}))
        .await
        .expect(201);

    let schema = acme.get(&format!("/Schemas/{ACME}")).await.expect(200);
    assert_eq!(
        schema["attributes"],
        json!([{
            "name": "badgeNumber", "type": "integer", "multiValued": false, "description": "On the badge",
            "required": false, "caseExact": false, "mutability": "readWrite", "returned": "default",
            "uniqueness": "none",
        }])
    );
    let enterprise = acme.get(&format!("/Schemas/{ENTERPRISE}")).await.expect(200);
    let last = enterprise["attributes"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["name"], &last["caseExact"]), (&json!("floor"), &json!(true)));
    let user = acme.get("/ResourceTypes/User").await.expect(200);
    assert_eq!(
        user["schemaExtensions"],
        json!([
            {"schema": ENTERPRISE, "required": false}, {"schema": ACME, "required": false},
        ])
    );

    let wrong = format!("{}x", acme.scim_token);
    let others = [
        None,
        Some("nonsense"),
        Some(&*wrong),
        Some(&*acme.admin_token),
        Some(&*globex.scim_token),
    ];
    for token in others {
        assert_eq!(discover(&acme, "/Schemas", token).await.expect(200), standard);
        discover(&acme, &format!("/Schemas/{ACME}"), token).await.expect_error(404, None);
    }
    globex.get(&format!("/Schemas/{ACME}")).await.expect_error(404, None);
    let body = json!({"userName": "bob@example.com", ACME: {"badgeNumber": 7}});
    assert_eq!(globex.post("/Users", &body).await.expect(201).get(ACME), None);
    globex
        .filter(&format!("{ACME}:badgeNumber eq 7"))
        .await
        .expect_error(400, Some("invalidFilter"));
}

#[tokio::test]
async fn a_removed_attribute_is_hidden_and_its_values_come_back_with_it() {
    let tenant = acme().await;
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await.expect(201);
    declare(&tenant, ACME, "floor", json!({"type": "string"})).await.expect(201);
    let body = json!({"userName": "ada@example.com", "externalId": "00u1", ACME: {"badge": 7, "floor": "3rd"}});
    let ada = tenant.create(&body).await;
    let one = format!("/Users/{ada}");
    assert_eq!(remove(&tenant, ACME, "BADGE").await.status, 204);
    assert_eq!(remove(&tenant, ACME, "badge").await.status, 404);
    let shown = tenant.get(&one).await.expect(200);
    assert_eq!(shown[ACME], json!({"floor": "3rd"}));
    let employee = api(&tenant, "GET", &format!("/employees/{ada}"), Value::Null).await.expect(200);
    assert_eq!(employee["fromIdentityProvider"][ACME], json!({"floor": "3rd"}));
    tenant.filter(&format!("{ACME}:badge pr")).await.expect_error(400, Some("invalidFilter"));
    assert_eq!(tenant.put(&one, &body).await.expect(200), shown, "no change");
    tenant
        .put(
            &one,
            &json!({"userName": "ada@example.com", "externalId": "00u1", "title": "Countess"}),
        )
        .await
        .expect(200);
    tenant
        .patch(&one, &json!([{"op": "replace", "path": "title", "value": "x"}]))
        .await
        .expect(200);
    tenant.delete(&one).await.expect(204);
    let again = json!({"userName": "ada@example.com", "externalId": "00u1"});
    assert_eq!(tenant.create(&again).await, ada);
    assert_eq!(tenant.get(&one).await.expect(200).get(ACME), None);

    declare(&tenant, ACME, "badge", json!({"type": "string"})).await.expect(201);
    assert_eq!(tenant.get(&one).await.expect(200).get(ACME), None, "of another type");
    assert!(tenant.found(&format!("{ACME}:badge pr")).await.is_empty());
    remove(&tenant, ACME, "badge").await;
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await.expect(201);
    assert_eq!(tenant.get(&one).await.expect(200)[ACME], json!({"badge": 7}));
}

#[tokio::test]
async fn every_declaration_is_in_the_history_and_nothing_is_changed_twice() {
    let tenant = acme().await;
    let badge = json!({"type": "integer", "description": " The badge "});
    let first = declare(&tenant, ACME, "badge", badge.clone()).await;
    assert_eq!(
        first.expect(201),
        json!({
            "urn": ACME, "name": "badge", "type": "integer", "multiValued": false, "caseExact": false,
            "description": "The badge",
        })
    );
    let again = declare(&tenant, &ACME.replace("acme", "ACME"), "Badge", badge).await;
    assert_eq!(again.expect(200), first.json(), "in its first spelling");
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = declare(&tenant, ACME, "badge", json!({"type": "string"})).await.expect(409);
    assert!(other["detail"].as_str().unwrap().contains("remove it first"), "{other}");
    declare(&tenant, ACME, "badge", json!({"type": "integer", "multiValued": true}))
        .await
        .expect(409);
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await.expect(200);
    remove(&tenant, ACME, "badge").await;
    let history = api(&tenant, "GET", "/history", Value::Null).await.expect(200);
    let entries = history["entries"].as_array().unwrap();
    let definition = |description: &str| {
        json!({
            "type": "integer", "multiValued": false, "caseExact": false, "description": description,
        })
    };
    let path = format!("{ACME}:badge");
    let expected = [
        json!([{"attribute": path, "old": definition(""), "new": null}]),
        json!([{"attribute": path, "old": definition("The badge"), "new": definition("")}]),
        json!([{"attribute": path, "old": null, "new": definition("The badge")}]),
    ];
    let by = administrator(&tenant).await;
    for (entry, changes) in entries.iter().zip(expected) {
        assert_eq!((&entry["kind"], &entry["changes"]), (&json!("attributesChanged"), &changes));
        assert_eq!(entry["actor"], by);
    }
    assert_eq!(entries.len(), 4, "and the creation");
}

#[tokio::test]
async fn what_cannot_be_declared_is_refused() {
    let tenant = acme().await;
    let string = json!({"type": "string"});
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    for (urn, name, body, status) in [
        ("acme", "a", string.clone(), 400),
        (ACME, "2a", string.clone(), 400),
        (ACME, "a", json!({"type": "complex"}), 400),
        (ACME, "a", json!({"type": "duration"}), 400),
        (ACME, "a", json!({}), 400),
        (ACME, "a", json!({"type": "string", "required": true}), 400),
        (ACME, "a", json!({"type": "string", "description": "x".repeat(201)}), 400),
        (core, "a", string.clone(), 409),
        (ENTERPRISE, "Department", string.clone(), 409),
        (&format!("{ENTERPRISE}:department"), "x", string.clone(), 409),
        (&format!("{}:manager", ENTERPRISE.replace("User", "USER")), "x", string.clone(), 409),
        ("urn:scim:schemas:extension:enterprise:1.0:manager", "x", string.clone(), 409),
        (ACME, "id", string.clone(), 409),
        (ACME, "externalId", string.clone(), 409),
        (ACME, "meta", string.clone(), 409),
    ] {
        declare(&tenant, urn, name, body).await.expect(status);
    }
    // A URN can begin with the letters of another URN and still be a separate URN.
    let longer = format!("{ENTERPRISE}Acme");
    declare(&tenant, &longer, "costCode", string.clone()).await.expect(201);
    let body = json!({"userName": "ada", &longer: {"costCode": "4711"}});
    assert_eq!(tenant.post("/Users", &body).await.expect(201)[&longer]["costCode"], "4711");
    remove(&tenant, &longer, "costCode").await.expect(204);
    for n in 0..50 {
        declare(&tenant, ACME, &format!("a{n}"), string.clone()).await.expect(201);
    }
    declare(&tenant, ACME, "more", string).await.expect(409);
    let listed = api(&tenant, "GET", "/attributes", Value::Null).await;
    assert_eq!(listed.expect(200)["attributes"].as_array().unwrap().len(), 50);
    let request = Request::delete(format!("/tenants/acme/api/attributes/{ACME}/a0"))
        .header("authorization", format!("Bearer {}", tenant.admin_token));
    let stale = request.header("if-match", "W/\"1\"").body(Body::empty()).unwrap();
    assert_eq!(tenant.app.send(stale).await.status, 412);
}

/// Earlier versions of the service did not check declarations, and stored such ones.
#[tokio::test]
async fn a_stored_declaration_below_a_built_in_urn_is_ignored() {
    let tenant = acme().await;
    let below =
        |name: &str| json!({"urn": format!("{ENTERPRISE}:{name}"), "name": "x", "type": "string"});
    let shadows = [
        below("department"),
        below("manager"),
        json!({"urn": "urn:ietf:params:scim:schemas:extension:enterprise:2.0", "name": "User",
            "type": "string"}),
    ];
    let stored = text(&json!(shadows).to_string());
    let change = |item: &mut Item| drop(item.insert("attributes".to_owned(), stored));
    tenant.tamper_own("SETTINGS", change).await;

    let manager = json!({"value": "boss@example.com"});
    let body = json!({"userName": "ada@example.com", ENTERPRISE: {"manager": manager}});
    let one = format!("/Users/{}", tenant.create(&body).await);
    let operations = json!([
        {"op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "Engines"},
        {"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": "chief@example.com"},
    ]);
    let changed = tenant.patch(&one, &operations).await.expect(200);
    let expected = json!({"department": "Engines", "manager": {"value": "chief@example.com"}});
    assert_eq!(changed[ENTERPRISE], expected);
    let filter = format!("{ENTERPRISE}:department eq \"engines\"");
    assert_eq!(tenant.found(&filter).await, ["ada@example.com"]);
    assert_eq!(tenant.get("/Schemas").await.expect(200)["totalResults"], 6);
    // An administrator can remove the declaration, and cannot declare it again.
    let urn = format!("{ENTERPRISE}:manager");
    declare(&tenant, &urn, "x", json!({"type": "string"})).await.expect(409);
    remove(&tenant, &urn, "x").await.expect(204);
}
