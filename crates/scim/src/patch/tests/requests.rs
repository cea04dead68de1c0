//! Reads request bodies.

use super::object;
use crate::Limits;
use crate::patch::{Op, PatchOperation, PatchRequest};
use crate::{ScimType, urn};
use serde_json::{Value, json};

#[track_caller]
fn check_refused(body: Value, detail: &str) {
    let error = PatchRequest::read(object(body).into(), &Limits::default()).expect_err("refused");
    assert_eq!(error.scim_type, ScimType::InvalidSyntax);
    assert!(error.detail.contains(detail), "{}", error.detail);
}

#[track_caller]
fn check_refused_operations(operations: Value, detail: &str) {
    check_refused(json!({"schemas": [urn::PATCH_OP], "Operations": operations}), detail);
}

#[test]
fn names_and_ops_are_read_in_any_case() {
    let body = json!({
        "Schemas": ["urn:other", urn::PATCH_OP.to_ascii_uppercase()],
        "operations": [
            {"OP": "Replace", "Path": "title", "VALUE": null},
            {"op": "REMOVE", "path": null},
            {"op": "add", "path": "", "value": {}, "unknown": 1}
        ],
        "failOnErrors": 1
    });
    let operation =
        |op, path: Option<&str>, value| PatchOperation { op, path: path.map(str::to_owned), value };
    assert_eq!(
        PatchRequest::read(object(body).into(), &Limits::default()).unwrap().operations,
        [
            operation(Op::Replace, Some("title"), Some(Value::Null)),
            operation(Op::Remove, None, None),
            operation(Op::Add, None, Some(json!({}))),
        ]
    );
}

#[test]
fn schemas_that_name_something_must_hold_the_patch_message() {
    let operations = json!([{"op": "remove", "path": "title"}]);
    let expected =
        "schemas must be a list that contains urn:ietf:params:scim:api:messages:2.0:PatchOp";
    for schemas in [json!(""), json!(urn::PATCH_OP), json!([urn::USER]), json!([1]), json!({})] {
        check_refused(json!({"schemas": schemas, "Operations": operations}), expected);
    }
    for body in [
        json!({"Operations": operations}),
        json!({"schemas": null, "Operations": operations}),
        json!({"Schemas": [], "Operations": operations}),
    ] {
        assert_eq!(
            PatchRequest::read(object(body).into(), &Limits::default()).unwrap().operations.len(),
            1
        );
    }
}

#[test]
fn the_operations_must_be_a_list_or_absent() {
    for operations in [json!({}), json!("add"), json!("")] {
        check_refused_operations(operations, "Operations must be a list of operations");
    }
    for body in [
        json!({"active": false}),
        json!({"Operations": null, "active": false}),
        json!({"Operations": [], "active": false}),
    ] {
        check_refused(body, "Operations is missing or empty");
    }
    for body in [
        json!({}),
        json!({"schemas": [urn::PATCH_OP]}),
        json!({"schemas": [urn::PATCH_OP], "Operations": []}),
        json!({"schemas": [urn::PATCH_OP], "operations": null}),
    ] {
        assert_eq!(
            PatchRequest::read(object(body).into(), &Limits::default()).unwrap().operations,
            []
        );
    }
}

#[test]
fn an_operation_must_be_well_formed() {
    let good = json!({"op": "remove", "path": "title"});
    check_refused_operations(json!([good, []]), "Operation 2: an operation must be an object");
    check_refused_operations(
        json!([{"op": "upsert"}]),
        "Operation 1: op must be add, remove or replace, found \"upsert\"",
    );
    check_refused_operations(json!([{"path": "title"}]), "found none");
    check_refused_operations(json!([{"op": 1}]), "found a value that is not text");
    check_refused_operations(
        json!([good, {"op": "add", "path": 1}]),
        "Operation 2: path must be text",
    );
    check_refused_operations(json!([{"op": "x".repeat(10_000)}]), "x\"…");
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    check_refused_operations(
        json!([{"op": "add", "Op": "remove"}]),
        "Operation 1: op occurs more than once",
    );
    check_refused(
        json!({"schemas": [urn::PATCH_OP], "Operations": [], "operations": []}),
        "Operations occurs more than once",
    );
}

#[test]
fn two_thousand_operations_are_read_and_no_more() {
    let operations = |count| vec![json!({"op": "remove", "path": "title"}); count];
    let body = |count| json!({"schemas": [urn::PATCH_OP], "Operations": operations(count)});
    assert_eq!(
        PatchRequest::read(object(body(2_000)).into(), &Limits::default())
            .unwrap()
            .operations
            .len(),
        2_000
    );
    check_refused(body(2_001), "has 2001 operations; at most 2000 are accepted");
}
