//! Requests of Entra ID, and of clients that copy Entra ID. The requests go beyond RFC 7644 or against it.

use super::{check, check_error, check_group, check_unchanged};
use crate::ScimType;
use crate::urn::ENTERPRISE_USER;
use serde_json::{Value, json};

#[test]
fn entra_disables_with_a_capital_op_and_a_word() {
    for value in [json!("False"), json!("false"), json!(false)] {
        check(
            json!({"active": true}),
            json!([{"op": "Replace", "path": "active", "value": value}]),
            json!({"active": false}),
        );
        check(
            json!({"active": true}),
            json!([{"op": "Replace", "value": {"active": value}}]),
            json!({"active": false}),
        );
    }
    let no = json!([{"op": "Replace", "path": "active", "value": "no"}]);
    check_error(
        json!({}),
        no,
        ScimType::InvalidValue,
        "active must be true or false, found \"no\"",
    );
}

#[test]
fn entra_adds_a_single_value() {
    let add = json!([{"op": "Add", "path": "nickName", "value": "Babs"}]);
    check(json!({}), add.clone(), json!({"nickName": "Babs"}));
    check(json!({"nickName": "Barbara"}), add, json!({"nickName": "Babs"}));
}

#[test]
fn entra_sends_one_operation_for_each_attribute() {
    check(
        json!({"displayName": "Old", "emails": [{"type": "work", "value": "old@example.com"}]}),
        json!([
            {"op": "Replace", "path": "displayName", "value": "New"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com"},
            {"op": "Replace", "path": "name.givenName", "value": "Ada"},
            {"op": "Add", "path": "externalId", "value": "0a21f0f2"},
            {"op": "Add", "path": format!("{ENTERPRISE_USER}:employeeNumber"), "value": "7"}
        ]),
        json!({
            "displayName": "New",
            "emails": [{"type": "work", "value": "new@example.com"}],
            "name": {"givenName": "Ada"},
            "externalId": "0a21f0f2",
            ENTERPRISE_USER: {"employeeNumber": "7"}
        }),
    );
}

#[test]
fn entra_with_its_flag_sends_dotted_names_and_whole_urns_as_keys() {
    for op in ["add", "replace"] {
        check(
            json!({"name": {"honorificPrefix": "Ms."}, "emails": [{"type": "home", "value": "h@x"}]}),
            json!([{"op": op, "value": {
                "displayName": "Bjfe",
                "name.givenName": "Kkom",
                "name.familyName": "Unua",
                "emails[type eq \"work\"].value": "w@x",
                format!("{ENTERPRISE_USER}:employeeNumber"): "Aklq",
                format!("{ENTERPRISE_USER}:manager.value"): "boss"
            }}]),
            json!({
                "displayName": "Bjfe",
                "name": {"honorificPrefix": "Ms.", "givenName": "Kkom", "familyName": "Unua"},
                "emails": [{"type": "home", "value": "h@x"}, {"type": "work", "value": "w@x"}],
                ENTERPRISE_USER: {"employeeNumber": "Aklq", "manager": {"value": "boss"}}
            }),
        );
    }
}

#[test]
fn entra_removes_only_the_members_it_names() {
    let members = || json!({"members": [{"value": "u1091"}, {"value": "U1091"}, {"value": "u2"}]});
    for value in [
        json!([{"value": "u1091"}]),
        json!([{"$ref": null, "value": "u1091"}]),
        json!({"value": "u1091"}),
        json!("u1091"),
        json!(["u1091"]),
    ] {
        check_group(
            members(),
            json!([{"op": "Remove", "path": "members", "value": value}]),
            json!({"members": [{"value": "U1091"}, {"value": "u2"}]}),
        );
    }
    for nobody in [json!([]), json!(""), json!([{"value": "u3"}]), json!([{}]), json!([null])] {
        check_group(
            members(),
            json!([{"op": "Remove", "path": "members", "value": nobody}]),
            members(),
        );
    }
    let all = json!([{"op": "Remove", "path": "members", "value": null}]);
    check_group(members(), all, json!({}));
}

#[test]
fn remove_with_a_value_works_for_every_list() {
    let emails = json!({"emails": [
        {"value": "Ada@Example.com", "type": "work"},
        {"value": "ada@example.com", "type": "home"},
        {"value": "b@example.com", "type": "home"}
    ]});
    let remove = |value: Value| json!([{"op": "remove", "path": "emails", "value": value}]);
    check(
        emails.clone(),
        remove(json!("ADA@example.com")),
        json!({"emails": [{"value": "b@example.com", "type": "home"}]}),
    );
    check(
        emails.clone(),
        remove(json!({"value": "ada@example.com", "type": "HOME"})),
        json!({"emails": [
            {"value": "Ada@Example.com", "type": "work"}, {"value": "b@example.com", "type": "home"}
        ]}),
    );
    check(
        emails.clone(),
        remove(json!([{"type": "Home"}])),
        json!({"emails": [{"value": "Ada@Example.com", "type": "work"}]}),
    );
    check(emails.clone(), remove(json!([{"type": "home"}, "ada@example.com"])), json!({}));
    check(
        json!({"addresses": [{"type": "work", "locality": "London"}, {"type": "work", "locality": "Paris"}]}),
        json!([{"op": "remove", "path": "addresses", "value": {"type": "work", "locality": "paris"}}]),
        json!({"addresses": [{"type": "work", "locality": "London"}]}),
    );
}

#[test]
fn entra_adds_members_with_a_null_reference() {
    check_group(
        json!({"members": [{"value": "a"}]}),
        json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "b"}]}]),
        json!({"members": [{"value": "a"}, {"value": "b"}]}),
    );
}

#[test]
fn adding_a_present_member_changes_nothing() {
    let member = json!({"members": [
        {"value": "a", "display": "A", "type": "User", "$ref": "https://x/Users/a"}
    ]});
    for value in [
        json!([{"value": "a"}]),
        json!([{"value": "a"}, {"value": "a"}]),
        json!({"value": "a", "type": "user"}),
        json!([{"value": "a", "$ref": "../Users/a"}]),
        json!([]),
        json!(null),
    ] {
        let add = json!([{"op": "add", "path": "members", "value": value}]);
        check_group(member.clone(), add, member.clone());
    }
}

#[test]
fn entra_writes_to_an_element_that_is_not_there_and_finds_it_made() {
    for op in ["Add", "Replace"] {
        let cases = [
            ("emails[type eq \"work\"].value", "emails", json!({"type": "work", "value": "x"})),
            (
                "phoneNumbers[type eq \"mobile\"].value",
                "phoneNumbers",
                json!({"type": "mobile", "value": "x"}),
            ),
            (
                "addresses[type eq \"work\"].locality",
                "addresses",
                json!({"type": "work", "locality": "x"}),
            ),
            ("roles[primary eq \"True\"].value", "roles", json!({"primary": true, "value": "x"})),
            ("roles[primary eq true].value", "roles", json!({"primary": true, "value": "x"})),
            (
                "emails[type eq \"work\" and primary eq \"false\"].value",
                "emails",
                json!({"type": "work", "primary": false, "value": "x"}),
            ),
        ];
        for (path, list, element) in cases {
            let operations = json!([{"op": op, "path": path, "value": "x"}]);
            check(json!({}), operations.clone(), json!({ list: [element] }));
            let mut other = json!({"type": "other", "primary": false});
            other[if list == "addresses" { "locality" } else { "value" }] = json!("y");
            check(json!({ list: [other] }), operations, json!({ list: [other, element] }));
        }
        check(
            json!({}),
            json!([{"op": op, "path": "emails[type eq \"work\"]", "value": {"value": "x"}}]),
            json!({"emails": [{"type": "work", "value": "x"}]}),
        );
    }
}

#[test]
fn a_filter_that_describes_no_element_makes_none() {
    for path in [
        "emails[type ne \"work\"].value",
        "emails[type eq \"work\" or type eq \"home\"].value",
        "emails[not (type eq \"work\")].value",
        "emails[value co \"example\"]",
    ] {
        for op in ["add", "replace"] {
            let value = if path.ends_with("value") { json!("x") } else { json!({"value": "x"}) };
            check_error(
                json!({}),
                json!([{"op": op, "path": path, "value": value}]),
                ScimType::NoTarget,
                "Operation 1: the filter matches none of the emails",
            );
        }
    }
}

#[test]
fn a_value_that_contradicts_the_filter_makes_no_element() {
    for (path, value) in [
        ("emails[type eq \"work\"].type", json!("home")),
        ("emails[type eq \"work\"]", json!({"type": "home", "value": "x"})),
        ("emails[value eq \"old\"].value", json!("new")),
    ] {
        for op in ["add", "replace"] {
            check_error(
                json!({}),
                json!([{"op": op, "path": path, "value": value}]),
                ScimType::NoTarget,
                "value contradicts the filter",
            );
        }
    }
    check(
        json!({}),
        json!([{"op": "replace", "path": "addresses[type eq \"work\"].type", "value": "Work"}]),
        json!({"addresses": [{"type": "Work"}]}),
    );
}

#[test]
fn entra_finds_the_primary_by_a_word() {
    check(
        json!({"emails": [{"value": "a", "primary": true}, {"value": "b"}]}),
        json!([{"op": "Replace", "path": "emails[primary eq \"True\"].value", "value": "c"}]),
        json!({"emails": [{"value": "c", "primary": true}, {"value": "b"}]}),
    );
}

#[test]
fn an_empty_text_or_null_clears() {
    for value in [json!(""), json!(null)] {
        for op in ["Add", "Replace"] {
            let path = json!([{"op": op, "path": "title", "value": value}]);
            check(json!({"title": "x"}), path.clone(), json!({}));
            check_unchanged(json!({}), path);
            let keyed =
                json!([{"op": op, "value": {"title": value, "name": {"givenName": value}}}]);
            check(
                json!({"title": "x", "name": {"givenName": "Ada", "familyName": "L"}}),
                keyed,
                json!({"name": {"familyName": "L"}}),
            );
        }
        let clear = json!([{"op": "Replace", "path": "emails", "value": value}]);
        check(json!({"emails": [{"value": "x"}]}), clear, json!({}));
        let part =
            json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": value}]);
        check(
            json!({"emails": [{"value": "x", "type": "work"}, {"value": "y"}]}),
            part.clone(),
            json!({"emails": [{"value": "y"}]}),
        );
        check_unchanged(json!({}), part);
        let whole = json!([{"op": "Replace", "path": "emails[type eq \"work\"]", "value": value}]);
        check(
            json!({"emails": [{"value": "x", "type": "work"}, {"value": "y"}]}),
            whole.clone(),
            json!({"emails": [{"value": "y"}]}),
        );
        check_unchanged(json!({}), whole);
    }
}

#[test]
fn an_empty_text_takes_the_mark_of_the_primary_away() {
    for value in [json!(""), json!(null), json!([])] {
        for path in ["emails[type eq \"work\"].primary", "emails.primary"] {
            check(
                json!({"emails": [{"value": "w", "type": "work", "primary": true}]}),
                json!([{"op": "Replace", "path": path, "value": value}]),
                json!({"emails": [{"value": "w", "type": "work"}]}),
            );
        }
    }
}

#[test]
fn the_entra_validator_writes_every_part_of_an_element() {
    check(
        json!({"emails": [{"value": "w", "type": "work", "primary": true}]}),
        json!([
            {"op": "Add", "path": "emails[type eq \"home\"].value", "value": "h"},
            {"op": "Add", "path": "emails[type eq \"home\"].display", "value": "Home"},
            {"op": "Add", "path": "emails[type eq \"home\"].primary", "value": "True"},
            {"op": "Replace", "path": "userName", "value": "new"}
        ]),
        json!({"userName": "new", "emails": [
            {"value": "w", "type": "work", "primary": false},
            {"type": "home", "value": "h", "display": "Home", "primary": true}
        ]}),
    );
}

#[test]
fn schemas_are_computed_and_so_accepted_without_effect() {
    check_unchanged(
        json!({}),
        json!([{"op": "add", "path": "schemas", "value": [ENTERPRISE_USER]}]),
    );
    check_unchanged(json!({}), json!([{"op": "remove", "path": "Schemas"}]));
    check_unchanged(json!({}), json!([{"op": "replace", "value": {"schemas": []}}]));
}

#[test]
fn old_jobs_write_a_dot_after_the_urn() {
    check(
        json!({}),
        json!([
            {"op": "Add", "path": format!("{ENTERPRISE_USER}.department"), "value": "Engines"},
            {"op": "Add", "path": format!("{ENTERPRISE_USER}.manager"), "value": "grace"},
            {"op": "Add", "value": {format!("{ENTERPRISE_USER}.costCenter"): "7"}}
        ]),
        json!({ENTERPRISE_USER: {
            "costCenter": "7", "department": "Engines", "manager": {"value": "grace"}
        }}),
    );
}
