//! Different forms of a body with the same meaning: names of schemas and attributes, order, and paths as keys.

use super::users::{ada, with_ada};
use crate::support::acme;
use crate::support::urns::{CORE, ENTERPRISE};
use serde_json::{Value, json};

#[tokio::test]
async fn nothing_is_no_value_in_any_form() {
    let tenant = acme().await;
    for (n, nothing) in [json!(null), json!([]), json!("")].into_iter().enumerate() {
        let body = json!({
            "userName": format!("u{n}"),
            "title": nothing,
            "name": nothing,
            "emails": [{"value": "a@example.com", "primary": nothing}],
            ENTERPRISE: nothing,
        });
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created["emails"], json!([{"value": "a@example.com"}]));
        assert_eq!(created["schemas"], json!([CORE]));
        assert_eq!((created.get("title"), created.get("name")), (None, None));
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created);
    }
}

#[tokio::test]
async fn a_body_need_not_name_its_schemas() {
    let tenant = acme().await;
    for (n, schemas) in [json!([]), json!(null)].into_iter().enumerate() {
        let body = json!({"schemas": schemas, "userName": format!("u{n}"), "title": "x"});
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created["schemas"], json!([CORE]));
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created);
        let body = json!({"schemas": schemas, "displayName": format!("g{n}")});
        tenant.post("/Groups", &body).await.expect(201);
    }
}

#[tokio::test]
async fn attribute_names_and_schema_urns_are_the_same_in_any_case() {
    let tenant = acme().await;
    let body = json!({
        "SCHEMAS": [CORE.to_uppercase()],
        "USERNAME": "ada",
        "Name": {"GIVENNAME": "Ada"},
        "eMails": [{"VALUE": "ada@example.com", "Type": "work", "PRIMARY": true}],
        ENTERPRISE.to_lowercase(): {"Department": "Engines", "MANAGER": {"Value": "boss"}},
    });
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(created["userName"], "ada");
    assert_eq!(created["name"], json!({"givenName": "Ada"}));
    let email = json!({"value": "ada@example.com", "type": "work", "primary": true});
    assert_eq!(created["emails"], json!([email]));
    assert_eq!(created[ENTERPRISE], json!({"department": "Engines", "manager": {"value": "boss"}}));
}

#[tokio::test]
async fn schemas_have_other_names_in_requests_and_one_in_answers() {
    let tenant = acme().await;
    let core = ["urn:scim:schemas:core:1.0", "URN:SCIM:schemas:core:2.0"];
    let enterprise = [
        "urn:scim:schemas:extension:enterprise:1.0",
        "urn:scim:schemas:extension:enterprise:2.0",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
    ];
    for (n, extension) in enterprise.into_iter().enumerate() {
        let core = core[n % 2];
        let name = format!("u{n}");
        let body = json!({
            "schemas": [core, extension],
            "userName": name,
            extension: {"department": "Engines", "manager": "boss"},
        });
        let created = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(created["schemas"], json!([CORE, ENTERPRISE]));
        let kept = json!({"department": "Engines", "manager": {"value": "boss"}});
        assert_eq!(created[ENTERPRISE], kept);
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), created);

        let operations = json!([
            {"op": "replace", "path": format!("{extension}:department"), "value": "Looms"},
            {"op": "add", "value": {
                extension: {"costCenter": "C1"},
                format!("{core}:title"): "Countess",
                format!("{core}:name.givenName"): "Ada",
            }},
            {"op": "remove", "path": format!("{extension}:manager.value")},
        ]);
        let patched = tenant.patch(&path, &operations).await.expect(200);
        assert_eq!(patched[ENTERPRISE], json!({"department": "Looms", "costCenter": "C1"}));
        assert_eq!(
            (&patched["title"], &patched["name"]),
            (&json!("Countess"), &json!({"givenName": "Ada"}))
        );
        let query = format!(
            "/Users?filter={core}:userName+eq+%22{name}%22+and+{extension}:department+eq+%22looms%22\
             &attributes={extension}:costCenter"
        );
        let found = tenant.get(&query).await.expect(200);
        assert_eq!(found["totalResults"], 1, "{query}");
        assert_eq!(found["Resources"][0][ENTERPRISE], json!({"costCenter": "C1"}));
        let whole = json!([{"op": "remove", "path": extension}]);
        assert_eq!(tenant.patch(&path, &whole).await.expect(200)["schemas"], json!([CORE]));

        let twice = json!({"userName": "x", extension: {}, ENTERPRISE: {"department": "Engines"}});
        tenant.post("/Users", &twice).await.expect_error(400, Some("invalidSyntax"));
    }
    for other in core.into_iter().chain(enterprise) {
        tenant.get(&format!("/Schemas/{other}")).await.expect_error(404, None);
    }
}

/// POST and PUT store an attribute of a mapping without a namespace, as PATCH does.
#[tokio::test]
async fn a_key_of_a_body_may_be_a_path() {
    let tenant = acme().await;
    let kept = |user: &Value| (user[ENTERPRISE].clone(), user["name"].clone());
    let body = json!({"userName": "ada", "location": "GB", "name.givenName": "Ada"});
    let created = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(kept(&created), (json!({"location": "GB"}), json!({"givenName": "Ada"})));
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    let body = json!({"userName": "ada", (format!("{ENTERPRISE}:location")): "DE"});
    let replaced = tenant.put(&path, &body).await.expect(200);
    assert_eq!(kept(&replaced), (json!({"location": "DE"}), Value::Null));
    let detail = tenant.put(&path, &json!({"userName": "ada", "location": true})).await;
    let detail = detail.expect_error(400, Some("invalidValue"));
    assert!(detail.starts_with(&format!("{ENTERPRISE}:location must be text")), "{detail}");
}

#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_skipped() {
    let tenant = acme().await;
    let headers = [("content-type", "application/scim+json")];
    let body = "\u{feff}{\"userName\": \"ada\"}";
    let created = tenant.request("POST", "/Users", &headers, body).await.expect(201);
    assert_eq!(created["userName"], "ada");
}

/// Reverses the order of the members in every object of a value.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            Value::Object(members.map(|(name, value)| (name.clone(), reversed(value))).collect())
        }
        Value::Array(elements) => elements.iter().map(reversed).collect(),
        simple => simple.clone(),
    }
}

#[tokio::test]
async fn the_order_of_attributes_says_nothing() {
    let (tenant, path) = with_ada().await;
    let before = tenant.get(&path).await.expect(200);
    let replaced = tenant.put(&path, &reversed(&ada())).await.expect(200);
    assert_eq!(replaced, before, "no change, also of the version");
    let mut bob = ada();
    bob["userName"] = "bob".into();
    let created = tenant.post("/Users", &reversed(&bob)).await.expect(201);
    for name in ["schemas", "name", "emails", "active", ENTERPRISE] {
        assert_eq!(created[name], before[name], "{name}");
    }
}

#[tokio::test]
async fn schemas_are_named_once_and_their_order_says_nothing() {
    let tenant = acme().await;
    let schemas = |schemas: Value| {
        let mut body = ada();
        body["schemas"] = schemas;
        body
    };
    let created = tenant.post("/Users", &schemas(json!([ENTERPRISE, CORE]))).await.expect(201);
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    assert_eq!(created["schemas"], json!([CORE, ENTERPRISE]));
    for repeated in
        [json!([CORE, ENTERPRISE]), json!([CORE, CORE, ENTERPRISE, ENTERPRISE.to_lowercase()])]
    {
        let replaced = tenant.put(&path, &schemas(repeated)).await.expect(200);
        assert_eq!(replaced, created, "the order makes no difference, and nothing has changed");
    }
    let mut other = schemas(json!([ENTERPRISE, ENTERPRISE, CORE]));
    other["userName"] = "bob".into();
    let other = tenant.post("/Users", &other).await.expect(201);
    assert_eq!(other["schemas"], created["schemas"]);
}
