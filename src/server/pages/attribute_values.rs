//! Turns an identity provider's document into rows for people: every value with its path, in SCIM's names. Pure.

use serde_json::{Map, Value};

/// A part of the document: the core attributes, or the attributes of an extension.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AttributeGroup {
    /// The URN of the extension; empty for the core.
    pub(super) urn: String,
    pub(super) values: Vec<AttributeValue>,
}

/// A value and its path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AttributeValue {
    pub(super) path: String,
    pub(super) value: String,
}

/// Returns the parts of a document, the core first.
pub(super) fn groups(attributes: &Map<String, Value>) -> Vec<AttributeGroup> {
    let mut core = AttributeGroup { urn: String::new(), values: Vec::new() };
    let mut extensions = Vec::new();
    for (name, value) in attributes {
        if name.contains(':') {
            let mut group = AttributeGroup { urn: name.clone(), values: Vec::new() };
            add(&mut group.values, "", value);
            extensions.push(group);
        } else {
            add(&mut core.values, name, value);
        }
    }
    std::iter::once(core).chain(extensions).filter(|group| !group.values.is_empty()).collect()
}

fn add(values: &mut Vec<AttributeValue>, path: &str, value: &Value) {
    match value {
        Value::Object(parts) => {
            for (name, part) in parts {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                add(values, &path, part);
            }
        }
        Value::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                add(values, &format!("{path}[{}]", position + 1), element);
            }
        }
        _ => values.push(AttributeValue { path: path.to_owned(), value: text(value) }),
    }
}

/// Formats a value for people: text without quotes, other values as JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::groups;
    use serde_json::json;

    #[test]
    fn every_value_has_a_row_and_extensions_stand_apart() {
        let document = json!({
            "urn:x:User": {"department": "R&D", "manager": {"value": "grace"}},
            "userName": "ada",
            "active": true,
            "emails": [{"value": "a@x", "primary": true}],
            "roles": [],
        });
        let groups = groups(document.as_object().unwrap());
        let rows: Vec<String> = groups
            .iter()
            .flat_map(|group| {
                let row = |value: &super::AttributeValue| {
                    format!("{} {}={}", group.urn, value.path, value.value)
                };
                group.values.iter().map(row).collect::<Vec<_>>()
            })
            .collect();
        let expected = [
            " userName=ada",
            " active=true",
            " emails[1].value=a@x",
            " emails[1].primary=true",
            "urn:x:User department=R&D",
            "urn:x:User manager.value=grace",
        ];
        assert_eq!(rows, expected);
    }
}
