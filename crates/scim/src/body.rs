//! Reads the body of a POST or PUT. Its keys may be paths, as in a PATCH without a path, because clients send such
//! keys.

use super::document::Document;
use super::json::Body;
use super::schema::ResourceType;
use super::{Error, patch, validate};
use serde_json::{Map, Value};

/// Reads the body of a POST or PUT (RFC 7644 §3.3 and §3.5.1) into canonical attributes.
///
/// An attribute at its own place wins over a key that is a path. Paths as keys help clients that map an attribute
/// without its namespace. So POST and PUT keep such an attribute as PATCH does.
///
/// # Errors
/// Fails as [`validate::read_resource`] and [`patch::add_paths`] do.
pub fn read_body(resource_type: &ResourceType, body: Body) -> Result<Document, Error> {
    let paths = keys_elsewhere(resource_type, &body);
    let document = validate::read_resource(resource_type, body)?;
    match paths.is_empty() {
        true => Ok(document),
        false => patch::add_paths(resource_type, document, paths),
    }
}

/// The members whose keys are not attribute names at their place. A key in an extension gets the URI of the extension.
fn keys_elsewhere(resource_type: &ResourceType, body: &Body) -> Map<String, Value> {
    let mut others = Map::new();
    for (key, value) in body.as_object() {
        if resource_type.attribute(key).is_some() || key.eq_ignore_ascii_case("schemas") {
            continue;
        }
        match (resource_type.extension(key), value) {
            (Some(extension), Value::Object(members)) => {
                let unknown =
                    members.iter().filter(|(name, _)| extension.attribute(name).is_none());
                others.extend(
                    unknown
                        .map(|(name, value)| (format!("{}:{name}", extension.id), value.clone())),
                );
            }
            (Some(_), _) => {}
            (None, value) => {
                others.insert(key.clone(), value.clone());
            }
        }
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ResourceTypes;
    use crate::urn::ENTERPRISE_USER;
    use serde_json::json;

    #[track_caller]
    fn check(body: Value, expected: Value) {
        let users = &ResourceTypes::standard().users;
        let read = read_body(users, body.as_object().unwrap().clone().into()).unwrap();
        assert_eq!(json!(read), expected);
    }

    #[test]
    fn keys_may_be_paths() {
        for body in [
            json!({"userName": "ada", "department": "R", "manager": "b@x"}),
            json!({"userName": "ada", (ENTERPRISE_USER): {"department": "R", "manager.value": "b@x"}}),
            json!({"userName": "ada", (format!("{ENTERPRISE_USER}:department")): "R", (format!("{ENTERPRISE_USER}.manager")): "b@x"}),
        ] {
            let enterprise = json!({"department": "R", "manager": {"value": "b@x"}});
            check(body, json!({"userName": "ada", (ENTERPRISE_USER): enterprise}));
        }
        check(
            json!({"userName": "ada", "name.givenName": "Ada", "name": {"familyName": "L"}}),
            json!({"userName": "ada", "name": {"familyName": "L", "givenName": "Ada"}}),
        );
        check(
            json!({"userName": "ada", "emails[type eq \"work\"].value": "a@x"}),
            json!({"userName": "ada", "emails": [{"type": "work", "value": "a@x"}]}),
        );
    }

    #[test]
    fn what_is_in_its_place_counts_and_what_is_no_path_is_left_out() {
        check(
            json!({"userName": "ada", "department": "X", (ENTERPRISE_USER): {"department": "R"}}),
            json!({"userName": "ada", (ENTERPRISE_USER): {"department": "R"}}),
        );
        check(
            json!({"userName": "ada", "name.givenName": "X", "name": {"givenName": "Ada"}}),
            json!({"userName": "ada", "name": {"givenName": "Ada"}}),
        );
        check(
            json!({"userName": "ada", "shoe": 4, "a[b": 1, "emails[": 1, "": 1, "groups.value": "x", "urn:x:y": {"z": 1}}),
            json!({"userName": "ada"}),
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let users = &ResourceTypes::standard().users;
        for (body, detail) in [
            (
                json!({"userName": "ada", "department": true}),
                "department must be text, found a boolean",
            ),
            (json!({"department": "R"}), "userName is required and must not be empty"),
        ] {
            let error = read_body(users, body.as_object().unwrap().clone().into()).unwrap_err();
            assert!(error.detail.contains(detail), "{}", error.detail);
            assert!(!error.detail.contains("Operation"), "{}", error.detail);
        }
    }
}
