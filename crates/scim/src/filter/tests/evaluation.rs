use super::{babs, bound, object, resource_type};
use crate::Limits;
use crate::filter::Filter;
use serde_json::{Value, json};

/// Checks whether `filter` matches Babs Jensen.
#[track_caller]
fn check(filter: &str, expected: bool) {
    assert_eq!(bound(filter).matches(&babs()), expected, "{filter}");
}

#[test]
fn names_are_the_same_in_any_case_and_with_their_urn() {
    check("USERNAME eq \"bjensen\"", true);
    check("Name.FamilyName eq \"o'malley\"", true);
    check("EMAILS[TYPE eq \"work\"]", true);
    check("URN:IETF:params:scim:schemas:core:2.0:User:name.familyName eq \"o'malley\"", true);
    check("urn:ietf:params:scim:schemas:core:2.0:User:id pr", true);
    check("urn:ietf:params:scim:schemas:core:2.0:User:schemas pr", true);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check(&format!("{enterprise}:employeeNumber eq \"701984\""), true);
    check(&format!("{enterprise}:manager.value eq \"26118915\""), true);
    check(&format!("{enterprise}:manager eq \"26118915\""), true);
    check(
        &format!("{enterprise}:manager[value eq \"26118915\" and displayName sw \"john\"]"),
        true,
    );
    check(
        &format!("{enterprise}:manager[value eq \"26118915\" and displayName sw \"jack\"]"),
        false,
    );
    check("manager eq \"26118915\" and employeeNumber sw \"70\"", true);
    check(&format!("{enterprise} pr"), true);
    check(&format!("{enterprise}:department pr"), false);
}

#[test]
fn text_is_compared_as_the_attribute_says() {
    check("userName eq \"bJENSEN\"", true);
    check("userName co \"JEN\" and userName sw \"bj\" and userName ew \"SEN\"", true);
    check("userName co \"jem\"", false);
    check("locale eq \"DE_STRASSE\"", true);
    check("locale ew \"SSE\"", true);
    check("externalId eq \"Babs-701984\"", true);
    check("externalId eq \"babs-701984\"", false);
    check("externalId sw \"babs\" or externalId co \"BABS\"", false);
    check("meta.version eq \"W/\\\"3\\\"\"", true);
    check("photos.value sw \"https://photos.example.com/babs\"", false);
    check("x509Certificates eq \"MIIDQzCCAqy=\"", true);
    check("x509Certificates eq \"miidqzccaqy=\"", false);
    check("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:user\"", false);
}

#[test]
fn text_has_an_order() {
    check("userName gt \"BJENSE\" and userName lt \"bjensenn\"", true);
    check("userName ge \"BJENSEN\" and userName le \"BJENSEN\"", true);
    check("userName gt \"BJENSEN\" or userName lt \"BJENSEN\"", false);
    check("externalId gt \"babs\"", false);
    check("externalId lt \"babs\"", true);
}

#[test]
fn numbers_are_compared_as_numbers() {
    check("logins eq 9007199254740993", true);
    check("logins eq 9007199254740992", false);
    check("logins gt 9007199254740992 and logins le 9007199254740993", true);
    check("logins gt -1.5", true);
    check("height eq 1.750", true);
    let largest = object(json!({"logins": u64::MAX}));
    assert!(bound("logins eq 18446744073709551615").matches(&largest));
    assert!(!bound("logins eq 18446744073709551614").matches(&largest));
    assert!(bound("logins gt -1").matches(&largest));
    check("height eq 175e-2 and height ge 1 and height lt 2", true);
}

#[test]
fn instants_are_compared_in_time() {
    check("meta.lastModified eq \"2011-05-13T06:42:34+02:00\"", true);
    check("meta.lastModified ne \"2011-05-13T06:42:34+02:00\"", false);
    check("meta.lastModified gt \"2011-05-13T04:42:33.9999Z\"", true);
    check("meta.created lt \"2010-01-23T05:56:22+01:00\"", false);
}

#[test]
fn booleans_may_be_quoted() {
    check("active eq true", true);
    check("active eq TRUE and active eq \"True\" and active ne \"false\"", true);
    check("active eq \"False\"", false);
    check("emails[primary eq \"True\"].value eq \"bjensen@example.com\"", true);
    check("emails[primary eq \"True\"].value eq \"babs@jensen.org\"", false);
    check("emails[primary ne true].value eq \"babs@jensen.org\"", true);
}

#[test]
fn a_value_that_does_not_say_that_it_is_primary_is_not() {
    check("emails[primary eq false].value eq \"babs@jensen.org\"", true);
    check("emails[primary eq \"False\" and type eq \"home\"]", true);
    check("emails[primary eq false and type eq \"work\"]", false);
    check("emails[not (primary eq false)].value eq \"babs@jensen.org\"", false);
    check("emails[primary ne false].value eq \"bjensen@example.com\"", true);
    check("emails[primary ne false].value eq \"babs@jensen.org\"", false);
    check("emails.primary eq false and emails.primary eq true", true);
    check("emails.primary ne false", false);
    // An empty list has no value, so no comparison with its values matches.
    check("ims.primary eq false or ims[primary eq false]", false);
    check("emails[primary pr].value eq \"babs@jensen.org\"", false);
}

#[test]
fn any_value_of_a_list_is_enough() {
    check("emails eq \"BABS@jensen.org\"", true);
    check("emails.value ew \"@jensen.org\"", true);
    check("emails.type eq \"other\"", false);
    check("emails.type eq \"work\" and emails.value eq \"babs@jensen.org\"", true);
    check("emails[type eq \"work\" and value eq \"babs@jensen.org\"]", false);
    check("emails[type eq \"work\"].value eq \"babs@jensen.org\"", false);
    check("emails[type eq \"home\"].value eq \"babs@jensen.org\"", true);
    check("emails[not (type eq \"work\") and value pr]", true);
    check("not (emails[type eq \"work\" or type eq \"home\"])", false);
    check("(userName eq \"x\" or emails[type eq \"home\"]) and title pr", true);
    check("tags eq \"red\" and tags eq \"BLUE\"", true);
}

#[test]
fn not_equal_is_the_negation_of_equal() {
    check("title ne \"x\"", true);
    check("title ne \"vice president\"", false);
    check("nickName ne \"x\"", true);
    check("emails ne \"babs@jensen.org\"", false);
    check("emails ne \"x\"", true);
    check("ims ne \"x\"", true);
    check("tags ne \"red\"", false);
    check("emails[type ne \"work\"]", true);
}

#[test]
fn null_is_no_value() {
    check("nickName eq null", true);
    check("nickName ne null", false);
    check("title eq null", false);
    check("title ne null", true);
    check("roles eq null", true);
    check("emails ne null and name ne null", true);
    check("emails[primary eq null].value eq \"babs@jensen.org\"", true);
}

#[test]
fn what_is_absent_is_neither_equal_nor_less() {
    check("nickName eq \"\"", false);
    check("nickName lt \"x\" or nickName gt \"\"", false);
    check("nickName co \"\" or nickName sw \"\" or nickName ew \"\"", false);
    check("ims[type eq \"x\"]", false);
    check("ims[not (type eq \"x\")]", false);
    check("not (ims[type eq \"x\"])", true);
}

#[test]
fn empty_values_are_not_present() {
    let check = |attribute: &str, value: Value, expected: bool| {
        let resource = object(json!({attribute: value}));
        assert_eq!(bound(&format!("{attribute} pr")).matches(&resource), expected, "{resource:?}");
        assert_eq!(bound(&format!("{attribute} eq null")).matches(&resource), !expected);
    };
    check("title", json!(null), false);
    check("title", json!(""), false);
    check("title", json!("x"), true);
    check("active", json!(false), true);
    check("logins", json!(0), true);
    check("name", json!({}), false);
    check("name", json!({"familyName": "", "givenName": null}), false);
    check("name", json!({"familyName": "x"}), true);
    check("emails", json!([]), false);
    check("emails", json!([{}, {"value": null}]), false);
    check("emails", json!([{}, {"value": "x"}]), true);
    check("tags", json!([""]), false);
    check("name", json!({"familyName": [""]}), false);
}

#[test]
fn values_of_unexpected_types_are_met_by_no_comparison() {
    let check = |filter: &str, value: Value| {
        let name = filter.split(['.', '[', ' ']).next().unwrap();
        let resource = object(json!({name: value}));
        assert!(!bound(filter).matches(&resource), "{filter} matches {resource:?}");
    };
    for value in [json!(null), json!(1), json!([[["x"]]]), json!({"x": "x"}), json!([null, {}])] {
        check("userName co \"\"", value.clone());
        check("emails eq \"x\"", value.clone());
        check("emails[value eq \"x\"]", value.clone());
        check("emails[not (value eq \"x\")].type pr", value.clone());
        check("name.familyName ge \"\"", value.clone());
        check("meta.created gt \"2020-01-01T00:00:00Z\"", value.clone());
        check("active eq true", value.clone());
        check("height lt 0", value);
    }
    check("active eq true", json!("true"));
    check("logins eq 1", json!("1"));
    check("meta.created lt \"2020-01-01T00:00:00Z\"", json!({"created": "long ago"}));
}

#[test]
fn an_element_is_matched_by_itself() {
    let check = |filter: &str, element: Value, expected: bool| {
        let resource_type = resource_type();
        let emails = resource_type.attribute("emails").unwrap();
        let bound =
            Filter::parse(filter, &Limits::default()).unwrap().bind_elements(emails).unwrap();
        assert_eq!(bound.matches_element(&element), expected, "{filter}: {element}");
    };
    let work = json!({"type": "Work", "value": "a@b.c", "primary": true});
    check("type eq \"work\"", work.clone(), true);
    check("type eq \"work\" and primary eq \"TRUE\" and value sw \"A\"", work.clone(), true);
    check("not (type eq \"work\") or display pr", work, false);
    check("type ne \"work\"", json!({}), true);
    check("type ne \"work\"", json!("work"), false);
    check("type ne \"work\"", json!([{"type": "home"}]), false);
}
