//! All filters of RFC 7644 §3.4.2.2, word for word. Each has a resource that it matches and a resource that it does not
//! match.

use super::{babs, bound, object};
use serde_json::{Map, Value, json};

/// Merges `change` into Babs Jensen at the top level; `null` removes an attribute.
fn babs_but(change: Value) -> Map<String, Value> {
    let mut resource = babs();
    for (name, value) in object(change) {
        if value.is_null() {
            resource.remove(&name);
        } else {
            resource.insert(name, value);
        }
    }
    resource
}

#[track_caller]
fn check(filter: &str, matching: Value, other: Value) {
    let bound = bound(filter);
    assert!(bound.matches(&babs_but(matching.clone())), "{filter} does not match with {matching}");
    assert!(!bound.matches(&babs_but(other.clone())), "{filter} matches with {other}");
}

#[test]
fn comparisons_of_text() {
    check(r#"userName Eq "bjensen""#, json!({}), json!({"userName": "bjense"}));
    check(
        r#"name.familyName co "O'Malley""#,
        json!({"name": {"familyName": "van o'malley-Smith"}}),
        json!({"name": {"givenName": "O'Malley"}}),
    );
    check(r#"userName sw "J""#, json!({"userName": "jensen"}), json!({}));
    check(
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        json!({"userName": "Jensen"}),
        json!({"userName": "bj"}),
    );
    check("title pr", json!({}), json!({"title": null}));
}

#[test]
fn comparisons_of_instants() {
    let modified = |instant: &str| json!({"meta": {"lastModified": instant}});
    let (before, at, after) = (
        modified("2011-05-13T04:42:33.999Z"),
        modified("2011-05-13T06:42:34+02:00"),
        modified("2011-05-13T04:42:34.001Z"),
    );
    let filter = |op: &str| format!("meta.lastModified {op} \"2011-05-13T04:42:34Z\"");
    check(&filter("gt"), after.clone(), at.clone());
    check(&filter("ge"), at.clone(), before.clone());
    check(&filter("ge"), after.clone(), before.clone());
    check(&filter("lt"), before.clone(), at.clone());
    check(&filter("le"), at, after.clone());
    check(&filter("le"), before, after);
}

#[test]
fn logical_expressions() {
    check(r#"title pr and userType eq "Employee""#, json!({}), json!({"title": null}));
    check(r#"title pr and userType eq "Employee""#, json!({}), json!({"userType": "Intern"}));
    check(r#"title pr or userType eq "Intern""#, json!({}), json!({"title": null}));
    check(
        r#"title pr or userType eq "Intern""#,
        json!({"title": null, "userType": "Intern"}),
        json!({"title": "", "userType": "Contractor"}),
    );
    check(
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        json!({}),
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}),
    );
}

#[test]
fn grouping_and_negation() {
    let work = json!({"emails": [{"type": "work", "value": "a@example.com"}]});
    let org = json!({"emails": [{"type": "home", "value": "a@EXAMPLE.org"}]});
    let net = json!({"emails": [{"type": "home", "value": "a@example.net"}]});
    let filter =
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#;
    check(filter, work.clone(), net.clone());
    check(filter, org.clone(), json!({"userType": "Intern"}));

    let filter = r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#;
    let intern = |emails: &Value| json!({"userType": "Intern", "emails": emails["emails"]});
    check(filter, intern(&net), intern(&org));
    check(filter, intern(&json!({"emails": null})), work.clone());
    check(filter, json!({"userType": null, "emails": null}), net);

    check(r#"userType eq "Employee" and (emails.type eq "work")"#, work, org);
}

#[test]
fn value_paths() {
    let filter = r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#;
    let crossed = json!([
        {"type": "work", "value": "a@example.net"},
        {"type": "home", "value": "a@example.com"},
    ]);
    check(filter, json!({}), json!({"emails": crossed}));

    let filter = r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#;
    let ims =
        |kind: &str| json!({"emails": crossed, "ims": [{"type": kind, "value": "a@foo.com"}]});
    check(filter, json!({}), json!({"emails": null}));
    check(filter, ims("xmpp"), ims("aim"));
}
