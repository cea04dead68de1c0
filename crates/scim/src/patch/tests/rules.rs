//! The rules of RFC 7644 §3.5.2, case by case.

use super::{check, check_group, check_unchanged};
use crate::urn::{ENTERPRISE_USER, USER};
use serde_json::{Value, json};

fn work() -> Value {
    json!({"value": "w@x", "type": "work", "primary": true})
}

fn home() -> Value {
    json!({"value": "h@x", "type": "home"})
}

fn emails() -> Value {
    json!({"emails": [work(), home()]})
}

fn add(path: &str, value: Value) -> Value {
    json!([{"op": "add", "path": path, "value": value}])
}

fn replace(path: &str, value: Value) -> Value {
    json!([{"op": "replace", "path": path, "value": value}])
}

fn remove(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

#[test]
fn operations_apply_in_order_each_to_the_result_of_the_one_before() {
    check(
        json!({}),
        json!([
            {"op": "add", "path": "title", "value": "a"},
            {"op": "replace", "path": "title", "value": "b"},
            {"op": "add", "path": "emails", "value": work()},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "n@x"},
            {"op": "remove", "path": "emails[value eq \"w@x\"]"},
            {"op": "remove", "path": "title"},
            {"op": "add", "path": "title", "value": "c"}
        ]),
        json!({"title": "c", "emails": [{"value": "n@x", "type": "work", "primary": true}]}),
    );
}

#[test]
fn names_are_found_in_any_case_and_with_their_urn() {
    for path in
        ["title", "TITLE", &format!("{USER}:title"), &format!("{}:Title", USER.to_uppercase())]
    {
        check(json!({}), replace(path, json!("x")), json!({"title": "x"}));
        check(json!({"title": "x"}), remove(path), json!({}));
    }
    for path in ["department", &format!("{ENTERPRISE_USER}:Department")] {
        check(json!({}), add(path, json!("x")), json!({ ENTERPRISE_USER: {"department": "x"} }));
        check(json!({ ENTERPRISE_USER: {"department": "x"} }), remove(path), json!({}));
    }
    let path = format!("{USER}:Emails[Type eq \"WORK\"].Value");
    check(
        emails(),
        replace(&path, json!("n@x")),
        json!({"emails": [
            {"value": "n@x", "type": "work", "primary": true}, home()
        ]}),
    );
}

#[test]
fn add_merges_a_complex_value() {
    let name = json!({"name": {"givenName": "Ada", "familyName": "Byron"}});
    let expected =
        json!({"name": {"givenName": "Ada", "familyName": "Lovelace", "middleName": "K."}});
    let value = json!({"FamilyName": "Lovelace", "middleName": "K."});
    check(name.clone(), add("name", value.clone()), expected.clone());
    check(name.clone(), json!([{"op": "add", "value": {"name": value}}]), expected.clone());
    check(name.clone(), replace("name", value), expected);
    check_unchanged(name.clone(), add("name", json!({})));
    check_unchanged(name, replace("name", json!({})));
}

#[test]
fn add_appends_only_what_is_not_there() {
    let other = json!({"value": "o@x", "type": "other"});
    check(
        emails(),
        add("emails", json!([home(), other])),
        json!({"emails": [work(), home(), other]}),
    );
    check(emails(), add("emails", other.clone()), json!({"emails": [work(), home(), other]}));
    check_unchanged(emails(), add("emails", json!([work(), home()])));
    check_unchanged(emails(), add("emails", json!([{"value": "H@X", "type": "Home"}])));
    check_unchanged(emails(), add("emails", json!([{"value": "h@x"}])));
    check(
        emails(),
        add("emails", json!({"value": "h@x", "type": "home", "display": "Home"})),
        json!({"emails": [work(), {"value": "h@x", "type": "home", "display": "Home"}]}),
    );
    check(
        emails(),
        add("emails", json!({"value": "h@x", "type": "work"})),
        json!({"emails": [work(), home(), {"value": "h@x", "type": "work"}]}),
    );
    let address = json!({"addresses": [{"type": "work", "locality": "London"}]});
    check_unchanged(
        address.clone(),
        add("addresses", json!([{"type": "work", "locality": "London"}])),
    );
    check(
        address,
        add("addresses", json!([{"type": "work", "locality": "Paris"}])),
        json!({"addresses": [{"type": "work", "locality": "London"}, {"type": "work", "locality": "Paris"}]}),
    );
}

#[test]
fn add_of_nothing_adds_nothing_to_a_list_or_an_extension() {
    let before = json!({"emails": [work()], ENTERPRISE_USER: {"department": "x"}});
    for nothing in [json!(null), json!(""), json!([])] {
        check_unchanged(before.clone(), add("emails", nothing.clone()));
        check_unchanged(before.clone(), add("emails[type eq \"work\"]", nothing.clone()));
        check_unchanged(before.clone(), add("emails[type eq \"home\"]", nothing.clone()));
        check_unchanged(before.clone(), add(ENTERPRISE_USER, nothing.clone()));
        let keyed = json!([{"op": "add", "value": {"emails": nothing, ENTERPRISE_USER: nothing}}]);
        check_unchanged(before.clone(), keyed);
        let keyed =
            json!([{"op": "replace", "value": {"emails": nothing, ENTERPRISE_USER: nothing}}]);
        check(before.clone(), keyed, json!({}));
    }
}

#[test]
fn an_empty_object_names_nothing() {
    for path in
        ["emails[type eq \"work\"]", "emails[type eq \"none\"]", "name", "manager", ENTERPRISE_USER]
    {
        check_unchanged(emails(), add(path, json!({})));
        check_unchanged(emails(), replace(path, json!({})));
    }
    for unreadable in [json!({"unknown": 1}), json!({"unknown": 1, "type": "work"})] {
        check_unchanged(emails(), replace("emails[type eq \"work\"]", unreadable));
    }
}

#[test]
fn replace_of_a_list_replaces_all_of_it() {
    check(emails(), replace("emails", json!([home()])), json!({"emails": [home()]}));
    check(
        emails(),
        replace("emails", json!({"value": "n@x"})),
        json!({"emails": [{"value": "n@x"}]}),
    );
    check_unchanged(emails(), replace("emails", json!([work(), home()])));
    check(emails(), replace("emails", json!([])), json!({}));
}

#[test]
fn replace_by_filter_replaces_each_match_but_keeps_what_the_filter_said() {
    check(
        emails(),
        replace("emails[type eq \"work\"]", json!({"value": "n@x"})),
        json!({"emails": [{"value": "n@x", "type": "work"}, home()]}),
    );
    check(
        emails(),
        replace("emails[type eq \"work\"]", json!([{"value": "n@x", "type": "other"}])),
        json!({"emails": [{"value": "n@x", "type": "other"}, home()]}),
    );
    check(
        emails(),
        replace("emails[value ew \"x\"]", json!({"value": "n@x", "type": "work"})),
        json!({"emails": [{"value": "n@x", "type": "work"}]}),
    );
    check(emails(), replace("emails[type eq \"home\"]", work()), json!({"emails": [work()]}));
}

#[test]
fn add_by_filter_merges_into_each_match() {
    check(
        emails(),
        add("emails[type eq \"home\"]", json!({"display": "Home", "value": "n@x"})),
        json!({"emails": [work(), {"value": "n@x", "type": "home", "display": "Home"}]}),
    );
    check(
        emails(),
        add("emails[value pr].display", json!("d")),
        json!({"emails": [
            {"value": "w@x", "type": "work", "primary": true, "display": "d"},
            {"value": "h@x", "type": "home", "display": "d"}
        ]}),
    );
}

#[test]
fn a_path_into_a_list_without_a_filter_means_every_value() {
    let all = json!({"emails": [
        {"value": "w@x", "type": "other", "primary": true}, {"value": "h@x", "type": "other"}
    ]});
    check(emails(), replace("emails.type", json!("other")), all.clone());
    check(emails(), add("emails.type", json!("other")), all);
    check(json!({}), add("emails.value", json!("x")), json!({"emails": [{"value": "x"}]}));
    check(json!({}), replace("emails.value", json!("x")), json!({"emails": [{"value": "x"}]}));
    check(
        emails(),
        remove("emails.type"),
        json!({"emails": [{"value": "w@x", "primary": true}, {"value": "h@x"}]}),
    );
    check(
        json!({"addresses": [{"locality": "x"}, {"type": "work"}]}),
        remove("addresses.locality"),
        json!({"addresses": [{"type": "work"}]}),
    );
    check_unchanged(json!({}), remove("emails.value"));
}

#[test]
fn remove_takes_what_the_path_names() {
    check(emails(), remove("emails"), json!({}));
    check(emails(), remove("emails[type eq \"work\"]"), json!({"emails": [home()]}));
    check(emails(), remove("emails[value ew \"x\"]"), json!({}));
    check(
        emails(),
        remove("emails[type eq \"work\"].primary"),
        json!({"emails": [{"value": "w@x", "type": "work"}, home()]}),
    );
    check(json!({"emails": [{"value": "x"}]}), remove("emails[value eq \"x\"].value"), json!({}));
    check(
        json!({"name": {"givenName": "Ada", "familyName": "L"}}),
        remove("name.givenName"),
        json!({"name": {"familyName": "L"}}),
    );
    check(json!({"name": {"givenName": "Ada"}}), remove("name.givenName"), json!({}));
    check(json!({"name": {"givenName": "Ada"}}), remove("name"), json!({}));
    let before = json!({ ENTERPRISE_USER: {"department": "x", "manager": {"value": "y"}} });
    check(before.clone(), remove(ENTERPRISE_USER), json!({}));
    check(before, remove("manager"), json!({ ENTERPRISE_USER: {"department": "x"} }));
}

#[test]
fn remove_of_what_is_not_there_succeeds() {
    for path in [
        "title",
        "name",
        "name.givenName",
        "roles",
        "roles.value",
        "emails[type eq \"other\"]",
        "emails[type eq \"other\"].value",
        "emails[type eq \"home\"].primary",
        "emails[value co \"nothing\"]",
        "department",
        ENTERPRISE_USER,
    ] {
        check_unchanged(emails(), remove(path));
    }
}

#[test]
fn remove_by_filter_does_not_look_at_a_value() {
    let operations =
        json!([{"op": "remove", "path": "emails[type eq \"work\"]", "value": [{"value": "none"}]}]);
    check(emails(), operations, json!({"emails": [home()]}));
}

#[test]
fn a_new_primary_value_takes_the_mark_from_the_old_one() {
    let old = json!({"value": "w@x", "type": "work", "primary": false});
    let new = json!({"value": "h@x", "type": "home", "primary": true});
    for operations in [
        add("emails", new.clone()),
        add("emails[type eq \"home\"].primary", json!(true)),
        replace("emails[type eq \"home\"].primary", json!("True")),
        replace("emails[type eq \"home\"]", json!({"value": "h@x", "primary": true})),
        add("emails[type eq \"home\"]", json!({"primary": true})),
        json!([{"op": "replace", "value": {"emails[type eq \"home\"].primary": true}}]),
    ] {
        check(emails(), operations, json!({"emails": [old, new]}));
    }
    check(
        json!({"emails": [work()]}),
        replace("emails[type eq \"home\" and primary eq true].value", json!("h@x")),
        json!({"emails": [old, new]}),
    );
    check(
        json!({"emails": [work()]}),
        add("emails", json!([{"value": "n@x", "primary": true}])),
        json!({"emails": [old, {"value": "n@x", "primary": true}]}),
    );
}

#[test]
fn the_removed_primary_value_leaves_none() {
    check(emails(), remove("emails[primary eq true]"), json!({"emails": [home()]}));
}

#[test]
fn an_extension_can_be_written_as_a_whole() {
    let before = json!({ ENTERPRISE_USER: {"department": "x", "division": "y", "manager": {"displayName": "G"}} });
    let value =
        json!({"Department": "z", "division": "", "location": "GB", "manager": "boss", "foo": 1});
    let expected = json!({ ENTERPRISE_USER: {
        "department": "z", "location": "GB", "manager": {"displayName": "G", "value": "boss"}
    } });
    for op in ["add", "replace"] {
        for path in [ENTERPRISE_USER.to_owned(), ENTERPRISE_USER.to_lowercase()] {
            let by_path = json!([{"op": op, "path": path, "value": value}]);
            check(before.clone(), by_path, expected.clone());
            check(before.clone(), json!([{"op": op, "value": { path: value }}]), expected.clone());
        }
    }
    let clear = json!([{"op": "replace", "value": { ENTERPRISE_USER: {
        "department": null, "division": "", "manager": {"displayName": ""}
    } }}]);
    check(before.clone(), clear, json!({}));
    check(before, replace(ENTERPRISE_USER, json!(null)), json!({}));
}

#[test]
fn a_value_that_is_there_already_changes_nothing() {
    let before = json!({"title": "x", "active": true, "name": {"givenName": "Ada"}, "emails": [work(), home()]});
    for operations in [
        replace("title", json!("x")),
        add("active", json!("True")),
        add("name", json!({"givenName": "Ada"})),
        replace("name.givenName", json!("Ada")),
        replace("emails[type eq \"work\"]", work()),
        replace("emails[type eq \"work\"].value", json!("w@x")),
        json!([{"op": "replace", "value": before}]),
        json!([{"op": "add", "value": before}]),
    ] {
        check_unchanged(before.clone(), operations);
    }
}

#[test]
fn a_secret_part_of_an_element_is_not_kept() {
    check_group(
        json!({"members": [{"value": "a"}]}),
        json!([
            {"op": "add", "path": "members[value eq \"a\"].secret", "value": "s"},
            {"op": "add", "path": "members[value eq \"a\"]", "value": {"secret": "s"}},
            {"op": "add", "path": "members", "value": [{"value": "b", "secret": "s"}]}
        ]),
        json!({"members": [{"value": "a"}, {"value": "b"}]}),
    );
}

#[test]
fn a_value_that_does_not_say_that_it_is_primary_is_found_as_another() {
    let emails = json!({"emails": [{"value": "w@x", "primary": true}, {"value": "h@x"}]});
    let path = "emails[primary eq false]";
    check(
        emails.clone(),
        json!([{"op": "replace", "path": format!("{path}.value"), "value": "home@x"}]),
        json!({"emails": [{"value": "w@x", "primary": true}, {"value": "home@x"}]}),
    );
    check(
        emails,
        json!([{"op": "remove", "path": path}]),
        json!({"emails": [{"value": "w@x", "primary": true}]}),
    );
}

#[test]
fn an_operation_on_what_no_table_has_is_skipped_and_the_others_apply() {
    for path in [
        "foo",
        "foo.bar",
        "foos[type eq \"work\"].value",
        "urn:example:extension:2.0:User",
        "urn:example:extension:2.0:User:foo",
        &format!("{ENTERPRISE_USER}:foo"),
        &format!("{USER}:department"),
        "name.foo",
        "emails.foo",
        "emails[type eq \"work\"].foo",
        "emails[foo eq \"work\"].value",
        "manager.foo",
        &format!("{ENTERPRISE_USER}:manager.foo"),
        "userName.foo",
    ] {
        for op in ["add", "replace", "remove"] {
            let before = json!({"emails": [{"value": "a@x", "type": "work"}]});
            let skipped = json!({"op": op, "path": path, "value": "x"});
            check_unchanged(before.clone(), json!([skipped]));
            let mut after = before.clone();
            after["title"] = json!("Countess");
            let title = json!({"op": "add", "path": "title", "value": "Countess"});
            check(before, json!([skipped, title]), after);
        }
    }
}
