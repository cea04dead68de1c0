//! The values of a list after the last operation. A list holds only values with content, each once (RFC 7643 §2.4).

use super::{check, check_error, check_unchanged};
use crate::ScimType;
use serde_json::{Value, json};

fn work() -> Value {
    json!({"value": "w@x", "type": "work", "primary": true})
}

#[test]
fn an_element_without_a_value_is_not_kept() {
    for operation in [
        json!({"op": "Add", "path": "emails[type eq \"home\"].display", "value": "Home"}),
        json!({"op": "Add", "path": "emails[type eq \"home\"].primary", "value": "True"}),
        json!({"op": "Add", "path": "emails", "value": [{"type": "home", "primary": true}]}),
        json!({"op": "Replace", "path": "emails[type eq \"home\"].value", "value": ""}),
        json!({"op": "Add", "value": {"ims": [{"type": "home"}, {"display": "x"}]}}),
        json!({"op": "Add", "value": {"emails[type eq \"home\"].primary": true}}),
    ] {
        check_unchanged(json!({"emails": [work()]}), json!([operation]));
    }
    for operation in [
        json!({"op": "Replace", "path": "emails[type eq \"work\"].value", "value": null}),
        json!({"op": "Remove", "path": "emails[type eq \"work\"].value"}),
        json!({"op": "Remove", "path": "emails.value"}),
        json!({"op": "Replace", "path": "emails", "value": [{"type": "work", "primary": true}]}),
    ] {
        check(json!({"emails": [work()]}), json!([operation]), json!({}));
    }
}

#[test]
fn the_parts_of_an_element_may_come_in_any_order() {
    let part = |name: &str, value: Value| json!({"op": "Add", "path": format!("emails[type eq \"home\"].{name}"), "value": value});
    let home = json!({"type": "home", "value": "h@x", "display": "Home", "primary": true});
    let old = json!({"value": "w@x", "type": "work", "primary": false});
    let (value, display, primary) =
        (part("value", json!("h@x")), part("display", json!("Home")), part("primary", json!(true)));
    for operations in [
        json!([value, display, primary]),
        json!([primary, display, value]),
        json!([display, primary, value]),
    ] {
        check(json!({"emails": [work()]}), operations, json!({"emails": [old, home]}));
    }
    let type_last = json!([
        {"op": "Add", "path": "emails", "value": [{"display": "Home", "type": "home"}]},
        {"op": "Replace", "path": "emails[display eq \"Home\"].value", "value": "h@x"}
    ]);
    let home = json!({"display": "Home", "type": "home", "value": "h@x"});
    check(json!({"emails": [work()]}), type_last, json!({"emails": [work(), home]}));
}

#[test]
fn an_element_that_is_marked_and_says_nothing_takes_no_mark_away() {
    let home = json!({"value": "h@x", "type": "home", "primary": true});
    let operations = json!([
        {"op": "Add", "path": "emails[type eq \"other\"].primary", "value": true},
        {"op": "Add", "path": "emails", "value": [home]}
    ]);
    let old = json!({"value": "w@x", "type": "work", "primary": false});
    check(json!({"emails": [work()]}), operations, json!({"emails": [old, home]}));
}

#[test]
fn what_has_more_than_companions_is_a_value() {
    let addresses = json!({"addresses": [{"type": "work"}, {"type": "home", "primary": true}]});
    check_unchanged(addresses.clone(), json!([{"op": "Remove", "path": "addresses.locality"}]));
    check(
        json!({}),
        json!([{"op": "Add", "path": "addresses[type eq \"work\"].primary", "value": true}]),
        json!({"addresses": [{"type": "work", "primary": true}]}),
    );
}

#[test]
fn values_that_become_the_same_are_one() {
    let two = json!({"emails": [
        {"value": "a@x", "type": "work"}, {"value": "A@X", "type": "home", "primary": true, "display": "A"}
    ]});
    let one =
        json!({"emails": [{"value": "a@x", "type": "work", "primary": true, "display": "A"}]});
    for operation in [
        json!({"op": "replace", "path": "emails[type eq \"home\"].type", "value": "Work"}),
        json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": {
            "type": "WORK", "value": "A@x", "primary": true, "display": "A"
        }}),
    ] {
        check(two.clone(), json!([operation]), one.clone());
    }
    let unequal =
        json!({"emails": [{"value": "a@x", "type": "work"}, {"value": "b@x", "type": "work"}]});
    for path in ["emails.value", "emails[type eq \"work\"].value", "emails[value eq \"b@x\"].value"]
    {
        check(
            unequal.clone(),
            json!([{"op": "replace", "path": path, "value": "a@x"}]),
            json!({"emails": [{"value": "a@x", "type": "work"}]}),
        );
    }
    check(
        unequal,
        json!([{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "c@x", "primary": true}}]),
        json!({"emails": [{"value": "c@x", "type": "work", "primary": true}]}),
    );
    check(
        json!({}),
        json!([{"op": "replace", "path": "emails", "value": [
            {"value": "a@x", "primary": true}, {"value": "A@x", "primary": true}, {"value": "a@x", "type": "work"}
        ]}]),
        json!({"emails": [{"value": "a@x", "primary": true}, {"value": "a@x", "type": "work"}]}),
    );
}

#[test]
fn roles_and_entitlements_may_be_bare_text() {
    for list in ["roles", "entitlements"] {
        let admin = json!({ list: [{"value": "Admin"}] });
        for operation in [
            json!({"op": "add", "path": list, "value": "Admin"}),
            json!({"op": "add", "path": list, "value": ["Admin"]}),
            json!({"op": "replace", "path": list, "value": ["Admin", "admin"]}),
            json!({"op": "add", "value": { list: "Admin" }}),
        ] {
            check(json!({}), json!([operation]), admin.clone());
            check_unchanged(admin.clone(), json!([operation]));
        }
        check(admin, json!([{"op": "remove", "path": list, "value": "admin"}]), json!({}));
        let number = json!([{"op": "add", "path": list, "value": ["Admin", 5]}]);
        let detail =
            format!("{list}[2] must be text or an object such as {{\"value\": …}}, found a number");
        check_error(json!({}), number, ScimType::InvalidValue, &detail);
    }
}
