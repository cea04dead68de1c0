//! Attributes that a request names and no table has. Such attributes are ignored (RFC 7644 §3.3), so a wrong mapping
//! goes unnoticed. An administrator needs their names to find it. The names also include values that are left out for
//! their length, and single values that a path filters. Each name comes with the JSON type of its value, which suggests a
//! declaration.

use super::attr_path::AttrPath;
use super::filter::Filter;
use super::json::Body;
use super::json_shape::JsonShape;
use super::patch::{PatchRequest, unknown_parts};
use super::schema::{Attribute, AttributeType, Mutability, ResourceType, Target};
use super::values::{nested, unwrapped};
use serde_json::Value;
use std::collections::BTreeMap;

/// The maximum number of names of one request.
const MOST_NAMES: usize = 20;
/// The maximum length of a name, in characters.
const MOST_CHARS: usize = 200;

/// The names of unknown attributes, in attribute notation (RFC 7644 §3.10) and mostly as the client wrote them. There
/// are at most 20 names, each cut after 200 characters. The names never include values: each has the JSON type of its
/// value.
pub type Names = BTreeMap<String, JsonShape>;

/// The unknown attributes in the body of a POST or PUT.
pub fn in_resource(resource_type: &ResourceType, body: &Body) -> Names {
    let mut unknown = Unknown::of(resource_type);
    for (key, value) in body.as_object() {
        match resource_type.attribute(key) {
            Some(attribute) => unknown.look_for_parts(attribute, &attribute.name, value),
            // A POST or PUT ignores a key with a malformed filter. The name leaves the filter out, which may hold a
            // value.
            None if is_malformed_value_path(resource_type, key) => {
                let name = format!("{}[]", key.split('[').next().unwrap_or_default());
                unknown.add(name, value);
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
                for part in unknown_parts(attribute, filter) {
                    self.add(format!("{path}.{part}"), &Value::Null);
                }
                if let Some(part) = part.filter(|part| attribute.sub_attribute(part).is_none()) {
                    self.add(format!("{path}.{part}"), value);
                }
            }
            Some(Target::Attribute { sub_attribute: None, .. }) => {
                self.add(format!("{path}[]"), value);
            }
            Some(_) => {}
            None => self.add(path.to_string(), value),
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
            _ => return self.add(key.to_owned(), value),
        };
        let at = extension.map_or(key, |extension| &extension.id);
        for (name, value) in members {
            let at = format!("{at}:{name}");
            match extension.and_then(|extension| extension.attribute(name)) {
                Some(attribute) => self.look_for_parts(attribute, &at, value),
                // A key may be a path here too.
                None if is_known(self.resource_type, &at) => {}
                // The name leaves a filter out, which may hold a value.
                None => match at.split_once('[') {
                    Some((path, _)) => self.add(format!("{path}[]"), value),
                    None => self.add(at, value),
                },
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
                for (name, value) in members {
                    match attribute.sub_attribute(name) {
                        Some(part) => {
                            self.look_at_length(part, &format!("{at}.{}", part.name), value);
                        }
                        None => self.add(format!("{at}.{name}"), value),
                    }
                }
            }
            _ => {}
        }
    }

    /// Looks for text that is left out because it is too long.
    fn look_at_length(&mut self, attribute: &Attribute, at: &str, value: &Value) {
        if unwrapped(value).as_str().is_some_and(|text| attribute.leaves_out(text)) {
            self.add(format!("{at} (longer than {} characters)", attribute.max_chars), value);
        }
    }

    fn add(&mut self, name: String, value: &Value) {
        let name: String = name.chars().take(MOST_CHARS).collect();
        let shape = JsonShape::of(value);
        if let Some(known) = self.names.get_mut(&name) {
            *known = shape.or(*known);
        } else if self.names.len() < MOST_NAMES && !name.is_empty() {
            self.names.insert(name, shape);
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
mod tests;
