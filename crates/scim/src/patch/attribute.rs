//! Writes one attribute inside its container: a resource, an extension, a complex value or an element of a list.
//!
//! The module decides which attributes a value sets and clears, and whether their mutability allows the change. Empty
//! containers disappear: canonical attributes hold no empty values (RFC 7643 §2.5).

use super::append::append;
use super::mode::Mode;
use crate::Error;
use crate::problem::Problem;
use crate::schema::{Attribute, AttributeType, Mutability};
use crate::validate::value::{read_element, read_value};
use crate::values::{check_primary, is_no_value, is_same, unwrapped};
use serde_json::{Map, Value};

/// A change of one sub-attribute: a new value, or `None` to clear it.
pub(super) type SubAttributeChange<'s> = (&'s Attribute, Option<Value>);

/// Writes the whole value of an attribute.
///
/// Of a single complex attribute, only the sub-attributes that the value names are written, also by `replace`: "a set
/// of sub-attributes" replaces the existing ones (RFC 7644 §3.5.2.3).
///
/// # Errors
/// `invalidValue` for a value of the wrong type, and for no value where the attribute is required. `mutability` when
/// the attribute is immutable and has another value.
pub(super) fn write_attribute(
    mode: Mode,
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    value: &Value,
    at: &str,
) -> Result<(), Error> {
    if attribute.kind != AttributeType::Complex || attribute.multi_valued {
        let read = read_value(attribute, value.clone(), at)?;
        if let Some(Value::Array(elements)) = &read {
            check_primary(attribute, elements, at)?;
        }
        return write_part(mode, container, (attribute, read), at);
    }
    match read_parts(attribute, value, at)? {
        None => write_part(mode, container, (attribute, None), at),
        Some(parts) => write_complex(mode, container, attribute, &parts, at),
    }
}

/// Writes `parts` of a single complex attribute.
///
/// When its `value` is cleared or changes, all sub-attributes that `parts` do not name are removed, except immutable
/// ones. The `displayName` and `$ref` of a manager describe the previous manager.
///
/// # Errors
/// Fails as [`write_attribute`] does.
pub(super) fn write_complex(
    mode: Mode,
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    parts: &[SubAttributeChange<'_>],
    at: &str,
) -> Result<(), Error> {
    unless_immutable(container, attribute, at, |container| {
        within(container, &attribute.name, |object| {
            let is_other = says_other_value(object, parts);
            write_parts(mode, object, parts, at)?;
            if is_other {
                object.retain(|name, _| {
                    parts.iter().any(|(part, _)| part.name == *name)
                        || attribute.has_immutable(name)
                });
            }
            Ok(())
        })
    })
}

/// Whether `parts` clear the `value` of an object, or change an existing `value`.
fn says_other_value(object: &Map<String, Value>, parts: &[SubAttributeChange<'_>]) -> bool {
    let value = parts.iter().find(|(part, _)| part.name == "value");
    value.is_some_and(|(part, new)| match (object.get("value"), new) {
        (Some(old), Some(new)) => !is_same(part, old, new),
        (None, Some(_)) => false,
        (_, None) => true,
    })
}

/// Writes the sub-attributes that an operation names to the complex value at `at`.
///
/// # Errors
/// Fails as [`write_attribute`] does.
pub(super) fn write_parts(
    mode: Mode,
    object: &mut Map<String, Value>,
    parts: &[SubAttributeChange<'_>],
    at: &str,
) -> Result<(), Error> {
    for (sub_attribute, value) in parts {
        let at = format!("{at}.{}", sub_attribute.name);
        write_part(mode, object, (*sub_attribute, value.clone()), &at)?;
    }
    Ok(())
}

fn write_part(
    mode: Mode,
    container: &mut Map<String, Value>,
    (attribute, value): SubAttributeChange<'_>,
    at: &str,
) -> Result<(), Error> {
    unless_immutable(container, attribute, at, |container| match value {
        Some(Value::Array(elements)) if mode == Mode::Add => {
            append(container, attribute, elements, at)
        }
        Some(value) => {
            container.insert(attribute.name.clone(), value);
            Ok(())
        }
        None if mode == Mode::Add && attribute.multi_valued => Ok(()),
        None if attribute.required => Err(Error::required(at)),
        None => {
            container.shift_remove(&attribute.name);
            Ok(())
        }
    })
}

/// Reads the sub-attributes that `value` sets and clears in a complex value. Returns `None` when `value` is no value.
///
/// Reading drops empty sub-attributes, but here an empty sub-attribute is to be cleared. `{"value": ""}` is one of the
/// ways in which Entra ID removes a manager.
///
/// # Errors
/// Fails as [`read_element`] does.
pub(super) fn read_parts<'s>(
    attribute: &'s Attribute,
    value: &Value,
    at: &str,
) -> Result<Option<Vec<SubAttributeChange<'s>>>, Error> {
    let read = read_element(attribute, value.clone(), at)?;
    let named = unwrapped(value).as_object();
    if read.is_none() && named.is_none() {
        return Ok(None);
    }
    let emptied = named
        .into_iter()
        .flatten()
        .filter(|(_, value)| is_no_value(unwrapped(value)))
        .filter_map(|(key, _)| attribute.sub_attribute(key))
        .filter(|sub_attribute| sub_attribute.mutability != Mutability::ReadOnly)
        .map(|sub_attribute| (sub_attribute, None));
    let set = match read {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let set = set
        .into_iter()
        .filter_map(|(name, value)| Some((attribute.sub_attribute(&name)?, Some(value))));
    Ok(Some(emptied.chain(set).collect()))
}

/// Changes the object called `name`. A missing object is created, and an empty object is removed afterwards.
pub(super) fn within(
    container: &mut Map<String, Value>,
    name: &str,
    change: impl FnOnce(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut object = match container.get_mut(name) {
        Some(Value::Object(object)) => std::mem::take(object),
        _ => Map::new(),
    };
    change(&mut object)?;
    if object.is_empty() {
        container.shift_remove(name);
    } else {
        container.insert(name.to_owned(), Value::Object(object));
    }
    Ok(())
}

/// Makes a change. Fails with `mutability` when the change replaced or removed the value of an immutable attribute
/// (RFC 7643 §7).
pub(super) fn unless_immutable(
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    at: &str,
    change: impl FnOnce(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    if attribute.mutability != Mutability::Immutable {
        return change(container);
    }
    let before = container.get(&attribute.name).cloned();
    change(container)?;
    match before {
        Some(before) if container.get(&attribute.name) != Some(&before) => {
            let text = format!("{at} is immutable; its value cannot be changed or removed");
            Err(Error::mutability(text).about(Problem::Immutable, at))
        }
        _ => Ok(()),
    }
}
