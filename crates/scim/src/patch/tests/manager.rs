//! A single complex attribute with a `value`, such as the manager. Its other sub-attributes describe that value.

use super::{check, check_unchanged};
use crate::urn::ENTERPRISE_USER;
use serde_json::{Value, json};

fn managed_by(manager: Value) -> Value {
    json!({ ENTERPRISE_USER: {"department": "R&D", "manager": manager} })
}

fn unmanaged() -> Value {
    json!({ ENTERPRISE_USER: {"department": "R&D"} })
}

#[test]
fn a_manager_comes_in_four_shapes_and_is_kept_in_one() {
    let whole = format!("{ENTERPRISE_USER}:manager");
    let part = format!("{ENTERPRISE_USER}:manager.value");
    for op in ["Add", "Replace"] {
        for (path, value) in [
            (whole.as_str(), json!("boss")),
            (&whole, json!({"value": "boss"})),
            (&whole, json!([{"value": "boss"}])),
            (&whole, json!({"value": "boss", "$ref": null})),
            (&part, json!("boss")),
            ("manager", json!("boss")),
            ("manager", json!({"Value": "boss"})),
            ("manager.value", json!("boss")),
        ] {
            let operations = json!([{"op": op, "path": path, "value": value}]);
            check(unmanaged(), operations.clone(), managed_by(json!({"value": "boss"})));
            check(
                managed_by(json!({"value": "old"})),
                operations.clone(),
                managed_by(json!({"value": "boss"})),
            );
            check(
                json!({}),
                operations,
                json!({ ENTERPRISE_USER: {"manager": {"value": "boss"}} }),
            );
            let keyed = json!([{"op": op, "value": { path: value }}]);
            check(unmanaged(), keyed, managed_by(json!({"value": "boss"})));
        }
    }
}

#[test]
fn a_manager_with_a_reference_in_a_list_keeps_the_reference() {
    let manager = json!({"$ref": "../Users/26118915", "value": "26118915"});
    check(
        unmanaged(),
        json!([{"op": "Add", "path": format!("{ENTERPRISE_USER}:manager"), "value": [manager]}]),
        managed_by(manager),
    );
}

#[test]
fn a_manager_is_cleared_in_every_way_that_is_sent() {
    let whole = format!("{ENTERPRISE_USER}:manager");
    let part = format!("{ENTERPRISE_USER}:manager.value");
    for operation in [
        json!({"op": "Remove", "path": whole}),
        json!({"op": "Remove", "path": "manager"}),
        json!({"op": "Remove", "path": part}),
        json!({"op": "Replace", "path": whole, "value": ""}),
        json!({"op": "Replace", "path": whole, "value": null}),
        json!({"op": "Replace", "path": whole, "value": []}),
        json!({"op": "Replace", "path": whole, "value": [null]}),
        json!({"op": "Replace", "path": whole, "value": {"value": ""}}),
        json!({"op": "Replace", "path": whole, "value": {"value": null}}),
        json!({"op": "Replace", "path": whole, "value": [{"value": ""}]}),
        json!({"op": "Replace", "path": part, "value": ""}),
        json!({"op": "Replace", "path": part, "value": null}),
        json!({"op": "Add", "path": whole, "value": null}),
        json!({"op": "Replace", "value": { &whole: null }}),
        json!({"op": "Replace", "value": { ENTERPRISE_USER: {"manager": null} }}),
        json!({"op": "Replace", "value": { ENTERPRISE_USER: {"manager.value": ""} }}),
    ] {
        check(managed_by(json!({"value": "old"})), json!([operation]), unmanaged());
        let described = json!({"value": "old", "displayName": "Grace", "$ref": "../Users/old"});
        check(managed_by(described), json!([operation]), unmanaged());
        check_unchanged(unmanaged(), json!([operation]));
        check_unchanged(json!({}), json!([operation]));
    }
}

fn described() -> Value {
    json!({"value": "old", "displayName": "Grace", "$ref": "../Users/old"})
}

#[test]
fn a_cleared_value_takes_everything_with_it_but_what_the_operation_names() {
    let whole = format!("{ENTERPRISE_USER}:manager");
    for nothing in [json!(""), json!(null)] {
        let value = json!({"value": nothing, "displayName": "Vacant"});
        let expected = managed_by(json!({"displayName": "Vacant"}));
        for operation in [
            json!({"op": "Replace", "path": whole, "value": value}),
            json!({"op": "Add", "path": whole, "value": [value]}),
            json!({"op": "Replace", "value": { ENTERPRISE_USER: {"manager": value} }}),
            json!({"op": "Replace", "value": {"manager.displayName": "Vacant", "manager.value": nothing}}),
        ] {
            check(managed_by(described()), json!([operation]), expected.clone());
        }
        let all = json!({"value": nothing, "displayName": "", "$ref": null});
        let operation = json!({"op": "Replace", "path": whole, "value": all});
        check(managed_by(described()), json!([operation]), unmanaged());
    }
    check(
        managed_by(json!({"displayName": "Grace"})),
        json!([{"op": "Remove", "path": "manager.value"}]),
        unmanaged(),
    );
}

#[test]
fn another_value_is_not_described_by_what_described_the_old_one() {
    let whole = format!("{ENTERPRISE_USER}:manager");
    let part = format!("{ENTERPRISE_USER}:manager.value");
    for op in ["Add", "Replace"] {
        for operation in [
            json!({"op": op, "path": whole, "value": "new"}),
            json!({"op": op, "path": whole, "value": {"value": "new"}}),
            json!({"op": op, "path": whole, "value": [{"value": "new", "$ref": null}]}),
            json!({"op": op, "path": part, "value": "new"}),
            json!({"op": op, "value": { &part: "new" }}),
            json!({"op": op, "value": {"manager": "new"}}),
            json!({"op": op, "value": { ENTERPRISE_USER: {"manager": {"value": "new"}} }}),
        ] {
            let expected = managed_by(json!({"value": "new"}));
            check(managed_by(described()), json!([operation]), expected);
        }
        for operation in [
            json!({"op": op, "path": whole, "value": {"displayName": "Ada", "value": "new"}}),
            json!({"op": op, "value": {"manager.displayName": "Ada", "manager.value": "new"}}),
            json!({"op": op, "value": {"manager.value": "new", "manager.displayName": "Ada"}}),
        ] {
            let expected = managed_by(json!({"value": "new", "displayName": "Ada"}));
            check(managed_by(described()), json!([operation]), expected);
        }
    }
}

#[test]
fn the_same_value_again_leaves_what_describes_it() {
    for operation in [
        json!({"op": "Add", "path": "manager", "value": "old"}),
        json!({"op": "Replace", "path": "manager", "value": {"value": "old"}}),
        json!({"op": "Replace", "path": "manager.value", "value": "old"}),
        json!({"op": "Replace", "path": "manager", "value": {"displayName": "Grace"}}),
    ] {
        check_unchanged(managed_by(described()), json!([operation]));
    }
    let mut respelled = described();
    respelled["value"] = json!("OLD");
    check(
        managed_by(described()),
        json!([{"op": "Replace", "path": "manager.value", "value": "OLD"}]),
        managed_by(respelled),
    );
    check(
        managed_by(json!({"displayName": "Grace"})),
        json!([{"op": "Add", "path": "manager.value", "value": "boss"}]),
        managed_by(json!({"displayName": "Grace", "value": "boss"})),
    );
}

#[test]
fn attributes_without_a_value_of_their_own_keep_their_other_parts() {
    check(
        json!({"name": {"givenName": "Ada", "formatted": "Ada L"}}),
        json!([{"op": "Replace", "path": "name.givenName", "value": ""}]),
        json!({"name": {"formatted": "Ada L"}}),
    );
}
