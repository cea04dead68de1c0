//! Bodies of POST and PUT as tables of cases.

use super::read_resource;
use crate::ScimType;
use crate::schema::ResourceTypes;
use crate::urn::{ENTERPRISE_USER, ENTERPRISE_USER_ALIASES, GROUP, USER, USER_ALIASES};
use serde_json::{Value, json};

/// Reads `body` with an added userName, and compares the other attributes that are kept.
#[track_caller]
fn check(body: Value, expected: Value) {
    let mut body = body.as_object().unwrap().clone();
    body.insert("userName".to_owned(), json!("ada"));
    let mut read = read_resource(&ResourceTypes::standard().users, body.into()).unwrap();
    read.take("userName");
    assert_eq!(json!(read), expected);
}

#[track_caller]
fn refused(body: Value, scim_type: ScimType, detail: &str) {
    let body = body.as_object().unwrap().clone();
    let error = read_resource(&ResourceTypes::standard().users, body.into()).unwrap_err();
    assert_eq!((error.scim_type, error.detail.as_str()), (scim_type, detail));
}

#[test]
fn names_become_canonical_and_what_is_unknown_or_read_only_is_left_out() {
    check(
        json!({"TITLE": "x", "Name": {"GIVENNAME": "A"}}),
        json!({"title": "x", "name": {"givenName": "A"}}),
    );
    check(json!({"id": "1", "meta": {"version": 1}, "groups": [], "shoeSize": 5}), json!({}));
    check(json!({"password": "secret"}), json!({}));
    check(
        json!({"emails": [{"value": "a", "colour": "red"}]}),
        json!({"emails": [{"value": "a"}]}),
    );
    let urn = ENTERPRISE_USER.to_uppercase();
    check(json!({urn: {"Location": "GB", "x": 1}}), json!({ENTERPRISE_USER: {"location": "GB"}}));
}

#[test]
fn schemas_are_known_by_their_other_names_too() {
    for (core, extension) in USER_ALIASES.into_iter().cycle().zip(ENTERPRISE_USER_ALIASES) {
        check(
            json!({"schemas": [core.to_uppercase(), extension], extension: {"location": "GB"}}),
            json!({ENTERPRISE_USER: {"location": "GB"}}),
        );
    }
    let body = json!({"schemas": [USER_ALIASES[0]], "displayName": "Crew"});
    let group = ResourceTypes::standard().groups;
    let error = read_resource(&group, body.as_object().unwrap().clone().into()).unwrap_err();
    assert_eq!(error.detail, format!("schemas must be a list that contains {GROUP}"));
}

#[test]
fn no_value_in_any_spelling_is_absent() {
    for nothing in [json!(null), json!("")] {
        check(json!({"title": nothing, "name": {"givenName": nothing}}), json!({}));
    }
    check(json!({"emails": [], "roles": null, "addresses": [{}], "name": {}}), json!({}));
    check(json!({ENTERPRISE_USER: {"manager": {"value": ""}}}), json!({}));
    for nothing in [json!(null), json!([]), json!("")] {
        check(json!({ENTERPRISE_USER: nothing}), json!({}));
        let within = json!({"department": nothing, "manager": nothing});
        check(json!({ENTERPRISE_USER: within, "title": nothing, "name": nothing}), json!({}));
        check(
            json!({"emails": [{"value": "a", "primary": nothing, "type": nothing}]}),
            json!({"emails": [{"value": "a"}]}),
        );
    }
}

#[test]
fn a_manager_comes_in_four_shapes() {
    let expected = json!({ENTERPRISE_USER: {"manager": {"value": "m"}}});
    for shape in [json!("m"), json!({"value": "m"}), json!(["m"]), json!([{"value": "m"}])] {
        check(json!({ENTERPRISE_USER: {"manager": shape}}), expected.clone());
    }
}

#[test]
fn booleans_may_be_text_and_a_single_value_may_stand_for_a_list() {
    check(json!({"active": "False"}), json!({"active": false}));
    check(json!({"active": "true"}), json!({"active": true}));
    check(json!({"roles": {"value": "r"}}), json!({"roles": [{"value": "r"}]}));
    check(json!({"roles": [{"value": "r"}, {"value": "r"}]}), json!({"roles": [{"value": "r"}]}));
}

#[test]
fn a_value_may_come_in_other_shapes_with_the_same_meaning() {
    check(json!({"title": ["x"], "active": ["False"]}), json!({"title": "x", "active": false}));
    check(json!({"emails": [{"value": ["a"]}]}), json!({"emails": [{"value": "a"}]}));
    check(
        json!({ENTERPRISE_USER: [{"department": "R"}]}),
        json!({ENTERPRISE_USER: {"department": "R"}}),
    );
    check(
        json!({ENTERPRISE_USER: {"employeeNumber": 7}}),
        json!({ENTERPRISE_USER: {"employeeNumber": "7"}}),
    );
    for list in ["emails", "phoneNumbers"] {
        check(
            json!({list: ["a", {"value": "b"}]}),
            json!({list: [{"value": "a"}, {"value": "b"}]}),
        );
        check(json!({list: "a"}), json!({list: [{"value": "a"}]}));
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_place() {
    use ScimType::{InvalidSyntax, InvalidValue};
    let missing = "userName is required and must not be empty";
    refused(json!({}), InvalidValue, missing);
    refused(json!({"userName": null}), InvalidValue, missing);
    refused(json!({"userName": " \t"}), InvalidValue, missing);
    refused(json!({"userName": 5.5}), InvalidValue, "userName must be text, found a number");
    refused(json!({"name": "Ada"}), InvalidValue, "name must be an object, found text");
    refused(json!({"active": 3}), InvalidValue, "active must be true or false, found 3");
    let yes = "active must be true or false, found \"yes\"";
    refused(json!({"active": "yes"}), InvalidValue, yes);
    let empty = "active must be true or false, found empty text";
    refused(json!({"active": ""}), InvalidValue, empty);
    refused(
        json!({"emails": [{"value": "a"}, {"value": "b", "primary": "maybe"}]}),
        InvalidValue,
        "emails[2].primary must be true or false, found \"maybe\"",
    );
    refused(
        json!({"ims": ["a@x"]}),
        InvalidValue,
        "ims[1] must be an object such as {\"value\": …}, found text",
    );
    refused(
        json!({"emails": [{"value": "a"}, {"type": true}]}),
        InvalidValue,
        "emails[2].type must be text, found a boolean",
    );
    refused(
        json!({"addresses": [{}, 5]}),
        InvalidValue,
        "addresses[2] must be an object, found a number",
    );
    refused(json!({"ims": "a"}), InvalidValue, "ims must be a list, found text");
    refused(
        json!({"emails": [{"value": ["a", "b"]}]}),
        InvalidValue,
        "emails[1].value must be text, found a list",
    );
    refused(
        json!({"userName": "ada", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
        InvalidValue,
        "emails has 2 primary values; mark at most one value as primary",
    );
    refused(
        json!({"title": "x".repeat(5000)}),
        InvalidValue,
        "title has 5000 characters; at most 4096 are accepted",
    );
    refused(
        json!({"title": "a\0b"}),
        InvalidValue,
        "title contains a NUL character; remove the character",
    );
    refused(
        json!({"x509Certificates": [{"value": "not base64!"}]}),
        InvalidValue,
        "x509Certificates[1].value must be base64 text",
    );
    refused(
        json!({"title": "a", "Title": "b"}),
        InvalidSyntax,
        "title occurs more than once; names are equal in any case, so send it once",
    );
    let schemas = format!("schemas must be a list that contains {USER}");
    refused(json!({"schemas": "x"}), InvalidSyntax, &schemas);
    refused(json!({"schemas": [ENTERPRISE_USER]}), InvalidSyntax, &schemas);
    refused(json!({"schemas": [USER, 5]}), InvalidSyntax, &schemas);
}

#[test]
fn a_resource_that_would_not_fit_an_item_is_refused() {
    let url = format!("https://example.com/{}", "x".repeat(4000));
    let photos: Vec<Value> = (0..40).map(|n| json!({"value": format!("{url}{n}")})).collect();
    let body = json!({"userName": "ada", "photos": photos});
    let error =
        read_resource(&ResourceTypes::standard().users, body.as_object().unwrap().clone().into())
            .unwrap_err();
    assert!(error.detail.ends_with("at most 131072 are stored"), "{}", error.detail);
}
