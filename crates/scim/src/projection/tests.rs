use super::Projection;
use crate::document::Document;
use crate::resource::{Identity, Resource};
use crate::schema::ResourceTypes;
use crate::urn::{ENTERPRISE_USER, USER};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Checks the shown attributes of a resource. Short values replace `schemas` and `meta` before the comparison.
#[track_caller]
fn check(attributes: Option<&str>, excluded: Option<&str>, expected: Value) {
    let document = json!({
        "userName": "ada",
        "name": {"givenName": "Ada", "familyName": "L"},
        "emails": [{"value": "a", "type": "work"}, {"value": "b"}],
        ENTERPRISE_USER: {"location": "GB", "manager": {"value": "m"}},
    });
    let resource_type = ResourceTypes::standard().users;
    let epoch = OffsetDateTime::UNIX_EPOCH;
    let resource = Resource {
        resource_type: &resource_type,
        identity: Identity { id: "1", created: epoch, last_modified: epoch, version: 1 },
        document: &Document::from_canonical(document.as_object().unwrap().clone()),
        relation: None,
        base_url: "",
    };
    let projection = Projection::read(attributes, excluded).unwrap().bind(&resource_type);
    let mut shown = json!(resource.projected(&projection));
    shown["schemas"] = json!(["s"]);
    if let Some(meta) = shown.get_mut("meta") {
        *meta = json!({"version": "1"});
    }
    assert_eq!(shown, expected);
}

#[test]
fn attributes_names_what_is_wanted_beside_what_is_always_there() {
    let only = |more: Value| {
        let mut expected = json!({"schemas": ["s"], "id": "1"});
        expected.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        expected
    };
    check(Some("USERNAME"), None, only(json!({"userName": "ada"})));
    check(
        Some("name.givenName, emails.type"),
        None,
        only(json!({"name": {"givenName": "Ada"}, "emails": [{"type": "work"}]})),
    );
    check(
        Some("name.givenName,name"),
        None,
        only(json!({"name": {"givenName": "Ada", "familyName": "L"}})),
    );
    check(
        Some(&format!("{ENTERPRISE_USER}:manager.value")),
        None,
        only(json!({ENTERPRISE_USER: {"manager": {"value": "m"}}})),
    );
    check(
        Some(ENTERPRISE_USER),
        None,
        only(json!({ENTERPRISE_USER: {"location": "GB", "manager": {"value": "m"}}})),
    );
    check(Some("password,nothing,a b"), None, only(json!({})));
}

#[test]
fn the_core_schema_alone_names_all_its_attributes() {
    check(
        Some(&USER.to_uppercase()),
        None,
        json!({
            "schemas": ["s"],
            "id": "1",
            "userName": "ada",
            "name": {"givenName": "Ada", "familyName": "L"},
            "emails": [{"value": "a", "type": "work"}, {"value": "b"}],
            "meta": {"version": "1"},
        }),
    );
    check(
        None,
        Some(USER),
        json!({
            "schemas": ["s"],
            "id": "1",
            ENTERPRISE_USER: {"location": "GB", "manager": {"value": "m"}},
        }),
    );
}

#[test]
fn excluded_attributes_takes_out_all_but_what_is_always_there() {
    check(
        None,
        Some(&format!("id,schemas,emails,name.familyName,meta,{ENTERPRISE_USER}:manager")),
        json!({
            "schemas": ["s"],
            "id": "1",
            "userName": "ada",
            "name": {"givenName": "Ada"},
            ENTERPRISE_USER: {"location": "GB"},
        }),
    );
}

#[test]
fn both_at_once_are_refused_and_empty_ones_ignored() {
    assert!(Projection::read(Some("a"), Some("b")).is_err());
    assert_eq!(Projection::read(Some(""), Some(" ")).unwrap(), Projection::Default);
}
