//! What the bodies of SCIM messages have in common (RFC 7644 §8.2): a URI in `schemas` that says which message it is,
//! and members whose names are the same in any case.

use super::Error;
use super::values::is_absent_list;
use serde_json::{Map, Value};

/// Makes sure that a body is the message `urn`, which `schemas` names in any case.
///
/// # Errors
/// `invalidSyntax`.
pub(super) fn require(body: &Map<String, Value>, urn: &str) -> Result<(), Error> {
    let is_named = |schemas: &Value| {
        let mut urns = schemas.as_array().into_iter().flatten().filter_map(Value::as_str);
        urns.any(|schema| schema.eq_ignore_ascii_case(urn))
    };
    if member(body, "schemas")?.is_some_and(is_named) {
        return Ok(());
    }
    Err(Error::invalid_syntax(format!("schemas must be a list that holds {urn}")))
}

/// As [`require`], but a body that names no schema is the message too: the request line says already which one it must be.
///
/// # Errors
/// `invalidSyntax`.
pub(super) fn require_if_named(body: &Map<String, Value>, urn: &str) -> Result<(), Error> {
    match member(body, "schemas")? {
        Some(schemas) if !is_absent_list(schemas) => require(body, urn),
        _ => Ok(()),
    }
}

/// The member called `name` in any case.
///
/// # Errors
/// `invalidSyntax` when there are two.
pub(super) fn member<'v>(
    object: &'v Map<String, Value>,
    name: &str,
) -> Result<Option<&'v Value>, Error> {
    Ok(entry(object, name)?.map(|(_, value)| value))
}

/// Takes out the member called `name` in any case.
///
/// # Errors
/// As [`member`].
pub(super) fn take(object: &mut Map<String, Value>, name: &str) -> Result<Option<Value>, Error> {
    let key = entry(object, name)?.map(|(key, _)| key.clone());
    Ok(key.and_then(|key| object.swap_remove(&key)))
}

fn entry<'v>(
    object: &'v Map<String, Value>,
    name: &str,
) -> Result<Option<(&'v String, &'v Value)>, Error> {
    let mut found = object.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err(Error::repeated(name)),
        (first, _) => Ok(first),
    }
}
