//! Changing selected values of a list: all that a value filter matches, or all there are when a path such as
//! `emails.type` has no filter (RFC 7644 §3.5.2).

use super::append::append;
use super::list::{put_list, settle_primary, take_list};
use super::part::{Part, is_immutable, read_parts, write_parts};
use super::path::Place;
use super::write::Mode;
use crate::Error;
use crate::validate::value::{read_element, read_value};
use crate::values::{
    has_only_companions, is_husk, is_no_value, is_primary, loses_a_part, unwrapped,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

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
        let read = read_value(sub_attribute, value.clone(), at)?;
        return change_elements(mode, container, place, &[(sub_attribute, read)]);
    }
    let value = unwrapped(value);
    let attribute = place.attribute;
    if mode == Mode::Replace && loses_a_part(attribute, value) {
        let read = read_element(attribute, value.clone(), at)?;
        if read.is_none_or(|read| has_only_companions(attribute, &read)) {
            return Ok(());
        }
    }
    let parts = if is_no_value(value) { None } else { read_parts(attribute, value, at)? };
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
    let mut elements = take_list(container, &attribute.name);
    let selected: Vec<bool> = elements.iter().map(|element| place.selects(element)).collect();
    if !selected.contains(&true) {
        put_list(container, &attribute.name, elements);
        return create_element(container, place, parts, &at);
    }
    let described = place.described_element().unwrap_or_default();
    let names_primary =
        parts.iter().any(|(part, value)| part.name == "primary" && *value == Some(true.into()));
    let mut marked = BTreeSet::new();
    for ((element, is_selected), position) in elements.iter_mut().zip(selected).zip(0..) {
        if !is_selected {
            continue;
        }
        let was_husk = is_husk(attribute, element);
        let Value::Object(object) = element else { continue };
        if mode == Mode::Replace && place.sub_attribute.is_none() {
            object.retain(|name, _| described.contains_key(name) || is_immutable(attribute, name));
        }
        write_parts(mode, object, parts, &at)?;
        // What says no value yet takes the mark from the others when it says one; it may never do so.
        if is_primary(element) && (names_primary || was_husk) && !is_husk(attribute, element) {
            marked.insert(position);
        }
    }
    settle_primary(attribute, &mut elements, &marked, &at)?;
    elements.retain(|element| !element.as_object().is_some_and(Map::is_empty));
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// Removes the selected values; none is left of a list when all are.
pub(super) fn remove_elements(container: &mut Map<String, Value>, place: &Place<'_>) {
    let mut elements = take_list(container, &place.attribute.name);
    elements.retain(|element| !place.selects(element));
    put_list(container, &place.attribute.name, elements);
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
    match read_element(place.attribute, Value::Object(element), at)? {
        Some(element) if !place.selects(&element) => Err(Error::no_target(format!(
            "the filter matches none of the {at}, and value says something else than the filter"
        ))),
        Some(element) => append(container, place.attribute, vec![element], at),
        None => Ok(()),
    }
}
