//! Which attributes an answer holds: `attributes`, `excludedAttributes` and `returned` (RFC 7644 §3.9, RFC 7643 §7).

use super::Error;
use super::attr_path::AttrPath;
use super::schema::{Attribute, ResourceType, Returned, Schema, Target};
use serde_json::{Map, Value};

/// What a client wants to see of each resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Projection {
    /// Everything that is returned by default.
    #[default]
    Default,
    /// Only these, and what is always returned.
    Only(Vec<AttrPath>),
    /// Everything that is returned by default, but these.
    Without(Vec<AttrPath>),
}

impl Projection {
    /// Reads the query parameters, each a comma-separated list. Names no table has are ignored.
    ///
    /// # Errors
    /// `invalidValue` when both are there: RFC 7644 §3.9 gives them as alternatives, and guessing which one the
    /// client meant could leave out what it relies on.
    pub fn read(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, Error> {
        let attributes = attributes.map(str::trim).filter(|text| !text.is_empty());
        let excluded = excluded.map(str::trim).filter(|text| !text.is_empty());
        match (attributes, excluded) {
            (None, None) => Ok(Projection::Default),
            (Some(list), None) => Ok(Projection::Only(paths(list))),
            (None, Some(list)) => Ok(Projection::Without(paths(list))),
            (Some(_), Some(_)) => Err(Error::invalid_value(
                "attributes and excludedAttributes cannot be used together; send one of them",
            )),
        }
    }

    /// The part of `resource` that is asked for. `schemas` is always part of it (RFC 7643 §3).
    pub fn apply(
        &self,
        resource_type: &ResourceType,
        resource: Map<String, Value>,
    ) -> Map<String, Value> {
        let targets: Vec<Target<'_>> = match self {
            Projection::Default => Vec::new(),
            Projection::Only(paths) | Projection::Without(paths) => {
                paths.iter().filter_map(|path| resource_type.resolve(path)).collect()
            }
        };
        let keep = |extension: Option<&Schema>, attribute: &Attribute, value| {
            self.project(&targets, extension, attribute, value)
        };
        let mut projected = Map::new();
        for (key, value) in resource {
            if let Some(attribute) = resource_type.attribute(&key) {
                if let Some(value) = keep(None, attribute, value) {
                    projected.insert(key, value);
                }
            } else if let (Some(extension), Value::Object(object)) =
                (resource_type.extension(&key), &value)
            {
                let kept: Map<String, Value> = object
                    .iter()
                    .filter_map(|(name, value)| {
                        let attribute = extension.attribute(name)?;
                        let value = keep(Some(extension), attribute, value.clone())?;
                        Some((name.clone(), value))
                    })
                    .collect();
                if !kept.is_empty() {
                    projected.insert(key, Value::Object(kept));
                }
            } else {
                projected.insert(key, value);
            }
        }
        projected
    }

    /// Whether an answer has the common or core attribute `name`, or a part of it, when the resource has it.
    pub fn shows(&self, resource_type: &ResourceType, name: &str) -> bool {
        let Some(attribute) = resource_type.attribute(name) else { return false };
        let (Projection::Only(paths) | Projection::Without(paths)) = self else {
            return attribute.returned == Returned::Default;
        };
        let targets: Vec<Target<'_>> =
            paths.iter().filter_map(|path| resource_type.resolve(path)).collect();
        match (self, Named::among(&targets, None, attribute)) {
            (Projection::Only(_), Named::No) | (Projection::Without(_), Named::Whole) => false,
            (Projection::Without(_), Named::No) => attribute.returned == Returned::Default,
            _ => true,
        }
    }

    fn project(
        &self,
        targets: &[Target<'_>],
        extension: Option<&Schema>,
        attribute: &Attribute,
        value: Value,
    ) -> Option<Value> {
        match attribute.returned {
            Returned::Always => return Some(value),
            Returned::Never => return None,
            Returned::Default | Returned::Request => {}
        }
        let named = Named::among(targets, extension, attribute);
        match (self, named) {
            (Projection::Default, _) | (Projection::Without(_), Named::No) => {
                (attribute.returned == Returned::Default).then_some(value)
            }
            (Projection::Only(_), Named::Whole) => Some(value),
            (Projection::Only(_), Named::No) | (Projection::Without(_), Named::Whole) => None,
            (Projection::Only(_), Named::Parts(parts)) => {
                keep_parts(value, &|name| parts.contains(&name))
            }
            (Projection::Without(_), Named::Parts(parts)) => {
                keep_parts(value, &|name| !parts.contains(&name))
            }
        }
    }
}

/// How the client's list names an attribute.
enum Named<'s> {
    No,
    Whole,
    Parts(Vec<&'s str>),
}

impl<'s> Named<'s> {
    fn among(targets: &[Target<'s>], owner: Option<&Schema>, of: &Attribute) -> Self {
        let mut parts = Vec::new();
        for target in targets {
            match target {
                Target::Core if owner.is_none() => return Named::Whole,
                Target::Extension(extension)
                    if owner.is_some_and(|owner| std::ptr::eq(owner, *extension)) =>
                {
                    return Named::Whole;
                }
                // An attribute is in one place of the tables only: its address says whose it is.
                Target::Attribute { attribute, sub_attribute, .. }
                    if std::ptr::eq(*attribute, of) =>
                {
                    match sub_attribute {
                        None => return Named::Whole,
                        Some(sub_attribute) => parts.push(sub_attribute.name.as_str()),
                    }
                }
                Target::Core | Target::Extension(_) | Target::Attribute { .. } => {}
            }
        }
        if parts.is_empty() { Named::No } else { Named::Parts(parts) }
    }
}

fn keep_parts(value: Value, keep: &dyn Fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::Array(elements) => {
            let kept: Vec<Value> =
                elements.into_iter().filter_map(|element| keep_parts(element, keep)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(object) => {
            let kept: Map<String, Value> =
                object.into_iter().filter(|(name, _)| keep(name)).collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        simple => Some(simple),
    }
}

fn paths(list: &str) -> Vec<AttrPath> {
    list.split(',').filter_map(|name| AttrPath::parse(name.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::Projection;
    use crate::scim::schema::user_resource_type;
    use crate::scim::urn::{ENTERPRISE_USER, USER};
    use serde_json::{Value, json};

    #[track_caller]
    fn check(attributes: Option<&str>, excluded: Option<&str>, expected: Value) {
        let resource = json!({
            "schemas": ["s"],
            "id": "1",
            "userName": "ada",
            "name": {"givenName": "Ada", "familyName": "L"},
            "emails": [{"value": "a", "type": "work"}, {"value": "b"}],
            ENTERPRISE_USER: {"location": "GB", "manager": {"value": "m"}},
            "meta": {"version": "1"},
        });
        let projection = Projection::read(attributes, excluded).unwrap();
        let resource = resource.as_object().unwrap().clone();
        assert_eq!(Value::Object(projection.apply(&user_resource_type(), resource)), expected);
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
}
