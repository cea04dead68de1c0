//! Attributes that a tenant declares: in its schema, in what it stores, and in nobody else's.

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

async fn remove(tenant: &TestTenant, urn: &str, name: &str) -> Answer {
    api(tenant, "DELETE", &format!("/attributes/{urn}/{name}"), Value::Null).await
}

/// A discovery document, asked for with this token.
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
async fn its_values_are_stored_filtered_patched_and_projected() {
    let tenant = acme().await;
    for (name, kind, several) in [
        ("badge", "integer", false),
        ("rate", "decimal", false),
        ("remote", "boolean", false),
        ("since", "dateTime", false),
        ("site", "reference", false),
        ("key", "binary", false),
        ("skills", "string", true),
    ] {
        let body = json!({"type": kind, "multiValued": several});
        declare(&tenant, ACME, name, body).await.expect(201);
    }
    let values = json!({
        "badge": 12_345_678_901_234_u64, "rate": 1.5, "remote": true, "since": "2026-01-02T03:04:05Z",
        "site": "https://acme.example/site", "key": "aGVsbG8=", "skills": ["Rust", "SCIM"],
    });
    let body = json!({"userName": "ada@example.com", &ACME.to_lowercase(): values});
    let ada = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(ada[ACME], values);
    assert!(ada["schemas"].as_array().unwrap().contains(&json!(ACME)));
    let one = format!("/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(tenant.get(&one).await.expect(200), ada);
    assert_eq!(tenant.put(&one, &body).await.expect(200), ada, "the same once more is no change");

    for filter in [
        "badge gt 12345678901233",
        "rate le 1.5",
        "remote eq true",
        "since lt \"2026-02-01T00:00:00Z\"",
        "site sw \"https\"",
        "key eq \"aGVsbG8=\"",
        "skills eq \"rust\"",
        "skills pr",
    ] {
        let filter = format!("{ACME}:{filter}");
        assert_eq!(tenant.found(&filter).await, ["ada@example.com"], "{filter}");
    }
    assert_eq!(tenant.found("badge pr and skills co \"CI\"").await, ["ada@example.com"]);
    assert!(tenant.found(&format!("{ACME}:remote eq false")).await.is_empty());

    let path = |name: &str| format!("{ACME}:{name}");
    let changed = tenant
        .patch(
            &one,
            &json!([
                {"op": "replace", "path": path("badge"), "value": 7},
                {"op": "add", "path": path("skills"), "value": ["rust", "DynamoDB"]},
                {"op": "remove", "path": path("remote")},
                {"op": "replace", "value": {path("rate"): 2.0}},
                {"op": "add", "value": {ACME: {"site": "https://acme.example/2"}}},
            ]),
        )
        .await
        .expect(200);
    assert_eq!(
        changed[ACME],
        json!({
            "badge": 7, "rate": 2, "since": "2026-01-02T03:04:05Z", "site": "https://acme.example/2",
            "key": "aGVsbG8=", "skills": ["Rust", "SCIM", "DynamoDB"],
        })
    );
    let only = tenant.get(&format!("{one}?attributes={}", path("skills"))).await.expect(200);
    assert_eq!(only[ACME], json!({"skills": ["Rust", "SCIM", "DynamoDB"]}));
    assert_eq!(only.get("userName"), None);
    let without = tenant.get(&format!("{one}?excludedAttributes={ACME}")).await.expect(200);
    assert_eq!(without.get(ACME), None);
    let fewer = json!([{"op": "remove", "path": path("skills"), "value": ["scim"]}]);
    let fewer = tenant.patch(&one, &fewer).await.expect(200);
    assert_eq!(fewer[ACME]["skills"], json!(["Rust", "DynamoDB"]));
    let none = tenant.patch(&one, &json!([{"op": "remove", "path": ACME}])).await.expect(200);
    assert_eq!(none.get(ACME), None);
    assert!(!none["schemas"].as_array().unwrap().contains(&json!(ACME)));
}

#[tokio::test]
async fn a_value_of_another_type_is_refused_with_its_place() {
    let tenant = acme().await;
    let wrong = [
        ("string", json!(1.5)),
        ("integer", json!(1.5)),
        ("integer", json!(1e3)),
        ("integer", json!("one")),
        ("integer", json!("1.5")),
        ("integer", json!("1e3")),
        ("decimal", json!("x")),
        ("decimal", json!("1,5")),
        ("decimal", json!("NaN")),
        ("boolean", json!("perhaps")),
        ("dateTime", json!("yesterday")),
        ("dateTime", json!("2026-02-30")),
        ("dateTime", json!("03:04:05Z")),
        ("dateTime", json!("2026-01-02 03:04:05Z")),
        ("dateTime", json!("2026-01-02t03:04:05z")),
        ("binary", json!("###")),
        ("reference", json!(["a", "b"])),
    ];
    for (n, (kind, value)) in wrong.iter().enumerate() {
        let name = format!("a{n}");
        declare(&tenant, ACME, &name, json!({"type": kind})).await.expect(201);
        let body = json!({"userName": "ada@example.com", ACME: {&name: value}});
        let detail = tenant.post("/Users", &body).await.expect_error(400, Some("invalidValue"));
        assert!(detail.contains(&format!("{ACME}:{name}")), "{detail}");
    }
    declare(&tenant, ACME, "rate", json!({"type": "decimal"})).await.expect(201);
    let rates =
        [0.0, -1e29, 1e19, 1e-30, 1e300, 5e-324, 0.1, 1.7976931348623157e308, 12.345678901234567];
    for (n, rate) in rates.iter().enumerate() {
        let body = json!({"userName": format!("u{n}"), ACME: {"rate": rate}});
        let user = tenant.post("/Users", &body).await.expect(201);
        assert_eq!(user[ACME]["rate"].as_f64(), Some(*rate));
        let path = format!("/Users/{}", user["id"].as_str().unwrap());
        assert_eq!(tenant.put(&path, &body).await.expect(200), user, "{rate}");
    }
    // serde_json writes no exponent by itself.
    declare(&tenant, ACME, "whole", json!({"type": "integer"})).await.expect(201);
    for number in ["1e3", "1E3", "1.0"] {
        let body = format!(r#"{{"userName":"ada@example.com","{ACME}":{{"whole":{number}}}}}"#);
        let headers = [("content-type", "application/scim+json")];
        let answer = tenant.request("POST", "/Users", &headers, body).await;
        let detail = answer.expect_error(400, Some("invalidValue"));
        assert!(detail.contains(&format!("{ACME}:whole")), "{number}: {detail}");
    }
}

#[tokio::test]
async fn numbers_may_be_text() {
    let tenant = acme().await;
    for (name, kind, several) in [
        ("badge", "integer", false),
        ("rate", "decimal", false),
        ("floors", "integer", true),
        ("rates", "decimal", true),
    ] {
        declare(&tenant, ACME, name, json!({"type": kind, "multiValued": several}))
            .await
            .expect(201);
    }
    let text =
        json!({"badge": "701984", "rate": "1.5", "floors": ["3", 4], "rates": ["2.0", "1e3"]});
    let numbers = json!({"badge": 701_984, "rate": 1.5, "floors": [3, 4], "rates": [2, 1000]});
    let body = json!({"userName": "ada", ACME: text});
    let ada = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(ada[ACME], numbers);
    let one = format!("/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(tenant.put(&one, &body).await.expect(200), ada, "the same once more is no change");
    let path = |name: &str| format!("{ACME}:{name}");
    let operations = json!([
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Add", "path": path("badge"), "value": "7"},
        {"op": "Add", "path": path("floors"), "value": ["5"]},
        {"op": "Remove", "path": path("rates"), "value": ["1000"]},
        {"op": "Replace", "value": {path("rate"): "-0.5"}},
    ]);
    let changed = tenant.patch(&one, &operations).await.expect(200);
    assert_eq!(changed["active"], false);
    let expected = json!({"badge": 7, "rate": -0.5, "floors": [3, 4, 5], "rates": [2]});
    assert_eq!(changed[ACME], expected);
    for filter in ["badge eq \"7\"", "badge gt \"6.5\"", "rate lt \"0\"", "floors eq \"5\""] {
        assert_eq!(tenant.found(&format!("{ACME}:{filter}")).await, ["ada"], "{filter}");
    }
    let wrong = format!("{ACME}:badge eq \"seven\"");
    let detail = tenant.filter(&wrong).await.expect_error(400, Some("invalidFilter"));
    assert!(detail.contains("must be compared with a number"), "{detail}");
    let wrong = json!([
        {"op": "Replace", "path": "active", "value": "True"},
        {"op": "Add", "path": path("badge"), "value": "seven"},
    ]);
    let detail = tenant.patch(&one, &wrong).await.expect_error(400, Some("invalidValue"));
    assert!(detail.ends_with("badge must be a whole number, found text"), "{detail}");
    assert_eq!(tenant.get(&one).await.expect(200), changed);
}

#[tokio::test]
async fn the_values_of_a_list_may_come_as_objects() {
    let tenant = acme().await;
    for (name, kind) in [("teams", "string"), ("floors", "integer")] {
        declare(&tenant, ACME, name, json!({"type": kind, "multiValued": true})).await.expect(201);
    }
    let objects =
        json!({"teams": [{"value": "1"}, {"Value": "2", "type": "x"}], "floors": {"value": "3"}});
    let body = json!({"userName": "ada", ACME: objects});
    let ada = tenant.post("/Users", &body).await.expect(201);
    assert_eq!(ada[ACME], json!({"teams": ["1", "2"], "floors": [3]}));
    let one = format!("/Users/{}", ada["id"].as_str().unwrap());
    let teams = format!("{ACME}:teams");
    let check = async |op: &str, value: Value, expected: Value| {
        let operations = json!([{"op": op, "path": teams, "value": value}]);
        let user = tenant.patch(&one, &operations).await.expect(200);
        assert_eq!(user[ACME]["teams"], expected, "{op} {value}");
    };
    check("Add", json!([{"value": "3"}, {"value": "1"}]), json!(["1", "2", "3"])).await;
    check("Remove", json!([{"value": "2"}]), json!(["1", "3"])).await;
    check("Remove", json!({"value": "9"}), json!(["1", "3"])).await;
    check("Replace", json!([{"value": "4"}]), json!(["4"])).await;
    check("Add", json!([{"value": null}, {"value": ""}]), json!(["4"])).await;
    let before = tenant.get(&one).await.expect(200);
    for wrong in [json!([{"id": "5"}]), json!([{"value": ["5"]}]), json!([{}])] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{"op": op, "path": teams, "value": wrong}]);
            let detail =
                tenant.patch(&one, &operations).await.expect_error(400, Some("invalidValue"));
            assert!(detail.contains("teams[1] must be text"), "{detail}");
        }
    }
    assert_eq!(tenant.get(&one).await.expect(200), before);
}

#[tokio::test]
async fn a_list_is_sorted_by_a_declared_attribute() {
    let tenant = acme().await;
    declare(&tenant, ACME, "badge", json!({"type": "integer"})).await.expect(201);
    for (name, badge) in [("a", 10), ("b", 9), ("c", 11)] {
        tenant.create(&json!({"userName": name, ACME: {"badge": badge}})).await;
    }
    for sort_by in [format!("{ACME}:badge"), "badge".to_owned()] {
        let list = tenant.get(&format!("/Users?sortBy={sort_by}")).await.expect(200);
        let rows = list["Resources"].as_array().unwrap().iter();
        let names: Vec<&str> = rows.map(|row| row["userName"].as_str().unwrap()).collect();
        assert_eq!(names, ["b", "a", "c"], "{sort_by}");
    }
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
    for (entry, changes) in entries.iter().zip(expected) {
        assert_eq!((&entry["kind"], &entry["changes"]), (&json!("attributesChanged"), &changes));
        assert_eq!(entry["by"], "Administrator");
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
    // The same first letters do not make a URN part of another one.
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

/// Versions before the check stored such declarations.
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
    // An administrator can remove it, and cannot declare it again.
    let urn = format!("{ENTERPRISE}:manager");
    declare(&tenant, &urn, "x", json!({"type": "string"})).await.expect(409);
    remove(&tenant, &urn, "x").await.expect(204);
}

/// Okta sends back what it read, with the one thing that changed.
#[tokio::test]
async fn what_is_shown_can_be_sent_back_also_when_an_attribute_became_another_type() {
    let tenant = acme().await;
    declare(&tenant, ACME, "endDate", json!({"type": "string"})).await.expect(201);
    let nearly = json!({"userName": "ada@example.com", ACME: {"endDate": "2020-01-01 00:00:00Z"}});
    let path = format!("/Users/{}", tenant.create(&nearly).await);
    remove(&tenant, ACME, "endDate").await.expect(204);
    declare(&tenant, ACME, "endDate", json!({"type": "dateTime"})).await.expect(201);
    let mut user = tenant.get(&path).await.expect(200);
    assert_eq!(user.get(ACME), None, "no date and time");
    user["active"] = json!(false);
    assert_eq!(tenant.put(&path, &user).await.expect(200)["active"], false);
}
