//! Turns an identity provider's document into rows for people: every value with its path, in SCIM's names. Pure.

use serde_json::{Map, Value};

/// A part of the document: the core attributes, or the attributes of an extension.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FactGroup {
    /// The URN of the extension; empty for the core.
    pub(super) urn: String,
    pub(super) facts: Vec<Fact>,
}

/// A value and its path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) path: String,
    pub(super) value: String,
}

/// Returns the parts of a document, the core first.
pub(super) fn groups(attributes: &Map<String, Value>) -> Vec<FactGroup> {
    let mut core = FactGroup { urn: String::new(), facts: Vec::new() };
    let mut extensions = Vec::new();
    for (name, value) in attributes {
        if name.contains(':') {
            let mut group = FactGroup { urn: name.clone(), facts: Vec::new() };
            add(&mut group.facts, "", value);
            extensions.push(group);
        } else {
            add(&mut core.facts, name, value);
        }
    }
    std::iter::once(core).chain(extensions).filter(|group| !group.facts.is_empty()).collect()
}

fn add(facts: &mut Vec<Fact>, path: &str, value: &Value) {
    match value {
        Value::Object(parts) => {
            for (name, part) in parts {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                add(facts, &path, part);
            }
        }
        Value::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                add(facts, &format!("{path}[{}]", position + 1), element);
            }
        }
        _ => facts.push(Fact { path: path.to_owned(), value: text(value) }),
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
                let row =
                    |fact: &super::Fact| format!("{} {}={}", group.urn, fact.path, fact.value);
                group.facts.iter().map(row).collect::<Vec<_>>()
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
