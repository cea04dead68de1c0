//! References to resources in place of their ids (RFC 7643 §2.4). `{"$ref": "…/Users/{id}"}` names a member as
//! `{"value": "{id}"}` does.

use super::json::Body;
use super::schema::{ResourceType, ResourceTypes};
use super::values::is_no_value;
use serde_json::Value;

/// Sets the `value` of each object in `body` that has a `$ref` and no `value`. The new `value` is the id in the `$ref`.
///
/// This applies to resource types that refer to other resources. Only references to a resource below
/// `base_url` count.
pub fn fill_in_values(
    types: &ResourceTypes,
    resource_type: &ResourceType,
    body: Body,
    base_url: &str,
) -> Body {
    if !resource_type.attributes().any(|attribute| attribute.kept_apart) {
        return body;
    }
    let endpoints = types.all().map(|one| one.endpoint.as_str());
    let root = ServiceRoot { base_url, endpoints: &endpoints };
    let mut body = body.into_object();
    body.values_mut().for_each(|value| root.visit(value));
    Body::from(body)
}

struct ServiceRoot<'a> {
    base_url: &'a str,
    endpoints: &'a [&'a str],
}

impl ServiceRoot<'_> {
    fn visit(&self, value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.visit(element)),
            Value::Object(object) => {
                let named =
                    |name: &str| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                let is_operation = named("op").is_some();
                let id = match (named("$ref"), named("value")) {
                    (_, Some((_, value))) if !is_no_value(value) => None,
                    (Some((_, Value::String(reference))), value) if !is_operation => {
                        let key = value.map_or("value", |(key, _)| key.as_str()).to_owned();
                        self.id_in(reference).map(|id| (key, Value::from(id)))
                    }
                    _ => None,
                };
                if let Some((key, id)) = id {
                    object.insert(key, id);
                }
                object.values_mut().for_each(|value| self.visit(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The id in a reference. A relative reference begins at the SCIM root (RFC 7643 §2.3.7).
    fn id_in<'r>(&self, reference: &'r str) -> Option<&'r str> {
        let (before, id) = reference.trim_end_matches('/').rsplit_once('/')?;
        let (root, endpoint) = before.rsplit_once('/').unwrap_or(("", before));
        let is_named = |known: &&str| known.trim_start_matches('/').eq_ignore_ascii_case(endpoint);
        (self.is_root(root) && self.endpoints.iter().any(is_named)).then_some(id)
    }

    /// Whether `root` is the SCIM root: its URL, the path of its URL, or the start of a relative
    /// reference.
    fn is_root(&self, root: &str) -> bool {
        let after_scheme = self.base_url.split_once("://").map_or("", |(_, rest)| rest);
        let path = after_scheme.split_once('/').map_or("", |(_, path)| path);
        ["", ".", "..", self.base_url].iter().any(|ours| ours.eq_ignore_ascii_case(root))
            || root.strip_prefix('/') == Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::fill_in_values;
    use crate::schema::ResourceTypes;
    use serde_json::{Value, json};

    const ROOT: &str = "https://scim.example/acme/scim/v2";

    #[track_caller]
    fn check(member: Value, expected: Value) {
        let types = ResourceTypes::standard();
        let body = json!({"displayName": "Crew", "Operations": [{"value": {"members": [member]}}]});
        let body = body.as_object().unwrap().clone().into();
        let named = fill_in_values(&types, &types.groups, body, ROOT).into_object();
        assert_eq!(named["Operations"][0]["value"]["members"][0], expected);
    }

    #[test]
    fn a_reference_into_the_service_is_an_id() {
        for reference in [
            "../Groups/u1/",
            &format!("{ROOT}/Users/u1"),
            &format!("{ROOT}/Groups/u1"),
            "/acme/scim/v2/Users/u1",
            "../Users/u1",
            "/Users/u1",
            "Users/u1",
        ] {
            let id = json!({"$ref": reference, "value": "u1"});
            check(json!({"$ref": reference}), id.clone());
            check(json!({"$ref": reference, "value": null}), id);
            check(
                json!({"$REF": reference, "Value": ""}),
                json!({"$REF": reference, "Value": "u1"}),
            );
            let other = json!({"$ref": reference, "value": "u2"});
            check(other.clone(), other);
        }
    }

    #[test]
    fn another_reference_is_no_id() {
        for reference in [
            "https://scim.example/other/scim/v2/Users/u1",
            "https://other.example/Users/u1",
            "../Roles/u1",
            "u1",
            "",
        ] {
            check(json!({"$ref": reference}), json!({"$ref": reference}));
        }
        check(json!({"$ref": null}), json!({"$ref": null}));
        let operation = json!({"op": "add", "$ref": "../Users/u1"});
        check(operation.clone(), operation);
    }
}
