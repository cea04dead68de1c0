use super::{bound, resource_type};
use crate::Limits;
use crate::filter::Filter;
use serde_json::{Value, json};

/// Checks the lookups of `filter`. Lookups are written `attribute=value`.
#[track_caller]
fn check(filter: &str, expected: &[&str]) {
    let written = bound(filter).lookups().into_iter().map(|lookup| {
        let sub_attribute = lookup.sub_attribute.map(|name| format!(".{name}")).unwrap_or_default();
        format!("{}{sub_attribute}={}", lookup.attribute, lookup.value)
    });
    assert_eq!(written.collect::<Vec<_>>(), expected, "{filter}");
}

#[test]
fn comparisons_that_must_hold_are_lookups() {
    check("USERNAME eq \"Ada\"", &["userName=Ada"]);
    check("id eq \"1\" and manager eq \"2\"", &["id=1"]);
    check(
        "userName eq \"Ada\" and (externalId eq \"X\" and title pr)",
        &["userName=Ada", "externalId=X"],
    );
    check("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"Ada\"", &["userName=Ada"]);
}

#[test]
fn every_way_to_ask_for_an_email_is_the_same_lookup() {
    check("emails eq \"x\"", &["emails.value=x"]);
    check("emails.value eq \"x\"", &["emails.value=x"]);
    check("emails[type eq \"work\" and value eq \"x\"]", &["emails.type=work", "emails.value=x"]);
    check("emails[type eq \"work\"].value eq \"x\"", &["emails.type=work", "emails.value=x"]);
    check("Emails[Value eq \"x\"] and active eq true", &["emails.value=x"]);
}

#[test]
fn what_need_not_hold_or_is_not_text_is_no_lookup() {
    check("userName eq \"a\" or userName eq \"b\"", &[]);
    check("not (userName eq \"a\")", &[]);
    check("userName ne \"a\" and title sw \"a\" and nickName gt \"a\"", &[]);
    check("emails[value eq \"a\" or value eq \"b\"]", &[]);
    check("emails[not (value eq \"a\")]", &[]);
    check("active eq \"true\" and logins eq 1 and nickName eq null", &[]);
    check("meta.created eq \"2020-01-01T00:00:00Z\"", &[]);
    check("department eq \"Sales\" and manager[value eq \"1\"]", &[]);
}

#[test]
fn eq_terms_describe_an_element() {
    let check = |filter: &str, expected: Option<Value>| {
        let resource_type = resource_type();
        let emails = resource_type.attribute("emails").unwrap();
        let bound =
            Filter::parse(filter, &Limits::default()).unwrap().bind_elements(emails).unwrap();
        let element = bound.eq_terms().map(|terms| Value::Object(terms.into_iter().collect()));
        assert_eq!(element, expected, "{filter}");
        assert!(element.is_none_or(|element| bound.matches_element(&element)), "{filter}");
    };
    check("TYPE eq \"Work\"", Some(json!({"type": "Work"})));
    check(
        "type eq \"work\" and (primary eq \"True\" and value eq \"A@b.c\")",
        Some(json!({"type": "work", "primary": true, "value": "A@b.c"})),
    );
    check("type eq \"work\" and Type eq \"work\"", Some(json!({"type": "work"})));
    check("type eq \"work\" and type eq \"home\"", None);
    check("type eq \"work\" or primary eq true", None);
    check("type eq \"work\" and display eq null", None);
    for other in
        ["type ne \"a\"", "type co \"a\"", "type gt \"a\"", "type pr", "not (type eq \"a\")"]
    {
        check(other, None);
        check(&format!("value eq \"x\" and {other}"), None);
    }
}

#[test]
fn the_filter_of_a_whole_resource_describes_no_element() {
    assert_eq!(bound("emails.value eq \"x\"").eq_terms(), None);
    assert_eq!(bound("department eq \"x\"").eq_terms(), None);
    assert_eq!(bound("emails[value eq \"x\"]").eq_terms(), None);
}
