//! Changing selected values of a list: all that a value filter matches, or all there are when a path such as
//! `emails.type` has no filter (RFC 7644 §3.5.2).

use super::append::append;
use super::list::{identity, put_list, settle_primary, take_list};
use super::part::{Part, is_no_value, read_parts, write_parts};
use super::path::Place;
use super::write::Mode;
use crate::scim::Error;
use crate::scim::schema::{Attribute, Mutability};
use crate::scim::validate::{read_element, read_value};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Applies a value to the selected values of a list, or to one sub-attribute of each.
///
/// With a filter and no sub-attribute, `replace` puts the value in the place of each match, as RFC 7644 §3.5.2.3 has
/// it; only what the `eq` terms of the filter name stays when the value does not name it, so that replaying the
/// operation finds the same values again.
///
/// # Errors
/// `noTarget` when nothing is selected and no value can be made from the filter; else as [`write_parts`].
pub(super) fn write_elements(
    mode: Mode,
    container: &mut Map<String, Value>,
    place: &Place<'_>,
    value: &Value,
    at: &str,
) -> Result<(), Error> {
    if let Some(sub_attribute) = place.sub_attribute {
        let read = read_value(sub_attribute, value, at)?;
        return change_elements(mode, container, place, &[(sub_attribute, read)]);
    }
    let value = match value {
        Value::Array(elements) => match elements.as_slice() {
            [only] => only,
            _ => value,
        },
        _ => value,
    };
    let parts = if is_no_value(value) { None } else { read_parts(place.attribute, value, at)? };
    match parts {
        Some(parts) => change_elements(mode, container, place, &parts),
        None if mode == Mode::Replace => {
            remove_elements(container, place);
            Ok(())
        }
        None => Ok(()),
    }
}

/// Sets or clears `parts` of each selected value.
///
/// # Errors
/// As [`write_elements`].
pub(super) fn change_elements(
    mode: Mode,
    container: &mut Map<String, Value>,
    place: &Place<'_>,
    parts: &[Part<'_>],
) -> Result<(), Error> {
    if parts.is_empty() {
        return Ok(());
    }
    let attribute = place.attribute;
    let at = place.attribute_at();
    let elements = take_list(container, &attribute.name).into_iter();
    let mut elements: Vec<Element> =
        elements.map(|value| Element { is_selected: place.selects(&value), value }).collect();
    if !elements.iter().any(|element| element.is_selected) {
        let elements = elements.into_iter().map(|element| element.value).collect();
        put_list(container, &attribute.name, elements);
        return create_element(container, place, parts, &at);
    }
    let described = place.described_element().unwrap_or_default();
    for element in elements.iter_mut().filter(|element| element.is_selected) {
        let Value::Object(object) = &mut element.value else { continue };
        if mode == Mode::Replace && place.sub_attribute.is_none() {
            object.retain(|name, _| described.contains_key(name) || is_immutable(attribute, name));
        }
        write_parts(mode, object, parts, &at)?;
    }
    elements.retain(|element| !element.value.as_object().is_some_and(Map::is_empty));
    drop_repeated(attribute, &mut elements);
    let marks_primary =
        parts.iter().any(|(sub, value)| sub.name == "primary" && *value == Some(Value::Bool(true)));
    let marked: BTreeSet<usize> = elements
        .iter()
        .zip(0..)
        .filter(|(element, _)| marks_primary && element.is_selected)
        .map(|(_, position)| position)
        .collect();
    let mut elements: Vec<Value> = elements.into_iter().map(|element| element.value).collect();
    settle_primary(&mut elements, &marked, &at)?;
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// Removes the selected values; none is left of a list when all are.
pub(super) fn remove_elements(container: &mut Map<String, Value>, place: &Place<'_>) {
    let mut elements = take_list(container, &place.attribute.name);
    elements.retain(|element| !place.selects(element));
    put_list(container, &place.attribute.name, elements);
}

struct Element {
    is_selected: bool,
    value: Value,
}

fn is_immutable(attribute: &Attribute, name: &str) -> bool {
    attribute
        .sub_attribute(name)
        .is_some_and(|sub_attribute| sub_attribute.mutability == Mutability::Immutable)
}

/// Makes the value that a filter without a match describes. RFC 7644 §3.5.2.3 would have `noTarget`, but Entra ID
/// replaces `emails[type eq "work"].value` of a person who has no work email, and expects to find one there. A value
/// that contradicts the filter could not be found, so none is made.
fn create_element(
    container: &mut Map<String, Value>,
    place: &Place<'_>,
    parts: &[Part<'_>],
    at: &str,
) -> Result<(), Error> {
    if parts.iter().all(|(_, value)| value.is_none()) {
        return Ok(());
    }
    let Some(mut element) = place.described_element() else {
        return Err(Error::no_target(format!(
            "the filter matches none of the {at}; one is made only for a filter of eq terms joined by and"
        )));
    };
    for (sub_attribute, value) in parts {
        match value {
            Some(value) => element.insert(sub_attribute.name.clone(), value.clone()),
            None => element.shift_remove(&sub_attribute.name),
        };
    }
    match read_element(place.attribute, &Value::Object(element), at)? {
        Some(element) if !place.selects(&element) => Err(Error::no_target(format!(
            "the filter matches none of the {at}, and value says something else than the filter"
        ))),
        Some(element) => append(container, place.attribute, vec![element], at),
        None => Ok(()),
    }
}

/// Keeps the first of values that have become equal; those that nobody touched stay as they are.
fn drop_repeated(attribute: &Attribute, elements: &mut Vec<Element>) {
    let mut kept: HashMap<Option<String>, Vec<usize>> = HashMap::with_capacity(elements.len());
    let mut repeated = HashSet::new();
    for (element, position) in elements.iter().zip(0_usize..) {
        let alike = kept.entry(identity(attribute, &element.value)).or_default();
        let is_repeated = alike.iter().filter_map(|at| elements.get(*at)).any(|earlier| {
            (earlier.is_selected || element.is_selected) && earlier.value == element.value
        });
        if is_repeated {
            repeated.insert(position);
        } else {
            alike.push(position);
        }
    }
    let mut positions = 0_usize..;
    elements.retain(|_| positions.next().is_some_and(|position| !repeated.contains(&position)));
}
