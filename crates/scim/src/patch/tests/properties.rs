//! Properties that hold for any request.

use super::{GROUP, group_resource_type, object, patch, read};
use crate::Limits;
use crate::ScimType;
use crate::patch::PatchRequest;
use crate::schema::ResourceTypes;
use crate::urn::{ENTERPRISE_USER, PATCH_OP};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn person() -> Map<String, Value> {
    object(json!({
        "userName": "ada", "active": true, "title": "x", "name": {"givenName": "Ada", "familyName": "L"},
        "emails": [{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}],
        "roles": [{"value": "r", "primary": true}],
        "addresses": [{"type": "work", "locality": "London"}],
        ENTERPRISE_USER: {"department": "R&D", "manager": {"value": "boss"}}
    }))
}

fn team() -> Map<String, Value> {
    object(
        json!({"displayName": "Team", "origin": "x", "members": [{"value": "a"}, {"value": "b", "type": "User"}]}),
    )
}

fn any_path() -> impl Strategy<Value = String> {
    let known = vec![
        "userName",
        "active",
        "title",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.primary",
        "emails[]",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[type eq \"other\"].value",
        "emails[type eq \"other\"]",
        "emails[value pr].primary",
        "emails[primary eq \"True\"].value",
        "roles",
        "roles[value eq \"r\"]",
        "addresses",
        "addresses.locality",
        "addresses[type eq \"work\"].locality",
        "manager",
        "manager.value",
        "department",
        ENTERPRISE_USER,
        "password",
        "id",
        "groups",
        "schemas",
        "members",
        "origin",
        "members[value eq \"a\"]",
        "members[value eq \"a\"].value",
        "members.type",
        "displayName",
        GROUP,
        "",
    ];
    prop_oneof![
        6 => prop::sample::select(known).prop_map(str::to_owned),
        1 => "[a-z.:\\[\\]\" ]{0,20}",
        1 => any::<String>(),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec!["", "x", "work", "Home", "True", "w@x", "W@X", "a", "r", " "])
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let key = prop_oneof![
        3 => prop::sample::select(vec!["value", "type", "primary", "display", "locality", "givenName", "Value"])
            .prop_map(str::to_owned),
        1 => any_path(),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_operation() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "Replace", "remove"]);
    (op, prop::option::weighted(0.8, any_path()), prop::option::weighted(0.9, any_value()))
        .prop_map(|(op, path, value)| {
            let mut operation = object(json!({ "op": op }));
            operation.extend(path.map(|path| ("path".to_owned(), Value::from(path))));
            operation.extend(value.map(|value| ("value".to_owned(), value)));
            Value::Object(operation)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn any_body_is_read_or_refused(body in any_value()) {
        if let Value::Object(mut body) = body {
            let _ = PatchRequest::read(body.clone().into(), &Limits::default());
            body.insert("schemas".to_owned(), json!([PATCH_OP]));
            body.insert("Operations".to_owned(), json!([Value::Object(body.clone())]));
            let _ = PatchRequest::read(body.clone().into(), &Limits::default());
        }
    }

    #[test]
    fn any_operations_give_a_canonical_resource_or_leave_all_as_it_was(
        operations in prop::collection::vec(any_operation(), 1..5),
    ) {
        for (resource_type, before) in [(ResourceTypes::standard().users, person()), (group_resource_type(), team())] {
            let untouched = before.clone();
            let patched = patch(&resource_type, &before, json!(operations));
            prop_assert_eq!(&before, &untouched);
            match patched {
                Ok(patched) => prop_assert_eq!(read(&resource_type, &patched), Ok(patched)),
                Err(error) => prop_assert!(!error.detail.is_empty()),
            }
        }
    }

    #[test]
    fn replaying_an_operation_changes_nothing(
        op in prop::sample::select(vec!["add", "replace", "remove"]),
        path in any_path().prop_filter("an operation on the whole resource is many in one", |path| !path.is_empty()),
        value in any_value(),
    ) {
        let operations = json!([{"op": op, "path": path, "value": value}]);
        for (resource_type, before) in [(ResourceTypes::standard().users, person()), (group_resource_type(), team())] {
            let Ok(once) = patch(&resource_type, &before, operations.clone()) else { continue };
            match patch(&resource_type, &once, operations.clone()) {
                Ok(twice) => prop_assert_eq!(twice, once),
                // The first run changed the values that the filter found, so the filter finds no value now.
                Err(error) => prop_assert_eq!(error.scim_type, ScimType::NoTarget),
            }
        }
    }
}
