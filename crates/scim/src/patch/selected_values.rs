//! Changes selected values of a list: all values that a value filter matches. A path without a filter, such as
//! `emails.type`, selects all values (RFC 7644 §3.5.2).

use super::append::append;
use super::attribute::{SubAttributeChange, read_parts, write_parts};
use super::list::{keep_one_primary, put_list, take_list};
use super::mode::Mode;
use super::path::AttributePlace;
use crate::Error;
use crate::problem::Problem;
use crate::validate::value::{read_element, read_value};
use crate::values::{
    has_only_companions, is_no_value, is_primary, lacks_content, loses_a_part, unwrapped,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Applies a value to the selected values of a list, or to one sub-attribute of each.
///
/// With a filter and no sub-attribute, `replace` replaces each match by the value (RFC 7644 §3.5.2.3). Sub-attributes
/// in `eq` terms of the filter stay when the value does not name them. So a repeated operation finds the same values
/// again. Immutable sub-attributes stay too.
///
/// # Errors
/// `noTarget` when the path selects no value, and no value can be created from the filter. Otherwise, fails as
/// [`write_parts`] does.
pub(super) fn write_elements(
    mode: Mode,
    container: &mut Map<String, Value>,
    place: &AttributePlace<'_>,
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
/// Fails as [`write_elements`] does.
pub(super) fn change_elements(
    mode: Mode,
    container: &mut Map<String, Value>,
    place: &AttributePlace<'_>,
    parts: &[SubAttributeChange<'_>],
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
        let lacked_content = lacks_content(attribute, element);
        let Value::Object(object) = element else { continue };
        if mode == Mode::Replace && place.sub_attribute.is_none() {
            object.retain(|name, _| described.contains_key(name) || attribute.has_immutable(name));
        }
        write_parts(mode, object, parts, &at)?;
        // An element without content takes the primary mark from the others only when it gets content. That may never
        // happen.
        if is_primary(element)
            && (names_primary || lacked_content)
            && !lacks_content(attribute, element)
        {
            marked.insert(position);
        }
    }
    keep_one_primary(attribute, &mut elements, &marked, &at)?;
    elements.retain(|element| !element.as_object().is_some_and(Map::is_empty));
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// Removes the selected values. When no value is left, the list disappears.
pub(super) fn remove_elements(container: &mut Map<String, Value>, place: &AttributePlace<'_>) {
    let mut elements = take_list(container, &place.attribute.name);
    elements.retain(|element| !place.selects(element));
    put_list(container, &place.attribute.name, elements);
}

/// Creates the value that a filter without a match describes.
///
/// RFC 7644 §3.5.2.3 asks for `noTarget`. But Entra ID replaces `emails[type eq "work"].value` of a person without a
/// work email. It expects to find the email afterwards. A value that contradicts the filter is not created, because the
/// filter could not find it.
fn create_element(
    container: &mut Map<String, Value>,
    place: &AttributePlace<'_>,
    parts: &[SubAttributeChange<'_>],
    at: &str,
) -> Result<(), Error> {
    if parts.iter().all(|(_, value)| value.is_none()) {
        return Ok(());
    }
    let Some(mut element) = place.described_element() else {
        return Err(Error::no_target(format!(
            "the filter matches none of the {at}; a value is created only for a filter of eq terms joined by and"
        ))
        .about(Problem::NothingSelected, at));
    };
    for (sub_attribute, value) in parts {
        match value {
            Some(value) => element.insert(sub_attribute.name.clone(), value.clone()),
            None => element.shift_remove(&sub_attribute.name),
        };
    }
    match read_element(place.attribute, Value::Object(element), at)? {
        Some(element) if !place.selects(&element) => Err(Error::no_target(format!(
            "the filter matches none of the {at}, and value contradicts the filter"
        ))
        .about(Problem::NothingSelected, at)),
        Some(element) => append(container, place.attribute, vec![element], at),
        None => Ok(()),
    }
}
