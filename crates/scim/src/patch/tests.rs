//! PATCH as tables of cases: attributes before, operations, and attributes after.

mod entra;
mod errors;
mod large_requests;
mod lists;
mod manager;
mod members;
mod okta;
mod properties;
mod requests;
mod rfc_examples;
mod rules;

use super::{PatchRequest, apply};
use crate::Limits;
use crate::document::Document;
use crate::schema::{
    Attribute, Mutability, ResourceType, ResourceTypes, Returned, Schema, Uniqueness,
};
use crate::validate::read_resource;
use crate::{Error, ScimType, urn};
use serde_json::{Map, Value, json};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Applies `operations` to a User. The helper adds a `userName` on both sides, because it is required but not under
/// test.
#[track_caller]
fn check(attributes: Value, operations: Value, expected: Value) {
    check_on(&ResourceTypes::standard().users, ("userName", attributes), operations, expected);
}

/// Applies `operations` as [`check`] does, and expects no change.
#[track_caller]
fn check_unchanged(attributes: Value, operations: Value) {
    check(attributes.clone(), operations, attributes);
}

/// Applies `operations` as [`check`] does, to a Group with a `displayName`.
#[track_caller]
fn check_group(attributes: Value, operations: Value, expected: Value) {
    check_on(&group_resource_type(), ("displayName", attributes), operations, expected);
}

#[track_caller]
fn check_on(
    resource_type: &ResourceType,
    (required, attributes): (&str, Value),
    operations: Value,
    expected: Value,
) {
    let before = with_required(required, attributes);
    let patched = patch(resource_type, &before, operations.clone()).expect("accepted");
    assert_eq!(Value::Object(patched.clone()), Value::Object(with_required(required, expected)));
    let read = read(resource_type, &patched).expect("a valid resource");
    assert_eq!(read, patched, "the result is canonical");
}

/// Applies `operations` to a User and expects an error that mentions `detail`.
#[track_caller]
fn check_error(attributes: Value, operations: Value, scim_type: ScimType, detail: &str) {
    let before = with_required("userName", attributes);
    refuse(&ResourceTypes::standard().users, before, operations, scim_type, detail);
}

/// Applies `operations` as [`check_error`] does, to a Group.
#[track_caller]
fn check_group_error(attributes: Value, operations: Value, scim_type: ScimType, detail: &str) {
    let before = with_required("displayName", attributes);
    refuse(&group_resource_type(), before, operations, scim_type, detail);
}

#[track_caller]
fn refuse(
    resource_type: &ResourceType,
    before: Map<String, Value>,
    operations: Value,
    scim_type: ScimType,
    detail: &str,
) {
    let untouched = before.clone();
    let error = patch(resource_type, &before, operations).expect_err("refused");
    assert_eq!(before, untouched);
    assert_eq!(error.scim_type, scim_type, "{}", error.detail);
    assert!(error.detail.contains(detail), "{}", error.detail);
    assert!(!error.detail.ends_with('.'), "{}", error.detail);
}

fn patch(
    resource_type: &ResourceType,
    before: &Map<String, Value>,
    operations: Value,
) -> Result<Map<String, Value>, Error> {
    let body = object(json!({"schemas": [urn::PATCH_OP], "Operations": operations}));
    let before = Document::from_canonical(before.clone());
    apply(resource_type, before, &PatchRequest::read(body.into(), &Limits::default())?)
        .map(Document::into_object)
}

fn read(
    resource_type: &ResourceType,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    read_resource(resource_type, body.clone().into()).map(Document::into_object)
}

fn with_required(name: &str, attributes: Value) -> Map<String, Value> {
    let mut attributes = object(attributes);
    if !attributes.contains_key(name) {
        attributes.insert(name.to_owned(), json!("ada"));
    }
    attributes
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("not an object: {other}"),
    }
}

/// A Group close to RFC 7643 §4.2, with the immutable parts of a member.
fn group_resource_type() -> ResourceType {
    let immutable = |attribute: Attribute| attribute.mutability(Mutability::Immutable);
    ResourceType {
        name: "Group".to_owned(),
        endpoint: "/Groups".to_owned(),
        description: "Group".to_owned(),
        common: ResourceTypes::standard().users.common,
        schema: Schema {
            id: GROUP.to_owned(),
            aliases: Vec::new(),
            name: "Group".to_owned(),
            description: "Group".to_owned(),
            attributes: vec![
                Attribute::string("displayName", "The name")
                    .required()
                    .uniqueness(Uniqueness::Server),
                immutable(Attribute::string("origin", "Set once")),
                immutable(
                    Attribute::complex(
                        "marks",
                        vec![Attribute::string("value", "A mark")],
                        "A list set once",
                    )
                    .multi_valued(),
                ),
                Attribute::complex(
                    "members",
                    vec![
                        immutable(Attribute::string("value", "The id of the member").case_exact()),
                        immutable(Attribute::reference("$ref", &["User"], "The URL of the member")),
                        immutable(Attribute::string("type", "User or Group")),
                        Attribute::string("display", "The name of the member"),
                        Attribute::string("secret", "Never kept").returned(Returned::Never),
                    ],
                    "The members",
                )
                .multi_valued()
                .max_values(5_000),
            ],
        },
        extensions: Vec::new(),
        limits: Limits::default(),
    }
}
