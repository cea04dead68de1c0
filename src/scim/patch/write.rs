//! `add` and `replace` (RFC 7644 §3.5.2.1 and §3.5.2.3): from an operation to the attributes it names.

use super::elements::write_elements;
use super::part::{is_no_value, kind_of, unless_immutable, within, write_attribute};
use super::path::{Destination, Place, refuse_read_only, resolve};
use super::request::Operation;
use crate::scim::Error;
use crate::scim::schema::{AttributeType, ResourceType, Schema};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// How a value meets what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Values of a list join the others.
    Add,
    /// Values of a list take the place of the others.
    Replace,
}

/// Applies an `add` operation (RFC 7644 §3.5.2.1).
///
/// # Errors
/// As [`super::apply`].
pub(super) fn add(
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &Operation,
) -> Result<(), Error> {
    write(Mode::Add, resource_type, attributes, operation)
}

/// Applies a `replace` operation (RFC 7644 §3.5.2.3).
///
/// # Errors
/// As [`super::apply`].
pub(super) fn replace(
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &Operation,
) -> Result<(), Error> {
    write(Mode::Replace, resource_type, attributes, operation)
}

fn write(
    mode: Mode,
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    operation: &Operation,
) -> Result<(), Error> {
    let Some(value) = &operation.value else {
        return Err(Error::invalid_value("value is missing; add and replace need one"));
    };
    let Some(path) = &operation.path else {
        let Value::Object(members) = value else {
            return Err(Error::invalid_value(format!(
                "value must be an object of attributes when there is no path, found {}",
                kind_of(value)
            )));
        };
        return write_members(mode, resource_type, attributes, members.iter());
    };
    match resolve(resource_type, path)? {
        Destination::Schemas => Ok(()),
        Destination::Extension(extension) => {
            write_extension(mode, resource_type, attributes, extension, value)
        }
        Destination::Place(place) => {
            refuse_read_only(&place)?;
            write_place(mode, attributes, &place, value)
        }
    }
}

/// Writes each member of an object as if it had its own path. Keys are paths of any form: Entra ID sends
/// `name.givenName` and whole URNs.
///
/// What is unknown or readOnly is ignored here, as in any body (RFC 7644 §3.3): Okta sends a group's `id` along.
fn write_members<'v>(
    mode: Mode,
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    members: impl Iterator<Item = (impl AsRef<str>, &'v Value)>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (key, value) in members {
        let key = key.as_ref();
        let Ok(destination) = resolve(resource_type, key) else { continue };
        // The values in two filters may well differ in case only.
        if !key.contains('[') && !seen.insert(key.to_ascii_lowercase()) {
            return Err(Error::invalid_syntax(format!(
                "{key} is there more than once; attribute names are the same in any case"
            )));
        }
        match destination {
            Destination::Extension(extension) => {
                write_extension(mode, resource_type, attributes, extension, value)?;
            }
            Destination::Place(place) if !place.is_read_only() => {
                write_place(mode, attributes, &place, value)?;
            }
            Destination::Place(_) | Destination::Schemas => {}
        }
    }
    Ok(())
}

fn write_extension(
    mode: Mode,
    resource_type: &ResourceType,
    attributes: &mut Map<String, Value>,
    extension: &Schema,
    value: &Value,
) -> Result<(), Error> {
    match value {
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, value)| (format!("{}:{key}", extension.id), value));
            write_members(mode, resource_type, attributes, members)
        }
        value if is_no_value(value) => {
            if mode == Mode::Replace {
                attributes.shift_remove(&extension.id);
            }
            Ok(())
        }
        other => Err(Error::invalid_value(format!(
            "{} must be an object, found {}",
            extension.id,
            kind_of(other)
        ))),
    }
}

fn write_place(
    mode: Mode,
    attributes: &mut Map<String, Value>,
    place: &Place<'_>,
    value: &Value,
) -> Result<(), Error> {
    if place.is_never_kept() {
        return Ok(());
    }
    match place.extension {
        Some(extension) => {
            within(attributes, &extension.id, |container| write_in(mode, container, place, value))
        }
        None => write_in(mode, attributes, place, value),
    }
}

fn write_in(
    mode: Mode,
    container: &mut Map<String, Value>,
    place: &Place<'_>,
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
        Some(sub_attribute) => within(container, &attribute.name, |object| {
            write_attribute(mode, object, sub_attribute, value, &at)
        }),
        // "No value" would have to mean true or false, and an account must not change sides by a slip.
        None if attribute.kind == AttributeType::Boolean
            && !attribute.multi_valued
            && is_no_value(value) =>
        {
            Err(Error::invalid_value(format!(
                "{at} must be true or false, found {}",
                kind_of(value)
            )))
        }
        None => write_attribute(mode, container, attribute, value, &at),
    })
}
