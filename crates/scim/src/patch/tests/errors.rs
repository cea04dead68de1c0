//! Failed requests: the keyword of RFC 7644 §3.12, and a detail that names the operation and the place.

use super::{check, check_error, check_group, check_group_error, check_unchanged};
use crate::ScimType;
use crate::urn::ENTERPRISE_USER;
use serde_json::{Value, json};

fn replace(path: &str, value: Value) -> Value {
    json!([{"op": "replace", "path": path, "value": value}])
}

#[test]
fn a_path_that_cannot_be_parsed_is_refused() {
    for path in
        ["name..givenName", "na me", "emails[type eq \"work\"]x", ".", "a.b.c", "[type eq \"x\"]"]
    {
        check_error(json!({}), replace(path, json!("x")), ScimType::InvalidPath, "Operation 1: ");
    }
    check_error(
        json!({}),
        replace("na me", json!("x")),
        ScimType::InvalidPath,
        "\"na me\" is not a path; expected an attribute such as name.familyName",
    );
}

#[test]
fn an_error_between_the_brackets_of_a_path_is_one_of_the_path() {
    for (path, detail) in [
        ("emails[primary gt true]", "Operation 1: Path: \"primary\" has the type boolean"),
        ("emails[type eq true].value", "Operation 1: Path: \"type\" must be compared with text"),
    ] {
        check_error(json!({}), replace(path, json!("x")), ScimType::InvalidFilter, detail);
    }
}

#[test]
fn a_filter_on_what_is_no_list_of_objects_is_refused() {
    for path in [
        "name[givenName eq \"x\"]",
        "userName[value eq \"x\"]",
        "emails.value[value eq \"x\"]",
        &format!("{ENTERPRISE_USER}[department eq \"x\"]"),
        "manager[value eq \"x\"].value",
    ] {
        check_error(
            json!({}),
            replace(path, json!("x")),
            ScimType::InvalidPath,
            "has a filter on an attribute that is not a list",
        );
    }
}

/// The service skips such an operation, like an operation on an unknown path. A failure would stop the rest of the
/// request.
#[test]
fn a_filter_on_a_single_value_is_skipped_beside_other_operations() {
    for path in
        ["name[givenName eq \"x\"].familyName", "userName[value eq \"x\"]", "manager[value eq x]"]
    {
        for op in ["add", "replace", "remove"] {
            let operations = json!([
                {"op": op, "path": path, "value": "x"},
                {"op": "replace", "path": "active", "value": false}
            ]);
            check(json!({"active": true}), operations, json!({"active": false}));
        }
    }
    for (path, other) in [
        ("emails.value[value eq \"x\"]", "title"),
        ("active[value eq \"True\"].value", "title"),
        ("nickName[value eq \"x\"]", "title[value eq \"x\"]"),
    ] {
        let operations = json!([
            {"op": "replace", "path": path, "value": "x"}, {"op": "replace", "path": other, "value": "x"}
        ]);
        check_error(
            json!({}),
            operations,
            ScimType::InvalidPath,
            "has a filter on an attribute that is not a list",
        );
    }
}

#[test]
fn white_space_around_a_path_is_no_part_of_it() {
    check(json!({}), replace(" title\t", json!("x")), json!({"title": "x"}));
    check(
        json!({}),
        replace(" emails[type eq \"work\"].value ", json!("w")),
        json!({"emails": [{"type": "work", "value": "w"}]}),
    );
    check(json!({}), replace(" ", json!({"title": "x"})), json!({"title": "x"}));
}

#[test]
fn an_object_without_a_path_may_stand_in_a_list_or_in_text() {
    let object = json!({"title": "x", ENTERPRISE_USER: [{"department": "R"}]});
    let expected = json!({"title": "x", ENTERPRISE_USER: {"department": "R"}});
    for value in [json!([object]), json!(object.to_string()), json!(json!([object]).to_string())] {
        for op in ["add", "replace"] {
            check(json!({}), json!([{"op": op, "value": value}]), expected.clone());
        }
    }
    let many: serde_json::Map<String, Value> =
        (0..2_001).map(|n| (format!("x{n}"), json!(1))).collect();
    let many = json!([{"op": "add", "value": Value::Object(many).to_string()}]);
    check_error(json!({}), many, ScimType::InvalidSyntax, "Operations has 2001 operations");
}

#[test]
fn a_wrong_filter_in_a_path_is_refused() {
    for path in ["emails[type is \"work\"]", "emails[]", "emails[type eq].value"] {
        check_error(
            json!({}),
            replace(path, json!({"value": "x"})),
            ScimType::InvalidFilter,
            "Operation 1: ",
        );
    }
}

#[test]
fn a_path_to_what_is_read_only_is_refused() {
    for path in ["id", "meta", "meta.created", "groups", "groups.value", "groups[value eq \"x\"]"] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{"op": op, "path": path, "value": "x"}]);
            check_error(
                json!({}),
                operations,
                ScimType::Mutability,
                "is readOnly: only this service sets it",
            );
        }
    }
}

#[test]
fn what_is_required_cannot_be_removed_or_emptied() {
    let remove = json!([{"op": "remove", "path": "userName"}]);
    check_error(
        json!({}),
        remove,
        ScimType::Mutability,
        "Operation 1: userName is required and cannot be removed",
    );
    for value in [json!(""), json!(null), json!([]), json!("  ")] {
        let values = [
            replace("userName", value.clone()),
            json!([{"op": "add", "value": {"userName": value}}]),
        ];
        for operations in values {
            check_error(json!({}), operations, ScimType::InvalidValue, "userName ");
        }
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_place() {
    let cases = [
        ("title", json!(1.5), "title must be text, found a number"),
        ("name", json!("Ada"), "name must be an object, found text"),
        ("name.givenName", json!({}), "name.givenName must be text, found an object"),
        ("ims", json!("ada@x"), "ims must be a list, found text"),
        (
            "ims",
            json!([{"value": "a"}, "b"]),
            "ims[2] must be an object such as {\"value\": …}, found text",
        ),
        ("emails", json!([{"value": true}]), "emails[1].value must be text, found a boolean"),
        ("emails", json!({"value": true}), "emails.value must be text, found a boolean"),
        ("addresses", json!([[]]), "addresses[1] must be an object, found a list"),
        (
            "ims[type eq \"work\"]",
            json!("x"),
            "ims must be an object such as {\"value\": …}, found text",
        ),
        (
            "emails[type eq \"work\"].value",
            json!(["x", "y"]),
            "emails.value must be text, found a list",
        ),
        ("emails.primary", json!("maybe"), "emails.primary must be true or false, found \"maybe\""),
        ("active", json!(1), "active must be true or false, found 1"),
        ("active", json!("x".repeat(1_000)), "x\"…"),
        ("active", json!(""), "active must be true or false, found empty text"),
        ("active", json!(null), "active must be true or false, found null"),
        (ENTERPRISE_USER, json!("x"), ":User must be an object, found text"),
        (
            "manager",
            json!(7),
            ":User:manager must be text or an object such as {\"value\": …}, found a number",
        ),
        ("department", json!(true), ":User:department must be text, found a boolean"),
        ("externalId", json!("x".repeat(513)), "externalId has 513 characters; at most 512"),
    ];
    for (path, value, detail) in cases {
        for op in ["add", "replace"] {
            let first = json!({"op": "remove", "path": "title"});
            let by_path = json!([first, {"op": op, "path": path, "value": value}]);
            check_error(json!({}), by_path, ScimType::InvalidValue, detail);
            let by_key = json!([first, {"op": op, "value": { path: value }}]);
            check_error(json!({}), by_key, ScimType::InvalidValue, "Operation 2: ");
        }
    }
    let remove = json!([{"op": "remove", "path": "emails", "value": [7]}]);
    check_error(
        json!({}),
        remove,
        ScimType::InvalidValue,
        "emails[1] must be text or an object such as {\"value\": …}, found a number",
    );
    let remove = json!([{"op": "remove", "path": "addresses", "value": "work"}]);
    check_error(
        json!({}),
        remove,
        ScimType::InvalidValue,
        "addresses must be an object, found text",
    );
}

#[test]
fn add_and_replace_need_a_value_and_remove_a_path() {
    for op in ["add", "replace"] {
        for operation in [json!({"op": op, "path": "title"}), json!({"op": op})] {
            check_error(json!({}), json!([operation]), ScimType::InvalidValue, "value is missing");
        }
        for value in [json!(null), json!(""), json!([]), json!(true), json!([{}, {}]), json!("{")] {
            let operations = json!([{"op": op, "value": value}]);
            check_error(
                json!({}),
                operations,
                ScimType::InvalidValue,
                "value must be an object of attributes",
            );
        }
    }
    for operation in [json!({"op": "remove"}), json!({"op": "remove", "value": {"title": "x"}})] {
        check_error(
            json!({}),
            json!([operation]),
            ScimType::NoTarget,
            "Operation 1: path is missing",
        );
    }
}

#[test]
fn one_operation_cannot_bring_two_primary_values() {
    let two = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    let lists = json!({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}]});
    for operations in [
        json!([{"op": "add", "path": "emails", "value": two}]),
        json!([{"op": "replace", "path": "emails", "value": two}]),
        json!([{"op": "replace", "value": {"emails": two}}]),
        json!([{"op": "replace", "path": "emails.primary", "value": true}]),
        json!([{"op": "replace", "path": "emails[value pr].primary", "value": "True"}]),
    ] {
        check_error(lists.clone(), operations, ScimType::InvalidValue, "primary");
    }
}

#[test]
fn more_values_than_accepted_are_refused() {
    let emails = |range: std::ops::Range<u32>| -> Vec<Value> {
        range.map(|n| json!({"value": format!("{n}@x")})).collect()
    };
    let full = json!({"emails": emails(0..100)});
    check_unchanged(
        full.clone(),
        json!([{"op": "add", "path": "emails", "value": emails(0..100)}]),
    );
    check_error(
        full.clone(),
        json!([{"op": "add", "path": "emails", "value": emails(100..101)}]),
        ScimType::InvalidValue,
        "emails has 101 values; at most 100 are accepted",
    );
    check_error(
        full,
        json!([{"op": "replace", "path": "emails", "value": emails(0..101)}]),
        ScimType::InvalidValue,
        "emails has 101 values; at most 100 are accepted",
    );
}

#[test]
fn a_resource_that_gets_too_large_is_refused() {
    let list: Vec<Value> =
        (0..100).map(|n| json!({"value": format!("{n}{}", "x".repeat(4_000))})).collect();
    let operations = json!([{"op": "add", "path": "roles", "value": list}]);
    check_error(json!({}), operations, ScimType::InvalidValue, "at most 131072 are stored");
}

#[test]
fn an_immutable_value_is_set_once() {
    for op in ["add", "replace"] {
        let write = |value: &str| json!([{"op": op, "path": "origin", "value": value}]);
        check_group(json!({}), write("x"), json!({"origin": "x"}));
        check_group(json!({"origin": "x"}), write("x"), json!({"origin": "x"}));
        for value in ["y", ""] {
            check_group_error(
                json!({"origin": "x"}),
                write(value),
                ScimType::Mutability,
                "Operation 1: origin is immutable; its value cannot be changed",
            );
        }
    }
    let remove = json!([{"op": "remove", "path": "origin"}]);
    check_group(json!({}), remove.clone(), json!({}));
    check_group_error(json!({"origin": "x"}), remove, ScimType::Mutability, "origin is immutable");
}

#[test]
fn an_immutable_list_is_set_once() {
    let marks = || json!({"marks": [{"value": "x"}]});
    check_group(
        marks(),
        json!([{"op": "add", "path": "marks", "value": [{"value": "x"}]}]),
        marks(),
    );
    for operation in [
        json!({"op": "add", "path": "marks", "value": [{"value": "y"}]}),
        json!({"op": "replace", "path": "marks", "value": []}),
        json!({"op": "replace", "path": "marks[value eq \"x\"].value", "value": "y"}),
        json!({"op": "remove", "path": "marks"}),
        json!({"op": "remove", "path": "marks[value eq \"x\"]"}),
        json!({"op": "remove", "path": "marks.value"}),
        json!({"op": "remove", "path": "marks", "value": [{"value": "x"}]}),
    ] {
        check_group_error(marks(), json!([operation]), ScimType::Mutability, "marks");
    }
}

#[test]
fn the_immutable_parts_of_an_element_stay() {
    let members = |display: &str| json!({"members": [{"value": "a", "display": display}]});
    let path = "members[value eq \"a\"]";
    for operation in [
        json!({"op": "replace", "path": format!("{path}.value"), "value": "b"}),
        json!({"op": "replace", "path": path, "value": {"value": "b"}}),
        json!({"op": "add", "path": path, "value": {"value": "b"}}),
        json!({"op": "replace", "path": "members.value", "value": "b"}),
        json!({"op": "remove", "path": format!("{path}.value")}),
    ] {
        check_group_error(
            members("A"),
            json!([operation]),
            ScimType::Mutability,
            "members.value is immutable",
        );
    }
    for operation in [
        json!({"op": "replace", "path": format!("{path}.display"), "value": "B"}),
        json!({"op": "replace", "path": path, "value": {"display": "B"}}),
        json!({"op": "replace", "path": "members[display eq \"A\"]", "value": {"display": "B"}}),
        json!({"op": "add", "path": path, "value": {"value": "a", "display": "B"}}),
    ] {
        check_group(members("A"), json!([operation]), members("B"));
    }
    check_group(
        members("A"),
        json!([{"op": "add", "path": format!("{path}.type"), "value": "User"}]),
        json!({"members": [{"value": "a", "display": "A", "type": "User"}]}),
    );
}

#[test]
fn when_one_operation_fails_none_applies() {
    let operations = json!([
        {"op": "replace", "path": "title", "value": "New"},
        {"op": "add", "path": "emails", "value": [{"value": "x"}]},
        {"op": "replace", "path": "active", "value": "maybe"}
    ]);
    check_error(
        json!({"title": "Old"}),
        operations,
        ScimType::InvalidValue,
        "Operation 3: active must be",
    );
}

#[test]
fn a_boolean_cannot_be_removed_for_it_would_have_to_mean_something() {
    for before in [json!({"active": true}), json!({"active": false}), json!({})] {
        check_error(
            before,
            json!([{"op": "remove", "path": "Active"}]),
            ScimType::Mutability,
            "Operation 1: active cannot be removed; replace active by false",
        );
    }
}
