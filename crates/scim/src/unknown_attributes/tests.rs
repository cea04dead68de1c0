//! Tests of the names of unknown attributes.

use super::*;
use crate::Limits;
use crate::schema::ResourceTypes;
use crate::urn;
use serde_json::{Map, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[track_caller]
fn check_body(body: Value, expected: &[&str]) {
    let users = &ResourceTypes::standard().users;
    let names = in_resource(users, &Body::from(body.as_object().unwrap().clone()));
    assert_eq!(names.keys().collect::<Vec<_>>(), expected);
}

#[track_caller]
fn check_operation(operation: Value, expected: &[&str]) {
    let body = json!({"schemas": [urn::PATCH_OP], "Operations": [operation]});
    let request =
        PatchRequest::read(body.as_object().unwrap().clone().into(), &Limits::default()).unwrap();
    let names = in_patch(&ResourceTypes::standard().users, &request);
    assert_eq!(names.keys().collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_body_names_and_nobody_knows() {
    let known = json!({
        "schemas": [urn::USER], "id": "1", "USERNAME": "ada", "meta": {"foo": "x"}, "groups": [{"foo": 1}],
        "name": {"familyName": "L"}, "emails": [{"value": "a", "$ref": "b"}],
        (ENTERPRISE): {"department": "D", "manager": {"value": "m"}}, "password": "p",
    });
    check_body(known, &["emails.$ref"]);
    let unknown = json!({
        "department": "D", "name": {"nick": "A"}, "": 1, "emails": [{"verified": true}, {"verified": 1}],
        (ENTERPRISE): {"floor": 3, "manager": {"phone": "1"}},
        "urn:x:y": {"badge": 7, "color": "red"}, "urn:x:z": "text",
    });
    let manager = format!("{ENTERPRISE}:manager.phone");
    let floor = format!("{ENTERPRISE}:floor");
    let expected = [
        "emails.verified",
        "name.nick",
        &floor,
        &manager,
        "urn:x:y:badge",
        "urn:x:y:color",
        "urn:x:z",
    ];
    check_body(unknown, &expected);
    check_body(json!({"emails[type eq \"work\"": "a", "[": 1}), &["[]", "emails[]"]);
    check_body(json!({"emails[type eq \"work\"].value": "a"}), &[]);
}

#[test]
fn what_a_patch_names_and_nobody_knows() {
    check_operation(json!({"op": "add", "path": "title", "value": "x"}), &[]);
    check_operation(json!({"op": "add", "path": "department", "value": "x"}), &[]);
    check_operation(json!({"op": "add", "path": "nonsense", "value": "x"}), &["nonsense"]);
    check_operation(json!({"op": "remove", "path": "name.nick"}), &["name.nick"]);
    let value = json!({"nonsense": 1, "name.nick": 2, "name": {"nack": 3}, "title": "x"});
    let expected = ["name.nack", "name.nick", "nonsense"];
    check_operation(json!({"op": "replace", "value": value}), &expected);
    let floor = format!("{ENTERPRISE}:floor");
    check_operation(json!({"op": "add", "path": floor, "value": 3}), &[&floor]);
    check_operation(json!({"op": "add", "path": ENTERPRISE, "value": {"floor": 3}}), &[&floor]);
    check_operation(json!({"op": "add", "value": {(ENTERPRISE): {"floor": 3}}}), &[&floor]);
    check_operation(json!({"op": "add", "path": "urn:x:y:badge", "value": 7}), &["urn:x:y:badge"]);
    let part = "emails[type eq \"work\"].verified";
    check_operation(json!({"op": "add", "path": part, "value": 1}), &["emails.verified"]);
    let filtered = "emails[verified eq \"ada@example.com\"].value";
    check_operation(json!({"op": "add", "path": filtered, "value": "x"}), &["emails.verified"]);
    check_operation(json!({"op": "add", "path": "no[ada eq 1]", "value": "x"}), &["no"]);
    // The request fails, so no name is reported.
    check_operation(json!({"op": "add", "path": "emails[", "value": "x"}), &[]);
}

#[test]
fn each_name_has_the_type_of_its_value() {
    use crate::json_shape::JsonType;
    let body = json!({
        "badge": 7, "desks": ["a"], "name": {"nick": "A"}, (ENTERPRISE): {"floor": 1.5, "keys": {}},
        "emails": [{"seen": null}, {"seen": true}, {"seen": null}],
    });
    let users = &ResourceTypes::standard().users;
    let names = in_resource(users, &Body::from(body.as_object().unwrap().clone()));
    let found: Vec<_> = names.values().map(|shape| (shape.kind, shape.multi_valued)).collect();
    let expected = [
        (JsonType::Integer, false),
        (JsonType::String, true),
        (JsonType::Boolean, false),
        (JsonType::String, false),
        (JsonType::Decimal, false),
        (JsonType::Object, false),
    ];
    assert_eq!(found, expected, "{names:?}");
}

#[test]
fn names_are_few_and_short() {
    let many: Map<String, Value> = (0..100).map(|n| (format!("x{n:03}"), json!(1))).collect();
    let names = in_resource(&ResourceTypes::standard().users, &Body::from(many));
    assert_eq!(names.len(), MOST_NAMES);
    let long = json!({ "y".repeat(5_000): 1 });
    let names =
        in_resource(&ResourceTypes::standard().users, &long.as_object().unwrap().clone().into());
    assert_eq!(names.keys().next().unwrap().len(), MOST_CHARS);
}

#[test]
fn what_is_declared_later_is_known() {
    let users = &ResourceTypes::standard().users;
    assert!(is_known(users, "emails.value"));
    assert!(!is_known(users, "urn:x:y:badge"));
}
