//! Attributes that a request names and no table has. Such attributes are ignored (RFC 7644 §3.3), so a wrong mapping
//! goes unnoticed. An administrator needs their names to find it. The names also include values that are left out for
//! their length, and single values that a path filters.

use super::attr_path::AttrPath;
use super::filter::Filter;
use super::json::Body;
use super::patch::{PatchRequest, unknown_parts};
use super::schema::{Attribute, AttributeType, Mutability, ResourceType, Target};
use super::values::{nested, unwrapped};
use serde_json::Value;
use std::collections::BTreeSet;

/// The maximum number of names of one request.
const MOST_NAMES: usize = 20;
/// The maximum length of a name, in characters.
const MOST_CHARS: usize = 200;

/// The names of unknown attributes, in attribute notation (RFC 7644 §3.10) and mostly as the client wrote them. There
/// are at most 20 names, each cut after 200 characters. The names never include values.
pub type Names = BTreeSet<String>;

/// The unknown attributes in the body of a POST or PUT.
pub fn in_resource(resource_type: &ResourceType, body: &Body) -> Names {
    let mut unknown = Unknown::of(resource_type);
    for (key, value) in body.as_object() {
        match resource_type.attribute(key) {
            Some(attribute) => unknown.look_for_parts(attribute, &attribute.name, value),
            // A POST or PUT ignores a key with a malformed filter. The name leaves the filter out, which may hold a
            // value.
            None if is_malformed_value_path(resource_type, key) => {
                unknown.add(format!("{}[]", key.split('[').next().unwrap_or_default()));
            }
            None => unknown.look_at(key, value),
        }
    }
    unknown.names
}

/// The unknown attributes in the operations of a PATCH, from paths and values.
pub fn in_patch(resource_type: &ResourceType, request: &PatchRequest) -> Names {
    let mut unknown = Unknown::of(resource_type);
    for operation in &request.operations {
        let value = operation.value.as_ref().unwrap_or(&Value::Null);
        match &operation.path {
            Some(path) => unknown.look_at(path, value),
            None => unknown.look_through(value),
        }
    }
    unknown.names
}

/// Whether a table now has the attribute that was unknown under this name.
pub fn is_known(resource_type: &ResourceType, name: &str) -> bool {
    AttrPath::parse(name).is_some_and(|path| resource_type.resolve(&path).is_some())
}

struct Unknown<'s> {
    resource_type: &'s ResourceType,
    names: Names,
}

impl<'s> Unknown<'s> {
    fn of(resource_type: &'s ResourceType) -> Self {
        Self { resource_type, names: Names::new() }
    }

    /// Looks at a value without a path. Each of its keys is a path.
    fn look_through(&mut self, value: &Value) {
        for (key, value) in value.as_object().into_iter().flatten() {
            self.look_at(key, value);
        }
    }

    fn look_at(&mut self, path: &str, value: &Value) {
        // A malformed filter is not reported here: it makes a PATCH fail.
        if path.contains('[') {
            if let Ok((path, filter, part)) =
                Filter::parse_value_path(path, &self.resource_type.limits)
            {
                self.look_at_value_path((&path, &filter, part.as_deref()), value);
            }
            return;
        }
        match AttrPath::parse(path).map(|path| (self.resource_type.resolve(&path), path)) {
            Some((Some(Target::Core), _)) => self.look_through(value),
            Some((Some(Target::Attribute { attribute, sub_attribute: None, .. }), path)) => {
                self.look_for_parts(attribute, &path.to_string(), value);
            }
            Some((Some(Target::Attribute { sub_attribute: Some(part), .. }), path)) => {
                self.look_at_length(part, &path.to_string(), value);
            }
            Some((Some(Target::Extension(_)) | None, _)) | None => {
                self.look_for_extension(path, value);
            }
        }
    }

    fn look_at_value_path(
        &mut self,
        (path, filter, part): (&AttrPath, &Filter, Option<&str>),
        value: &Value,
    ) {
        match self.resource_type.resolve(path) {
            Some(Target::Attribute { attribute, .. }) if attribute.multi_valued => {
                if let Some(known) = part.and_then(|part| attribute.sub_attribute(part)) {
                    self.look_at_length(known, &format!("{path}.{}", known.name), value);
                }
                let part = part.filter(|part| attribute.sub_attribute(part).is_none());
                for part in unknown_parts(attribute, filter).chain(part) {
                    self.add(format!("{path}.{part}"));
                }
            }
            Some(Target::Attribute { sub_attribute: None, .. }) => self.add(format!("{path}[]")),
            Some(_) => {}
            None => self.add(path.to_string()),
        }
    }

    /// Looks at an object of attributes under a URI. Any other value under an unknown key is unknown as a whole.
    fn look_for_extension(&mut self, key: &str, value: &Value) {
        if key.eq_ignore_ascii_case("schemas") {
            return;
        }
        let extension = self.resource_type.extension(key);
        let members = match value {
            Value::Object(members) if extension.is_some() || is_urn(key) => members,
            _ if extension.is_some() => return,
            _ => return self.add(key.to_owned()),
        };
        let at = extension.map_or(key, |extension| &extension.id);
        for (name, value) in members {
            let at = format!("{at}:{name}");
            match extension.and_then(|extension| extension.attribute(name)) {
                Some(attribute) => self.look_for_parts(attribute, &at, value),
                // A key may be a path here too.
                None if is_known(self.resource_type, &at) => {}
                None => self.add(at),
            }
        }
    }

    /// Looks at the sub-attributes of a value, or of each value in a list.
    fn look_for_parts(&mut self, attribute: &Attribute, at: &str, value: &Value) {
        match nested(attribute, value).unwrap_or(value) {
            // A client cannot set the attribute, so no mapping has it.
            _ if attribute.mutability == Mutability::ReadOnly => {}
            Value::Array(values) => {
                values.iter().for_each(|value| self.look_for_parts(attribute, at, value));
            }
            Value::Object(members) if attribute.kind == AttributeType::Complex => {
                let unknown = members.keys().filter(|name| attribute.sub_attribute(name).is_none());
                unknown.for_each(|name| self.add(format!("{at}.{name}")));
                for (name, value) in members {
                    if let Some(part) = attribute.sub_attribute(name) {
                        self.look_at_length(part, &format!("{at}.{}", part.name), value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Looks for text that is left out because it is too long.
    fn look_at_length(&mut self, attribute: &Attribute, at: &str, value: &Value) {
        if unwrapped(value).as_str().is_some_and(|text| attribute.leaves_out(text)) {
            self.add(format!("{at} (longer than {} characters)", attribute.max_chars));
        }
    }

    fn add(&mut self, name: String) {
        if self.names.len() < MOST_NAMES && !name.is_empty() {
            self.names.insert(name.chars().take(MOST_CHARS).collect());
        }
    }
}

fn is_malformed_value_path(resource_type: &ResourceType, key: &str) -> bool {
    key.contains('[') && Filter::parse_value_path(key, &resource_type.limits).is_err()
}

fn is_urn(text: &str) -> bool {
    text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::schema::ResourceTypes;
    use crate::urn;
    use serde_json::{Map, json};

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    #[track_caller]
    fn check_body(body: Value, expected: &[&str]) {
        let users = &ResourceTypes::standard().users;
        let names = in_resource(users, &Body::from(body.as_object().unwrap().clone()));
        assert_eq!(names.iter().collect::<Vec<_>>(), expected);
    }

    #[track_caller]
    fn check_operation(operation: Value, expected: &[&str]) {
        let body = json!({"schemas": [urn::PATCH_OP], "Operations": [operation]});
        let request =
            PatchRequest::read(body.as_object().unwrap().clone().into(), &Limits::default())
                .unwrap();
        let names = in_patch(&ResourceTypes::standard().users, &request);
        assert_eq!(names.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_a_body_names_and_nobody_knows() {
        let known = json!({
            "schemas": [urn::USER], "id": "1", "USERNAME": "ada", "meta": {"foo": "x"}, "groups": [{"foo": 1}],
            "name": {"familyName": "L"}, "emails": [{"value": "a", "$ref": "b"}],
            (ENTERPRISE): {"department": "D", "manager": {"value": "m"}}, "password": "p",
        });
        check_body(known, &["emails.$ref"]);
        let unknown = json!({
            "department": "D", "name": {"nick": "A"}, "": 1, "emails": [{"verified": true}, {"verified": 1}],
            (ENTERPRISE): {"floor": 3, "manager": {"phone": "1"}},
            "urn:x:y": {"badge": 7, "color": "red"}, "urn:x:z": "text",
        });
        let manager = format!("{ENTERPRISE}:manager.phone");
        let floor = format!("{ENTERPRISE}:floor");
        let expected = [
            "emails.verified",
            "name.nick",
            &floor,
            &manager,
            "urn:x:y:badge",
            "urn:x:y:color",
            "urn:x:z",
        ];
        check_body(unknown, &expected);
        check_body(json!({"emails[type eq \"work\"": "a", "[": 1}), &["[]", "emails[]"]);
        check_body(json!({"emails[type eq \"work\"].value": "a"}), &[]);
    }

    #[test]
    fn what_a_patch_names_and_nobody_knows() {
        check_operation(json!({"op": "add", "path": "title", "value": "x"}), &[]);
        check_operation(json!({"op": "add", "path": "department", "value": "x"}), &[]);
        check_operation(json!({"op": "add", "path": "nonsense", "value": "x"}), &["nonsense"]);
        check_operation(json!({"op": "remove", "path": "name.nick"}), &["name.nick"]);
        let value = json!({"nonsense": 1, "name.nick": 2, "name": {"nack": 3}, "title": "x"});
        let expected = ["name.nack", "name.nick", "nonsense"];
        check_operation(json!({"op": "replace", "value": value}), &expected);
        let floor = format!("{ENTERPRISE}:floor");
        check_operation(json!({"op": "add", "path": floor, "value": 3}), &[&floor]);
        check_operation(json!({"op": "add", "path": ENTERPRISE, "value": {"floor": 3}}), &[&floor]);
        check_operation(json!({"op": "add", "value": {(ENTERPRISE): {"floor": 3}}}), &[&floor]);
        check_operation(
            json!({"op": "add", "path": "urn:x:y:badge", "value": 7}),
            &["urn:x:y:badge"],
        );
        let part = "emails[type eq \"work\"].verified";
        check_operation(json!({"op": "add", "path": part, "value": 1}), &["emails.verified"]);
        let filtered = "emails[verified eq \"ada@example.com\"].value";
        check_operation(json!({"op": "add", "path": filtered, "value": "x"}), &["emails.verified"]);
        check_operation(json!({"op": "add", "path": "no[ada eq 1]", "value": "x"}), &["no"]);
        // The request fails, so no name is reported.
        check_operation(json!({"op": "add", "path": "emails[", "value": "x"}), &[]);
    }

    #[test]
    fn names_are_few_and_short() {
        let many: Map<String, Value> = (0..100).map(|n| (format!("x{n:03}"), json!(1))).collect();
        let names = in_resource(&ResourceTypes::standard().users, &Body::from(many));
        assert_eq!(names.len(), MOST_NAMES);
        let long = json!({ "y".repeat(5_000): 1 });
        let names = in_resource(
            &ResourceTypes::standard().users,
            &long.as_object().unwrap().clone().into(),
        );
        assert_eq!(names.first().unwrap().len(), MOST_CHARS);
    }

    #[test]
    fn what_is_declared_later_is_known() {
        let users = &ResourceTypes::standard().users;
        assert!(is_known(users, "emails.value"));
        assert!(!is_known(users, "urn:x:y:badge"));
    }
}
