//! Objects of attributes: without a path, or at the path of a whole schema.

use super::{check, check_error, check_unchanged};
use crate::ScimType;
use crate::urn::{ENTERPRISE_USER, USER};
use serde_json::json;

#[test]
fn the_core_schema_is_a_container_like_an_extension() {
    let expected = json!({"title": "x", "name": {"givenName": "Ada"}});
    let value = json!({"Title": "x", "name.givenName": "Ada", "department": "none of its", "foo": 1, "id": "x"});
    for urn in [USER.to_owned(), USER.to_uppercase()] {
        for op in ["add", "replace"] {
            let keyed = json!([{"op": op, "value": { &urn: value }}]);
            check(json!({}), keyed, expected.clone());
            let by_path = json!([{"op": op, "path": urn, "value": value}]);
            check(json!({}), by_path, expected.clone());
        }
    }
    check_unchanged(json!({"title": "x"}), json!([{"op": "add", "path": USER, "value": null}]));
    check_error(
        json!({}),
        json!([{"op": "replace", "path": USER, "value": null}]),
        ScimType::InvalidValue,
        ":User must be an object, found null",
    );
    check_error(
        json!({}),
        json!([{"op": "remove", "path": USER}]),
        ScimType::Mutability,
        ":User is the core schema of every User and cannot be removed",
    );
}

#[test]
fn one_destination_under_two_spellings_is_refused() {
    let department = format!("{ENTERPRISE_USER}:department");
    let title = format!("{USER}:title");
    for (value, at) in [
        (json!({"title": "a", "TITLE": "b"}), "title"),
        (json!({"title": "a", &title: "b"}), "title"),
        (json!({"title": "a", USER: {"title": "b"}}), "title"),
        (json!({"department": "a", &department: "b"}), "department"),
        (json!({ ENTERPRISE_USER: {"department": "a"}, &department: "b" }), "department"),
        (json!({ &department: null, ENTERPRISE_USER: {"Department": "b"} }), "department"),
        (json!({ ENTERPRISE_USER: {}, ENTERPRISE_USER.to_lowercase(): {} }), ENTERPRISE_USER),
        (json!({"name": {"givenName": "a"}, "Name.GivenName": "b"}), "name.givenName"),
        (json!({"name.givenName": "b", "name": {"GIVENNAME": "a"}}), "name.givenName"),
        (json!({"name": {}, "NAME": {"familyName": "b"}}), "name"),
        (json!({"manager": "a", "manager.value": "b"}), "manager.value"),
        (
            json!({"manager.value": "b", ENTERPRISE_USER: {"manager": [{"value": "a"}]}}),
            "manager.value",
        ),
        (json!({"emails": [], "Emails": [{"value": "a"}]}), "emails"),
        (
            json!({"emails[type eq \"a\"].value": "x", "EMAILS[Type eq \"a\"].Value": "y"}),
            "emails.value",
        ),
    ] {
        let operations = json!([{"op": "replace", "value": value}]);
        let detail =
            format!("{at} occurs more than once; names are equal in any case, so send it once");
        check_error(json!({}), operations, ScimType::InvalidSyntax, &detail);
    }
}

#[test]
fn different_parts_of_one_attribute_are_different_destinations() {
    check(
        json!({}),
        json!([{"op": "add", "value": {
            "name.givenName": "Ada", "name": {"familyName": "L"}, "name.middleName": "K",
            ENTERPRISE_USER: {"department": "R&D"}, format!("{ENTERPRISE_USER}:manager.value"): "boss",
            "manager.displayName": "Grace",
            "emails[type eq \"work\"].value": "w@x", "emails[type eq \"home\"].value": "h@x",
            "emails[type eq \"home\"].primary": true
        }}]),
        json!({
            "name": {"givenName": "Ada", "familyName": "L", "middleName": "K"},
            ENTERPRISE_USER: {"department": "R&D", "manager": {"value": "boss", "displayName": "Grace"}},
            "emails": [
                {"type": "work", "value": "w@x"}, {"type": "home", "value": "h@x", "primary": true}
            ]
        }),
    );
}

#[test]
fn the_order_of_members_does_not_matter() {
    for value in [
        json!({"name": null, "name.givenName": "Ada", "emails": [], "emails[type eq \"work\"].value": "w@x"}),
        json!({"emails[type eq \"work\"].value": "w@x", "name.givenName": "Ada", "emails": [], "name": null}),
    ] {
        check(
            json!({"name": {"familyName": "L"}, "emails": [{"value": "old"}]}),
            json!([{"op": "replace", "value": value}]),
            json!({"name": {"givenName": "Ada"}, "emails": [{"type": "work", "value": "w@x"}]}),
        );
    }
    for value in [
        json!({ ENTERPRISE_USER: null, "department": "new" }),
        json!({"department": "new", ENTERPRISE_USER: null}),
    ] {
        check(
            json!({ ENTERPRISE_USER: {"department": "old", "division": "D"} }),
            json!([{"op": "replace", "value": value}]),
            json!({ ENTERPRISE_USER: {"department": "new"} }),
        );
    }
}

#[test]
fn a_key_that_is_a_broken_value_path_is_refused_by_name() {
    for (key, scim_type, detail) in [
        (
            "emails[type eq \"work\".value",
            ScimType::InvalidFilter,
            "the key \"emails[type eq \\\"work\\\".value\" in value: Path: expected",
        ),
        ("emails[]", ScimType::InvalidFilter, "the key \"emails[]\" in value: Path: expected"),
        ("emails[type co work].value", ScimType::InvalidFilter, "in value: Path: text must be in"),
        ("emails[type eq \"work\"]x", ScimType::InvalidPath, "in value: Path: expected"),
        ("[0]", ScimType::InvalidPath, "the key \"[0]\" in value: Path: expected"),
    ] {
        for op in ["add", "replace"] {
            let operations = json!([{"op": op, "value": {"title": "x", key: "y"}}]);
            check_error(json!({}), operations, scim_type, detail);
            let operations = json!([{"op": op, "path": ENTERPRISE_USER, "value": { key: "y" }}]);
            check_error(json!({}), operations, scim_type, "in value: Path: ");
        }
    }
}

#[test]
fn what_is_read_only_or_unknown_is_ignored_without_a_path() {
    for op in ["add", "replace"] {
        let value = json!({
            "id": "x", "meta": {"created": 1}, "meta.created": 1, "groups": [{"value": "x"}], "foo": 1, "": 1,
            "urn:example:foo": {"a": 1}, "Cost Center": 1, "a.b.c": 1, "name.foo": 1, "name": {"foo": 1},
            "emails[foo eq 1].value": 1, "emails[type eq \"work\"].foo": 1, "foos[type eq \"work\"].value": 1
        });
        check_unchanged(json!({}), json!([{"op": op, "value": value}]));
    }
}

#[test]
fn an_attribute_named_twice_in_one_value_is_refused() {
    for value in [
        json!({"title": "a", "Title": "b"}),
        json!({"name.givenName": "a", "Name.GivenName": "b"}),
        json!({ ENTERPRISE_USER: {"department": "a", "Department": "b"} }),
        json!({"name": {"givenName": "a", "GivenName": "b"}}),
    ] {
        let operations = json!([{"op": "replace", "value": value}]);
        check_error(json!({}), operations, ScimType::InvalidSyntax, "occurs more than once");
    }
}
