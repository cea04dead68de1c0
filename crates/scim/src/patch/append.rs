//! Values joining a list (RFC 7644 §3.5.2.1).

use super::list::{Index, put_list, settle_primary, take_list};
use super::part::is_immutable;
use crate::Error;
use crate::schema::Attribute;
use crate::values::{check_number, is_husk, is_primary};
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
    let mut index = Index::new(attribute, &elements, &new);
    let mut marked = BTreeSet::new();
    for element in new {
        let is_marked = is_primary(&element) && !is_husk(attribute, &element);
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
    // Here and not only after the last operation: a list that grows with every operation would get slow to search.
    check_number(attribute, elements.len(), at)?;
    settle_primary(attribute, &mut elements, &marked, at)?;
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// What made the two the same value keeps its spelling, and what is immutable its value: adding a group member who is
/// there already succeeds, whatever else the client says about the member.
fn merge(attribute: &Attribute, known: &mut Value, new: Value) {
    let (Value::Object(known), Value::Object(new)) = (known, new) else { return };
    for (name, value) in new {
        let is_kept = is_immutable(attribute, &name) || name == "value" || name == "type";
        if !(is_kept && known.contains_key(&name)) {
            known.insert(name, value);
        }
    }
}
