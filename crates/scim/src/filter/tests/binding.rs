use super::resource_type;
use crate::Limits;
use crate::ScimType;
use crate::filter::Filter;

#[track_caller]
fn check_error(filter: &str, detail: &str) {
    let error = Filter::parse(filter, &Limits::default())
        .unwrap()
        .bind(&resource_type())
        .expect_err(filter);
    assert_eq!(error.scim_type, ScimType::InvalidFilter);
    assert_eq!(error.detail, format!("Filter: {detail}"), "{filter}");
}

#[track_caller]
fn check(filter: &str) {
    let bound = Filter::parse(filter, &Limits::default()).unwrap().bind(&resource_type());
    assert!(bound.is_ok(), "{filter}: {bound:?}");
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[test]
fn an_unknown_name_is_named() {
    check_error("nose pr", "the resource type User has no attribute \"nose\"");
    check_error("nose.tip pr", "the resource type User has no attribute \"nose.tip\"");
    check_error("urn:x:title pr", "the resource type User has no attribute \"urn:x:title\"");
    check_error(
        "title pr or not (userName eq \"a\" and nose eq 1)",
        "the resource type User has no attribute \"nose\"",
    );
    check_error("urn:x:schemas pr", "the resource type User has no attribute \"urn:x:schemas\"");
    check_error(
        "name.famlyName pr",
        "\"name\" has no sub-attribute \"famlyName\"; it has formatted, familyName, givenName, middleName, \
         honorificPrefix, honorificSuffix",
    );
    check_error("userName.value pr", "\"userName\" has no sub-attributes, found \"value\"");
    check_error("schemas.value pr", "\"schemas\" has no sub-attributes, found \"value\"");
    check_error(
        "emails[kind pr]",
        "\"emails\" has no sub-attribute \"kind\"; it has value, display, type, primary",
    );
    for name in ["emails.type", "type.value", "urn:x:type"] {
        let detail = format!(
            "\"emails\" has no sub-attribute \"{name}\"; it has value, display, type, primary"
        );
        check_error(&format!("emails[{name} pr]"), &detail);
    }
}

#[test]
fn a_complex_attribute_without_a_value_is_not_compared_as_a_whole() {
    check_error(
        "name eq \"x\"",
        "\"name\" cannot be compared as a whole; name one of its sub-attributes: formatted, familyName, givenName, \
         middleName, honorificPrefix, honorificSuffix",
    );
    check("name pr");
    check("name eq null");
    check("emails sw \"x\"");
    check("manager eq \"x\"");
}

#[test]
fn an_extension_as_a_whole_has_a_value_or_not() {
    check(&format!("{ENTERPRISE} pr"));
    let detail =
        format!("\"{ENTERPRISE}\" is a schema extension; only pr can be used with it as a whole");
    check_error(&format!("{ENTERPRISE} eq \"x\""), &detail);
    check_error(&format!("{ENTERPRISE} eq null"), &detail);
    check_error(&format!("{ENTERPRISE}[department pr]"), &detail);
}

#[test]
fn a_value_path_stands_after_a_complex_attribute() {
    let detail = |name: &str| {
        format!("\"{name}\" has no sub-attributes, so a filter in [ ] cannot follow it")
    };
    check_error("userName[value pr]", &detail("userName"));
    check_error("emails.value[value pr]", &detail("value"));
    check_error("tags[value pr]", &detail("tags"));
    check_error("schemas[value pr]", &detail("schemas"));
    check("manager[value eq \"x\"]");
    check("name[familyName eq \"x\"]");
}

#[test]
fn operators_go_with_types() {
    for (path, kind, value, usable, refused) in [
        (
            "active",
            "boolean",
            "true",
            "eq, ne or pr",
            &["co", "sw", "ew", "gt", "ge", "lt", "le"][..],
        ),
        (
            "x509Certificates.value",
            "binary",
            "\"MII=\"",
            "eq, ne or pr",
            &["co", "sw", "ew", "gt", "ge", "lt", "le"],
        ),
        (
            "meta.created",
            "dateTime",
            "\"2020-01-01T00:00:00Z\"",
            "eq, ne, gt, ge, lt, le or pr",
            &["co", "sw", "ew"],
        ),
        ("logins", "integer", "1", "eq, ne, gt, ge, lt, le or pr", &["co", "sw", "ew"]),
        ("height", "decimal", "1.5", "eq, ne, gt, ge, lt, le or pr", &["co", "sw", "ew"]),
        ("title", "string", "\"x\"", "", &[]),
        ("profileUrl", "reference", "\"x\"", "", &[]),
    ] {
        for op in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
            let filter = format!("{path} {op} {value}");
            if refused.contains(&op) {
                let does_not = format!("has the type {kind}, which {op} does not support");
                check_error(&filter, &format!("\"{path}\" {does_not}; use {usable}"));
            } else {
                check(&filter);
            }
        }
    }
}

#[test]
fn values_go_with_types() {
    let text = "must be compared with text in double quotes, found";
    check("userName eq 1 and employeeNumber eq 7");
    check_error("userName eq 1.5", &format!("\"userName\" {text} 1.5"));
    check_error("userName co 1", &format!("\"userName\" {text} 1"));
    check_error("emails eq true", &format!("\"emails\" {text} true"));
    check_error("x509Certificates eq 1", &format!("\"x509Certificates\" {text} 1"));
    let boolean = "must be compared with true or false, found";
    check_error("active eq \"yes\"", &format!("\"active\" {boolean} \"yes\""));
    check_error("active eq 1", &format!("\"active\" {boolean} 1"));
    check_error("emails[primary eq \"\"]", &format!("\"primary\" {boolean} \"\""));
    let number = "must be compared with a number, found";
    check("logins eq \"1\" and height gt \"1.5\"");
    check_error("logins eq \"one\"", &format!("\"logins\" {number} \"one\""));
    check_error("height gt true", &format!("\"height\" {number} true"));
    let instant = "must be compared with a date and time such as \"2026-11-23T09:30:00Z\", found";
    check_error("meta.created gt \"today\"", &format!("\"meta.created\" {instant} \"today\""));
    check_error("meta.created gt 2020", &format!("\"meta.created\" {instant} 2020"));
}

#[test]
fn null_is_equal_or_not_and_nothing_else() {
    for path in [
        "userName",
        "active",
        "meta.created",
        "logins",
        "emails",
        "name",
        "x509Certificates",
        "schemas",
    ] {
        check(&format!("{path} eq null"));
        check(&format!("{path} ne null"));
    }
    check_error("userName gt null", "null can be compared with eq and ne only, not with gt");
    check_error("active co null", "null can be compared with eq and ne only, not with co");
}

#[test]
fn what_is_never_returned_is_not_filtered_by() {
    for filter in [
        "password eq \"t1meMa$heen\"",
        "password pr",
        "badge.value pr",
        "badge eq \"x\"",
        "badge[value sw \"x\"]",
        "title pr or not (PASSWORD sw \"a\")",
    ] {
        let error = Filter::parse(filter, &Limits::default())
            .unwrap()
            .bind(&resource_type())
            .expect_err(filter);
        assert_eq!(error.scim_type, ScimType::Sensitive);
        assert!(error.detail.ends_with("is never returned and cannot be used in a filter"));
    }
    check("badge.display pr and badge[display sw \"x\"] and badge pr");
}

#[test]
fn the_filter_of_an_element_is_bound_to_one_attribute() {
    let resource_type = resource_type();
    let check = |attribute: &str, filter: &str, detail: Option<&str>| {
        let attribute = resource_type.attribute(attribute).unwrap();
        let bound = Filter::parse(filter, &Limits::default()).unwrap().bind_elements(attribute);
        assert_eq!(bound.err().map(|error| error.detail).as_deref(), detail, "{filter}");
    };
    check("emails", "TYPE eq \"work\" and primary eq \"True\"", None);
    check(
        "emails",
        "userName pr",
        Some(
            "Path: \"emails\" has no sub-attribute \"userName\"; it has value, display, type, primary",
        ),
    );
    check(
        "emails",
        "type[value pr]",
        Some("Path: \"type\" has no sub-attributes, so a filter in [ ] cannot follow it"),
    );
    check(
        "title",
        "value pr",
        Some("Path: \"title\" has no sub-attributes, so a filter in [ ] cannot follow it"),
    );
}
