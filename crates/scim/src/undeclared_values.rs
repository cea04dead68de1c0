//! Stored values that no table declares any more. When a declared attribute is removed, its values stay in the records.
//! Responses do not show them. Requests keep them, as long as the resource stays within its maximum size. The values
//! show again when the attribute is declared again.
//!
//! Only extensions can hold such values, because attributes of the core schema are never removed.

use super::document::{Document, json_len};
use super::schema::{AttributeType, ResourceType, Schema};
use serde_json::{Map, Value};

/// Removes each value whose attribute is not in the tables, or has another type there. A second declaration of an
/// attribute can change its type. Returns the removed values for [`put_back`].
pub fn set_aside(resource_type: &ResourceType, document: &mut Document) -> Map<String, Value> {
    let attributes = document.as_object_mut();
    let mut aside = Map::new();
    // Most documents have no such value. The check borrows their values, and leaves them unchanged.
    let is_touched = |(key, value): (&String, &Value)| {
        resource_type.attribute(key).is_none() && !is_declared(resource_type, key, value)
    };
    if !attributes.iter().any(is_touched) {
        return aside;
    }
    attributes.retain(|key, value| {
        if resource_type.attribute(key).is_some() {
            return true;
        }
        let extension = resource_type.extensions.iter().find(|extension| extension.id == *key);
        let (Some(extension), Value::Object(object)) = (extension, &mut *value) else {
            aside.insert(key.clone(), std::mem::take(value));
            return false;
        };
        let mut hidden = Map::new();
        object.retain(|name, value| {
            let is_kept = is_shown(extension, name, value);
            if !is_kept {
                hidden.insert(name.clone(), std::mem::take(value));
            }
            is_kept
        });
        let is_kept = !object.is_empty();
        if !hidden.is_empty() {
            aside.insert(key.clone(), Value::Object(hidden));
        }
        is_kept
    });
    aside
}

/// Puts the values of [`set_aside`] back into the document. A new value of the same name wins. If the result exceeds
/// [`Limits::resource_bytes`](crate::Limits::resource_bytes), the undeclared values are dropped.
pub fn put_back(resource_type: &ResourceType, document: &mut Document, aside: Map<String, Value>) {
    if aside.is_empty() {
        return;
    }
    let mut whole = document.as_object().clone();
    for (key, value) in aside {
        match (whole.get_mut(&key), value) {
            (Some(Value::Object(present)), Value::Object(hidden)) => {
                for (name, value) in hidden {
                    present.entry(name).or_insert(value);
                }
            }
            (Some(_), _) => {}
            (None, value) => {
                whole.insert(key, value);
            }
        }
    }
    if json_len(&whole) <= resource_type.limits.resource_bytes {
        *document.as_object_mut() = whole;
    }
}

/// Whether the tables declare all values of an extension.
fn is_declared(resource_type: &ResourceType, key: &str, value: &Value) -> bool {
    let extension = resource_type.extensions.iter().find(|extension| extension.id == key);
    extension.zip(value.as_object()).is_some_and(|(extension, object)| {
        object.iter().all(|(name, value)| is_shown(extension, name, value))
    })
}

/// Whether an extension declares an attribute, and a stored value has its type. Names are compared exactly, because
/// stored names are canonical.
pub(super) fn is_shown(extension: &Schema, name: &str, value: &Value) -> bool {
    let declared = extension.attributes.iter().find(|attribute| attribute.name == name);
    declared.is_some_and(|found| fits(found.kind, found.multi_valued, value))
}

/// Whether a stored value fits an attribute of this type.
pub(super) fn fits(kind: AttributeType, multi_valued: bool, value: &Value) -> bool {
    match value {
        Value::Array(elements) => {
            multi_valued && elements.iter().all(|element| fits_element(kind, element))
        }
        single => !multi_valued && fits_element(kind, single),
    }
}

fn fits_element(kind: AttributeType, value: &Value) -> bool {
    match kind {
        AttributeType::Complex => value.is_object(),
        AttributeType::Boolean => value.is_boolean(),
        AttributeType::Decimal => value.is_number(),
        AttributeType::Integer => value.is_i64() || value.is_u64(),
        AttributeType::String | AttributeType::Reference => value.is_string(),
        AttributeType::DateTime => {
            // The check is as strict as for requests, so that a client can send back each value that it read.
            value.as_str().is_some_and(super::date_time::is_date_time)
        }
        AttributeType::Binary => value.as_str().is_some_and(super::validate::value::is_base64),
    }
}

#[cfg(test)]
mod tests {
    use super::{put_back, set_aside};
    use crate::document::Document;
    use crate::schema::ResourceTypes;
    use crate::schema::custom::{CustomAttribute, CustomType};
    use serde_json::{Map, Value, json};

    fn types(declared: &[(&str, &str, CustomType)]) -> ResourceTypes {
        let attribute = |(urn, name, kind): &(&str, &str, CustomType)| CustomAttribute {
            urn: (*urn).to_owned(),
            name: (*name).to_owned(),
            kind: *kind,
            multi_valued: false,
            case_exact: false,
            description: String::new(),
        };
        let declared: Vec<CustomAttribute> = declared.iter().map(attribute).collect();
        ResourceTypes::standard().with_custom(&declared)
    }

    fn object(value: Value) -> Document {
        Document::from_canonical(value.as_object().unwrap().clone())
    }

    #[test]
    fn what_is_not_declared_or_of_another_type_is_set_aside_and_comes_back() {
        let stored = object(json!({
            "userName": "ada",
            "urn:x:gone": {"a": 1},
            "urn:x:y": {"kept": "a", "gone": "b", "retyped": "c", "Kept": "d"},
        }));
        let types = types(&[
            ("urn:x:y", "kept", CustomType::String),
            ("urn:x:y", "retyped", CustomType::Integer),
        ]);
        let mut shown = stored.clone();
        let aside = set_aside(&types.users, &mut shown);
        assert_eq!(json!(shown), json!({"userName": "ada", "urn:x:y": {"kept": "a"}}));
        put_back(&types.users, &mut shown, aside.clone());
        assert_eq!(shown, stored);

        let mut changed = object(json!({"userName": "ada", "urn:x:y": {"retyped": 7}}));
        put_back(&types.users, &mut changed, aside.clone());
        assert_eq!(
            changed.get("urn:x:y").unwrap(),
            &json!({"retyped": 7, "gone": "b", "Kept": "d"})
        );
        let mut large = object(json!({"userName": "x".repeat(131_000)}));
        let alone = large.clone();
        put_back(&types.users, &mut large, aside);
        assert_eq!(large, alone, "no room for both");
    }

    #[test]
    fn what_is_declared_stays_as_it_is() {
        let stored = object(json!({
            "userName": "ada",
            "emails": [{"value": "a"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "g"}},
            "urn:x:y": {"a": 1.5},
        }));
        let mut shown = stored.clone();
        assert_eq!(
            set_aside(&types(&[("urn:x:y", "a", CustomType::Decimal)]).users, &mut shown),
            Map::new()
        );
        assert_eq!(shown, stored);
    }
}
