//! Values of the attributes that a tenant declares: stored, filtered, sorted, patched and refused.

use super::custom_attributes::{declare, remove};
use crate::support::acme;
use crate::support::urns::ACME;
use serde_json::{Value, json};

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
    // The test writes these bodies as text, because serde_json writes such numbers without an exponent.
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

/// Okta reads a user, changes one attribute, and sends the whole user back.
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
