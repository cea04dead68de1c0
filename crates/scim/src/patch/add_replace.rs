//! Applies `add` and `replace` (RFC 7644 §3.5.2.1 and §3.5.2.3): finds the attributes that an operation names, and
//! writes them.

use super::attribute::{unless_immutable, within, write_attribute, write_complex};
use super::mode::Mode;
use super::object_value::{ObjectWrite, read_container, read_members};
use super::path::{AttributePlace, Destination, refuse_read_only, resolve};
use super::request::PatchOperation;
use super::selected_values::write_elements;
use crate::Error;
use crate::schema::{AttributeType, ResourceType};
use crate::validate::value::{not_boolean, read_value, wrong_type};
use crate::values::{is_no_value, loses_a_part};
use serde_json::{Map, Value};

/// Applies an `add` operation (RFC 7644 §3.5.2.1).
///
/// # Errors
/// Fails as [`super::apply`] does.
pub(super) fn add(
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &PatchOperation,
) -> Result<(), Error> {
    write(Mode::Add, resource_type, attributes, operation)
}

/// Applies a `replace` operation (RFC 7644 §3.5.2.3).
///
/// # Errors
/// Fails as [`super::apply`] does.
pub(super) fn replace(
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &PatchOperation,
) -> Result<(), Error> {
    write(Mode::Replace, resource_type, attributes, operation)
}

fn write(
    mode: Mode,
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &PatchOperation,
) -> Result<(), Error> {
    let Some(value) = &operation.value else {
        return Err(Error::invalid_value("value is missing; add and replace require a value"));
    };
    let Some(path) = &operation.path else {
        let Value::Object(members) = value else {
            let expected = "an object of attributes when there is no path";
            return Err(wrong_type("value", expected, value));
        };
        return write_all(mode, attributes, &read_members(mode, resource_type, members)?);
    };
    match resolve(resource_type, path)? {
        Destination::Schemas | Destination::Unknown => Ok(()),
        Destination::Core => {
            write_all(mode, attributes, &read_container(mode, resource_type, None, value)?)
        }
        Destination::Extension(extension) => {
            let members = read_container(mode, resource_type, Some(extension), value)?;
            write_all(mode, attributes, &members)
        }
        Destination::Attribute(place) => {
            refuse_read_only(&place)?;
            write_place(mode, attributes, &place, value)
        }
    }
}

fn write_all(
    mode: Mode,
    attributes: &mut Map<String, Value>,
    members: &[ObjectWrite<'_, '_>],
) -> Result<(), Error> {
    members.iter().try_for_each(|member| match member {
        ObjectWrite::Clear(extension) => {
            attributes.shift_remove(&extension.id);
            Ok(())
        }
        ObjectWrite::Write(place, value) => write_place(mode, attributes, place, value),
    })
}

fn write_place(
    mode: Mode,
    attributes: &mut Map<String, Value>,
    place: &AttributePlace<'_>,
    value: &Value,
) -> Result<(), Error> {
    if place.is_never_kept() || is_lost(place, value)? {
        return Ok(());
    }
    match place.extension {
        Some(extension) => {
            within(attributes, &extension.id, |container| write_in(mode, container, place, value))
        }
        None => write_in(mode, attributes, place, value),
    }
}

/// Whether reading loses a part of the value and leaves no value. Such a value changes nothing.
fn is_lost(place: &AttributePlace<'_>, value: &Value) -> Result<bool, Error> {
    let attribute = place.sub_attribute.unwrap_or(place.attribute);
    let is_part_of_element = place.filter.is_some() && place.sub_attribute.is_none();
    let has_parts = attribute.kind == AttributeType::Complex && !attribute.multi_valued;
    if is_part_of_element || has_parts || !loses_a_part(attribute, value) {
        return Ok(false);
    }
    Ok(read_value(attribute, value.clone(), &place.at())?.is_none())
}

fn write_in(
    mode: Mode,
    container: &mut Map<String, Value>,
    place: &AttributePlace<'_>,
    value: &Value,
) -> Result<(), Error> {
    let attribute = place.attribute;
    let at = place.at();
    unless_immutable(container, attribute, &at, |container| match place.sub_attribute {
        _ if attribute.multi_valued
            && (place.filter.is_some() || place.sub_attribute.is_some()) =>
        {
            write_elements(mode, container, place, value, &at)
        }
        Some(sub_attribute) => {
            let read = read_value(sub_attribute, value.clone(), &at)?;
            let parts = [(sub_attribute, read)];
            write_complex(mode, container, attribute, &parts, &place.attribute_at())
        }
        None if place.is_switch() && is_no_value(value) => Err(not_boolean(value, &at)),
        None => write_attribute(mode, container, attribute, value, &at),
    })
}
