//! Values joining a list (RFC 7644 §3.5.2.1).

use super::list::{Index, is_primary, put_list, settle_primary, take_list};
use crate::scim::Error;
use crate::scim::schema::{Attribute, Mutability};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Appends the values that the list does not hold yet. A value with the `value` and `type` of one that is there gives
/// that one its other sub-attributes: identity providers repeat what they have added, and mean no second one.
///
/// # Errors
/// `invalidValue` when there are too many values, or two of the new ones are primary.
pub(super) fn append(
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    new: Vec<Value>,
    at: &str,
) -> Result<(), Error> {
    let mut elements = take_list(container, &attribute.name);
    let mut index = Index::new(attribute, &elements);
    let mut marked = BTreeSet::new();
    for element in new {
        let is_primary = is_primary(&element);
        let known = index.find(attribute, &elements, &element);
        let position = known.unwrap_or(elements.len());
        if let Some(known) = elements.get_mut(position) {
            merge(attribute, known, element);
        } else {
            index.insert(attribute, &element, position);
            elements.push(element);
        }
        if is_primary {
            marked.insert(position);
        }
    }
    // Here and not only after the last operation: a list that grows with every operation would get slow to search.
    if elements.len() > attribute.max_values {
        return Err(Error::invalid_value(format!(
            "{at} would have {} values; at most {} are accepted",
            elements.len(),
            attribute.max_values
        )));
    }
    settle_primary(&mut elements, &marked, at)?;
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// What made the two the same value keeps its spelling, and what is immutable its value: adding a group member who is
/// there already succeeds, whatever else the client says about the member.
fn merge(attribute: &Attribute, known: &mut Value, new: Value) {
    let (Value::Object(known), Value::Object(new)) = (known, new) else { return };
    for (name, value) in new {
        let is_immutable = attribute
            .sub_attribute(&name)
            .is_some_and(|sub_attribute| sub_attribute.mutability == Mutability::Immutable);
        let is_kept = is_immutable || name == "value" || name == "type";
        if !(is_kept && known.contains_key(&name)) {
            known.insert(name, value);
        }
    }
}
