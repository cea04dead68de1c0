//! References to resources that the same request creates: `bulkId:qwerty` (RFC 7644 §3.7.2).

use crate::urn;
use serde_json::{Map, Value, json};

const PREFIX: &str = "bulkId:";

/// The `bulkId` in a reference; `None` for other text.
pub(super) fn name(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)
}

/// Passes each reference in `value` to `resolve`, and replaces the reference by the result, if any.
///
/// A reference is a whole text in any place, the end of a `$ref`, or quoted text in a `path`. An example of the last is
/// `members[value eq "bulkId:qwerty"]`.
pub(super) fn visit(value: &mut Value, resolve: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = name(text).and_then(resolve) {
                *text = id;
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| visit(element, resolve)),
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key.eq_ignore_ascii_case("$ref") => {
                        visit_url(text, resolve);
                    }
                    Value::String(text) if key.eq_ignore_ascii_case("path") => {
                        visit_path(text, resolve);
                    }
                    value => visit(value, resolve),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn visit_url(text: &mut String, resolve: &mut dyn FnMut(&str) -> Option<String>) {
    let (start, last) = match text.rsplit_once('/') {
        Some((start, last)) => (format!("{start}/"), last),
        None => (String::new(), text.as_str()),
    };
    if let Some(id) = name(last).and_then(resolve) {
        *text = start + &id;
    }
}

fn visit_path(text: &mut String, resolve: &mut dyn FnMut(&str) -> Option<String>) {
    // Every second part stands between quotes.
    let parts: Vec<String> = text
        .split('"')
        .enumerate()
        .map(|(position, part)| match name(part) {
            Some(name) if position % 2 == 1 => resolve(name).unwrap_or_else(|| part.to_owned()),
            _ => part.to_owned(),
        })
        .collect();
    *text = parts.join("\"");
}

/// Removes the parts of a new resource's `data` that hold a reference for which `is_open`. A part is an element of a
/// list, or else an attribute. Returns the operations that add the parts to the resource later (RFC 7644 §3.7.1).
pub(super) fn take_open(data: &mut Value, is_open: &dyn Fn(&str) -> bool) -> Vec<Value> {
    let mut operations = Vec::new();
    if let Value::Object(data) = data {
        take_attributes(data, None, is_open, &mut operations);
    }
    operations
}

fn take_attributes(
    attributes: &mut Map<String, Value>,
    extension: Option<&str>,
    is_open: &dyn Fn(&str) -> bool,
    operations: &mut Vec<Value>,
) {
    let mut kept = Map::new();
    for (name, mut value) in std::mem::take(attributes) {
        let is_extension = extension.is_none() && name.get(..4).is_some_and(is_urn_scheme);
        let taken = match &mut value {
            Value::Object(members) if is_extension => {
                take_attributes(members, Some(&name), is_open, operations);
                None
            }
            Value::Array(elements) => {
                let taken: Vec<Value> =
                    elements.extract_if(.., |element| holds_open(element, is_open)).collect();
                (!taken.is_empty()).then_some(Value::Array(taken))
            }
            whole => holds_open(whole, is_open).then(|| std::mem::take(whole)),
        };
        if let Some(taken) = taken {
            let path = extension.map_or_else(|| name.clone(), |urn| format!("{urn}:{name}"));
            operations.push(json!({"op": "add", "path": path, "value": taken}));
        }
        // An emptied list or attribute is left out, because the client did not ask to clear it.
        let is_left = !matches!(&value, Value::Null)
            && value.as_array().is_none_or(|elements| !elements.is_empty());
        if is_left {
            kept.insert(name, value);
        }
    }
    *attributes = kept;
}

fn is_urn_scheme(start: &str) -> bool {
    start.eq_ignore_ascii_case("urn:")
}

fn holds_open(value: &mut Value, is_open: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    visit(value, &mut |name| {
        found |= is_open(name);
        None
    });
    found
}

/// Removes the elements of a list that hold an open reference. Returns `false` when nothing is left of the value.
pub(super) fn drop_open(value: &mut Value, is_open: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(elements) => {
            elements.retain_mut(|element| !holds_open(element, is_open));
            !elements.is_empty()
        }
        whole => !holds_open(whole, is_open),
    }
}

/// The body of a PATCH request with these operations (RFC 7644 §3.5.2).
pub(super) fn patch(operations: Vec<Value>) -> Value {
    json!({"schemas": [urn::PATCH_OP], "Operations": operations})
}
