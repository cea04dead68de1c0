//! Applies `remove` (RFC 7644 §3.5.2.2). Removing an absent value succeeds, because Okta and Entra ID repeat removals.
//! Only a path that cannot be right fails.

use super::attribute::{unless_immutable, within, write_complex};
use super::list::{put_list, take_list};
use super::mode::Mode;
use super::path::{AttributePlace, Destination, refuse_read_only, resolve};
use super::request::PatchOperation;
use super::selected_values::{change_elements, remove_elements};
use crate::Error;
use crate::problem::Problem;
use crate::schema::{Attribute, Mutability, ResourceType, Schema};
use crate::validate::value::{is_nothing, not_complex, read_listed};
use crate::values::{identity, is_same, nested};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// Applies a `remove` operation (RFC 7644 §3.5.2.2).
///
/// # Errors
/// - `noTarget` without a path.
/// - `mutability` for a required or readOnly attribute, and for an immutable attribute with a value.
/// - `mutability` for a single boolean that always has a value, such as `active`.
/// - Otherwise, fails as [`super::apply`] does.
pub(super) fn remove(
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &PatchOperation,
) -> Result<(), Error> {
    let Some(path) = &operation.path else {
        return Err(Error::no_target("path is missing; remove requires a path"));
    };
    match resolve(resource_type, path)? {
        Destination::Schemas | Destination::Unknown => Ok(()),
        Destination::Core => Err(Error::mutability(format!(
            "{} is the core schema of every {} and cannot be removed",
            resource_type.schema.id, resource_type.name
        ))),
        Destination::Extension(extension) => remove_extension(attributes, extension),
        Destination::Attribute(place) => {
            refuse_read_only(&place)?;
            if place.is_switch() {
                return Err(Error::mutability(format!(
                    "{} cannot be removed; replace {} by false",
                    place.at(),
                    place.attribute.name
                )));
            }
            let value = operation.value.as_ref();
            match place.extension {
                Some(extension) => within(attributes, &extension.id, |container| {
                    remove_place(container, &place, value)
                }),
                None => remove_place(attributes, &place, value),
            }
        }
    }
}

fn remove_extension(attributes: &mut Map<String, Value>, extension: &Schema) -> Result<(), Error> {
    within(attributes, &extension.id, |container| {
        for attribute in &extension.attributes {
            let place = AttributePlace {
                extension: Some(extension),
                attribute,
                filter: None,
                sub_attribute: None,
            };
            if attribute.mutability != Mutability::ReadOnly
                && container.contains_key(&attribute.name)
            {
                remove_place(container, &place, None)?;
            }
        }
        Ok(())
    })
}

fn remove_place(
    container: &mut Map<String, Value>,
    place: &AttributePlace<'_>,
    value: Option<&Value>,
) -> Result<(), Error> {
    if place.is_never_kept() {
        return Ok(());
    }
    let attribute = place.attribute;
    let at = place.attribute_at();
    unless_immutable(container, attribute, &at, |container| match (place.sub_attribute, value) {
        (Some(sub_attribute), _) if sub_attribute.required => Err(is_required(&place.at())),
        (Some(sub_attribute), _) if attribute.multi_valued => {
            change_elements(Mode::Replace, container, place, &[(sub_attribute, None)])
        }
        (Some(sub_attribute), _) => {
            write_complex(Mode::Replace, container, attribute, &[(sub_attribute, None)], &at)
        }
        (None, _) if place.filter.is_some() => {
            remove_elements(container, place);
            Ok(())
        }
        // The RFC defines no value for `remove` and would empty the list. With Entra ID's `Remove members` and its
        // `value`, that is the most harmful mistake. A `null` counts as absent, because some serializers write it so.
        (None, Some(value)) if attribute.multi_valued && !value.is_null() => {
            remove_values(container, attribute, value, &at)
        }
        (None, _) => {
            container.shift_remove(&attribute.name);
            Ok(())
        }
    })?;
    if attribute.required && !container.contains_key(&attribute.name) {
        return Err(is_required(&at));
    }
    Ok(())
}

/// Removes the given values from a list.
fn remove_values(
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    given: &Value,
    at: &str,
) -> Result<(), Error> {
    let read = match nested(attribute, given).unwrap_or(given) {
        Value::Array(given) => given
            .iter()
            .zip(1_usize..)
            .map(|(value, position)| read_given(attribute, value, &format!("{at}[{position}]")))
            .collect::<Result<Vec<_>, _>>()?,
        nothing if is_nothing(nothing) => Vec::new(),
        only => vec![read_given(attribute, only, at)?],
    };
    let read: Vec<Value> = read.into_iter().flatten().collect();
    let mut wanted: HashMap<Option<Cow<'_, str>>, Vec<&Value>> = HashMap::with_capacity(read.len());
    for value in &read {
        wanted.entry(identity(attribute, value)).or_default().push(value);
    }
    let without_value = wanted.remove(&None).unwrap_or_default();
    let mut elements = take_list(container, &attribute.name);
    elements.retain(|element| {
        let same_value = identity(attribute, element)
            .and_then(|identity| wanted.get(&Some(identity)))
            .is_some_and(|wanted| wanted.iter().any(|w| !contradicts_type(attribute, element, w)));
        !same_value && !without_value.iter().any(|wanted| holds_all(attribute, element, wanted))
    });
    put_list(container, &attribute.name, elements);
    Ok(())
}

/// Reads a given value, which may be the bare text of a `value`. Returns `None` for a value without content.
fn read_given(attribute: &Attribute, given: &Value, at: &str) -> Result<Option<Value>, Error> {
    let is_bare = given.is_string() && !attribute.sub_attributes.is_empty();
    let given = match is_bare {
        false => given.clone(),
        true if attribute.sub_attribute("value").is_none() => {
            return Err(not_complex(attribute, given, at));
        }
        true => Value::Object(Map::from_iter([("value".to_owned(), given.clone())])),
    };
    read_listed(attribute, given, at)
}

/// Whether both values have a `type`, and the two differ. A value without a `type` contradicts no other.
fn contradicts_type(attribute: &Attribute, element: &Value, wanted: &Value) -> bool {
    match (element.get("type"), wanted.get("type"), attribute.sub_attribute("type")) {
        (Some(element), Some(wanted), Some(sub_attribute)) => {
            !is_same(sub_attribute, element, wanted)
        }
        _ => false,
    }
}

/// Whether `element` has every sub-attribute value of `wanted`.
fn holds_all(attribute: &Attribute, element: &Value, wanted: &Value) -> bool {
    let Value::Object(wanted) = wanted else { return element == wanted };
    wanted.iter().all(|(name, wanted)| {
        element
            .get(name)
            .zip(attribute.sub_attribute(name))
            .is_some_and(|(value, sub_attribute)| is_same(sub_attribute, value, wanted))
    })
}

fn is_required(at: &str) -> Error {
    Error::mutability(format!("{at} is required and cannot be removed"))
        .about(Problem::RequiredValueRemoved, at)
}
