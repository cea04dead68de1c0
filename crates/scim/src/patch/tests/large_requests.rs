//! Requests with many operations and large resources.

use super::{check, check_group};
use serde_json::{Value, json};

#[test]
fn two_thousand_operations_on_a_hundred_values_are_fast() {
    let roles: Vec<Value> =
        (0..100).map(|n| json!({"value": format!("r{n}"), "type": "é"})).collect();
    let operations: Vec<Value> = (0..2_000)
        .map(|n| match n % 4 {
            0 => json!({"op": "add", "path": "roles", "value": [{"value": format!("R{}", n % 100)}]}),
            1 => json!({"op": "replace", "path": format!("roles[value eq \"r{}\"].display", n % 100), "value": "d"}),
            2 => json!({"op": "remove", "path": "roles", "value": [{"value": "none"}]}),
            _ => json!({"op": "replace", "path": "roles.display", "value": "d"}),
        })
        .collect();
    let expected: Vec<Value> =
        (0..100).map(|n| json!({"value": format!("r{n}"), "type": "é", "display": "d"})).collect();
    check(json!({ "roles": roles }), json!(operations), json!({ "roles": expected }));
}

#[test]
fn a_thousand_members_leave_a_large_group_in_one_request() {
    let members = |from: u32| -> Vec<Value> {
        (from..2_000).map(|n| json!({"value": format!("u{n}")})).collect()
    };
    let operations: Vec<Value> = (0..1_000)
        .map(|n| json!({"op": "remove", "path": format!("members[value eq \"u{n}\"]")}))
        .collect();
    check_group(
        json!({"members": members(0)}),
        json!(operations),
        json!({"members": members(1_000)}),
    );
}
