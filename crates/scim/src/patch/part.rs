//! One attribute inside its container, be that a resource, an extension, a complex value or an element of a list.
//!
//! Decides what a value sets, what it clears, and whether the attribute's mutability lets it. Containers that end up
//! empty disappear: canonical attributes hold no empty values (RFC 7643 §2.5).

use super::append::append;
use super::write::Mode;
use crate::Error;
use crate::schema::{Attribute, AttributeType, Mutability};
use crate::validate::value::{read_element, read_value};
use crate::values::{check_primary, is_no_value, is_same, unwrapped};
use serde_json::{Map, Value};

/// What an operation does to one sub-attribute: sets it, or clears it with `None`.
pub(super) type Part<'s> = (&'s Attribute, Option<Value>);

/// Writes the whole value of an attribute. Of a single complex one only the sub-attributes that the value names are
/// written, for `replace` too: "a set of sub-attributes" replaces those that are there (RFC 7644 §3.5.2.3).
///
/// # Errors
/// `invalidValue` for a value of the wrong type, and for no value where one is required; `mutability` when the
/// attribute is immutable and has another value.
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
/// When its `value` is cleared or becomes another one, everything that `parts` do not name goes: a manager's
/// `displayName` and `$ref` are those of the manager who was.
///
/// # Errors
/// As [`write_attribute`].
pub(super) fn write_complex(
    mode: Mode,
    container: &mut Map<String, Value>,
    attribute: &Attribute,
    parts: &[Part<'_>],
    at: &str,
) -> Result<(), Error> {
    unless_immutable(container, attribute, at, |container| {
        within(container, &attribute.name, |object| {
            let is_other = says_other_value(object, parts);
            write_parts(mode, object, parts, at)?;
            if is_other {
                object.retain(|name, _| {
                    parts.iter().any(|(part, _)| part.name == *name)
                        || is_immutable(attribute, name)
                });
            }
            Ok(())
        })
    })
}

/// Whether `parts` take the `value` of an object away, or give another one to an object that has one.
fn says_other_value(object: &Map<String, Value>, parts: &[Part<'_>]) -> bool {
    let value = parts.iter().find(|(part, _)| part.name == "value");
    value.is_some_and(|(part, new)| match (object.get("value"), new) {
        (Some(old), Some(new)) => !is_same(part, old, new),
        (None, Some(_)) => false,
        (_, None) => true,
    })
}

/// Whether the sub-attribute `name` can be set once only.
pub(super) fn is_immutable(attribute: &Attribute, name: &str) -> bool {
    attribute
        .sub_attribute(name)
        .is_some_and(|sub_attribute| sub_attribute.mutability == Mutability::Immutable)
}

/// Writes what an operation says about the sub-attributes of one complex value, which is at `at`.
///
/// # Errors
/// As [`write_attribute`].
pub(super) fn write_parts(
    mode: Mode,
    object: &mut Map<String, Value>,
    parts: &[Part<'_>],
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
    (attribute, value): Part<'_>,
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

/// Reads what `value` says about the sub-attributes of a complex value; `None` when it is no value at all.
///
/// Reading drops what is empty, but here an empty sub-attribute is one to be cleared: `{"value": ""}` is one of the
/// ways in which Entra ID takes a manager away.
///
/// # Errors
/// As [`read_element`].
pub(super) fn read_parts<'s>(
    attribute: &'s Attribute,
    value: &Value,
    at: &str,
) -> Result<Option<Vec<Part<'s>>>, Error> {
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

/// Changes the object called `name`, which is made when it is missing and disappears when it ends up empty.
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

/// Makes a change, and refuses it when it gave an immutable attribute another value than it had (RFC 7643 §7).
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
        Some(before) if container.get(&attribute.name) != Some(&before) => Err(Error::mutability(
            format!("{at} is immutable: it has a value, and that cannot be changed or removed"),
        )),
        _ => Ok(()),
    }
}
