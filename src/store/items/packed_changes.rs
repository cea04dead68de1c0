//! Packs the changes of a history entry into one JSON value. The value has each part of a path and each value once.
//!
//! `new` has an attribute for each change, in the order of the changes. Its value is `null` when there is no value
//! afterwards. `old` has the attributes that had a value before. Paths with the same beginning, such as the attributes
//! of an extension, are grouped under it. The beginning ends with `:` or `.`. So the entry of a new employee is little
//! larger than the document.

use crate::model::history::AttributeChange;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The changes of an entry, packed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::store) struct PackedChanges {
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    new: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    old: Map<String, Value>,
}

impl PackedChanges {
    /// Packs changes. Each change belongs to another attribute.
    pub(in crate::store) fn of(changes: &[AttributeChange]) -> Self {
        let mut packed = Self::default();
        for AttributeChange { attribute, old, new } in changes {
            put(&mut packed.new, attribute, new.clone().unwrap_or_default());
            if let Some(old) = old {
                put(&mut packed.old, attribute, old.clone());
            }
        }
        packed
    }

    /// Unpacks the changes, in their order.
    pub(in crate::store) fn unpack(mut self) -> Vec<AttributeChange> {
        let mut changes = Vec::new();
        for (name, value) in self.new {
            match value {
                Value::Object(group) if is_beginning(&name) => {
                    let mut old = match self.old.remove(&name) {
                        Some(Value::Object(old)) => old,
                        _ => Map::new(),
                    };
                    for (rest, new) in group {
                        let (attribute, old) = (format!("{name}{rest}"), old.remove(&rest));
                        changes.push(change(attribute, old, new));
                    }
                }
                new => {
                    let old = self.old.remove(&name);
                    changes.push(change(name, old, new));
                }
            }
        }
        changes
    }
}

fn change(attribute: String, old: Option<Value>, new: Value) -> AttributeChange {
    AttributeChange { attribute, old, new: (!new.is_null()).then_some(new) }
}

fn is_beginning(name: &str) -> bool {
    name.ends_with([':', '.'])
}

/// Puts a value under the beginning of its path, if the path has one.
fn put(values: &mut Map<String, Value>, path: &str, value: Value) {
    let split = path.rfind([':', '.']).and_then(|at| path.split_at_checked(at + 1));
    let Some((beginning, rest)) = split.filter(|(_, rest)| !rest.is_empty()) else {
        values.insert(path.to_owned(), value);
        return;
    };
    let group = values.entry(beginning).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(group) = group {
        group.insert(rest.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::PackedChanges;
    use crate::model::history::AttributeChange;
    use serde_json::{Value, json};

    fn change(attribute: &str, old: Option<Value>, new: Option<Value>) -> AttributeChange {
        AttributeChange { attribute: attribute.to_owned(), old, new }
    }

    #[test]
    fn changes_come_back_as_they_were_in_their_order() {
        let changes = [
            change("userName", Some(json!("ada")), Some(json!("lovelace"))),
            change("name.givenName", None, Some(json!("Ada"))),
            change("name.familyName", Some(json!("Byron")), None),
            change("active", Some(json!(true)), Some(json!(false))),
            change("emails", Some(json!([{"value": "a"}])), None),
            change("urn:x:2.0:User:department", None, Some(json!("R&D"))),
            change(
                "urn:x:2.0:User:manager",
                Some(json!({"value": "m"})),
                Some(json!({"value": "n"})),
            ),
            change("local.location", Some(json!("GB")), None),
        ];
        let packed = PackedChanges::of(&changes);
        let text = serde_json::to_string(&packed).unwrap();
        let read: PackedChanges = serde_json::from_str(&text).unwrap();
        assert_eq!(read.unpack(), changes);
        assert_eq!(
            text,
            json!({
                "new": {
                    "userName": "lovelace", "name.": {"givenName": "Ada", "familyName": null},
                    "active": false, "emails": null,
                    "urn:x:2.0:User:": {"department": "R&D", "manager": {"value": "n"}},
                    "local.": {"location": null},
                },
                "old": {
                    "userName": "ada", "name.": {"familyName": "Byron"}, "active": true,
                    "emails": [{"value": "a"}], "urn:x:2.0:User:": {"manager": {"value": "m"}},
                    "local.": {"location": "GB"},
                },
            })
            .to_string()
        );
    }

    #[test]
    fn no_changes_are_nothing() {
        assert_eq!(PackedChanges::of(&[]).unpack(), []);
    }
}
