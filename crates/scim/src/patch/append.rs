//! Appends values to a list (RFC 7644 §3.5.2.1).

use super::list::{Index, keep_one_primary, put_list, take_list};
use crate::Error;
use crate::schema::Attribute;
use crate::values::{check_number, is_primary, lacks_content};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Appends the values that the list does not hold yet.
///
/// A new value with the `value` and `type` of an existing value passes its other sub-attributes to the existing value.
/// Identity providers repeat values that they added, and do not mean a second one.
///
/// # Errors
/// `invalidValue` when the list has too many values, or two new values are primary.
pub(super) fn append(
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    new: Vec<Value>,
    at: &str,
) -> Result<(), Error> {
    let mut elements = take_list(container, &attribute.name);
    let mut index = Index::new(attribute, &elements, &new);
    let mut marked = BTreeSet::new();
    for element in new {
        let is_marked = is_primary(&element) && !lacks_content(attribute, &element);
        let known = index.find(attribute, &elements, &element);
        let position = known.unwrap_or(elements.len());
        if let Some(known) = elements.get_mut(position) {
            merge(attribute, known, element);
        } else {
            index.insert(attribute, &element, position);
            elements.push(element);
        }
        if is_marked {
            marked.insert(position);
        }
    }
    // The length is checked after each operation, not only after the last. A list that grows with every operation
    // becomes slow to search.
    check_number(attribute, elements.len(), at)?;
    keep_one_primary(attribute, &mut elements, &marked, at)?;
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// Merges a repeated value into the known value. `value`, `type` and immutable sub-attributes of the known value stay.
///
/// So adding an existing member of a group succeeds, even with other sub-attributes in the request.
fn merge(attribute: &Attribute, known: &mut Value, new: Value) {
    let (Value::Object(known), Value::Object(new)) = (known, new) else { return };
    for (name, value) in new {
        let is_kept = attribute.has_immutable(&name) || name == "value" || name == "type";
        if !(is_kept && known.contains_key(&name)) {
            known.insert(name, value);
        }
    }
}
