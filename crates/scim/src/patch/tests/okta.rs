//! Requests of Okta.

use super::{check, check_group, check_unchanged};
use serde_json::{Value, json};

#[test]
fn okta_deactivates_and_reactivates_without_a_path() {
    let switch = |active: bool| json!([{"op": "replace", "value": {"active": active}}]);
    check(
        json!({"active": true, "title": "x"}),
        switch(false),
        json!({"active": false, "title": "x"}),
    );
    check(
        json!({"active": false, "title": "x"}),
        switch(true),
        json!({"active": true, "title": "x"}),
    );
}

#[test]
fn okta_synchronises_a_password_that_is_taken_and_forgotten() {
    check_unchanged(json!({}), json!([{"op": "replace", "value": {"password": "1mz050nq"}}]));
    check_unchanged(json!({}), json!([{"op": "add", "path": "password", "value": "1mz050nq"}]));
    check_unchanged(json!({}), json!([{"op": "remove", "path": "password"}]));
}

#[test]
fn okta_renames_a_group_with_the_id_in_the_value() {
    check_group(
        json!({"displayName": "Old"}),
        json!([{"op": "replace", "value": {"id": "abf4dd94", "displayName": "New"}}]),
        json!({"displayName": "New"}),
    );
}

#[test]
fn okta_removes_and_adds_members_in_one_request() {
    check_group(
        json!({"members": [{"value": "a"}, {"value": "b"}, {"value": "c"}]}),
        json!([
            {"op": "remove", "path": "members[value eq \"a\"]"},
            {"op": "remove", "path": "members[value eq \"c\"]"},
            {"op": "remove", "path": "members[value eq \"nobody\"]"},
            {"op": "add", "path": "members", "value": [{"value": "d", "display": "d@okta.local"}]}
        ]),
        json!({"members": [{"value": "b"}, {"value": "d", "display": "d@okta.local"}]}),
    );
}

#[test]
fn okta_pushes_all_members_also_none() {
    let members = json!([{"value": "a", "display": "A"}, {"value": "b", "display": "B"}]);
    let push = |value: Value| json!([{"op": "replace", "path": "members", "value": value}]);
    check_group(
        json!({"members": [{"value": "x"}]}),
        push(members.clone()),
        json!({ "members": members }),
    );
    check_group(json!({"members": [{"value": "x"}]}), push(json!([])), json!({}));
}

#[test]
fn a_description_in_oktas_own_namespace_is_ignored() {
    check_group(
        json!({}),
        json!([{"op": "replace", "value": {"urn:okta:custom:group:1.0": {"description": "x"}}}]),
        json!({}),
    );
}
