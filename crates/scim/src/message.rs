//! The common parts of SCIM message bodies (RFC 7644 §8.2): a URI in `schemas` names the message, and member names are
//! equal in any case.

use super::Error;
use super::problem::Problem;
use super::values::is_absent_list;
use serde_json::{Map, Value};

/// Checks that `schemas` names the message `urn`, in any case.
///
/// # Errors
/// `invalidSyntax` when `schemas` does not name the message.
pub(super) fn require(body: &Map<String, Value>, urn: &str) -> Result<(), Error> {
    let is_named = |schemas: &Value| {
        let mut urns = schemas.as_array().into_iter().flatten().filter_map(Value::as_str);
        urns.any(|schema| schema.eq_ignore_ascii_case(urn))
    };
    if member(body, "schemas")?.is_some_and(is_named) {
        return Ok(());
    }
    let text = format!("schemas must be a list that contains {urn}");
    Err(Error::invalid_syntax(text).because(Problem::WrongSchemas))
}

/// Checks `schemas` as [`require`] does, but accepts a body that names no schema. The request line already determines
/// the message.
///
/// # Errors
/// `invalidSyntax` when `schemas` is present and does not name the message.
pub(super) fn require_if_named(body: &Map<String, Value>, urn: &str) -> Result<(), Error> {
    match member(body, "schemas")? {
        Some(schemas) if !is_absent_list(schemas) => require(body, urn),
        _ => Ok(()),
    }
}

/// Finds the member `name`, in any case.
///
/// # Errors
/// `invalidSyntax` when the object has two such members.
pub(super) fn member<'v>(
    object: &'v Map<String, Value>,
    name: &str,
) -> Result<Option<&'v Value>, Error> {
    Ok(entry(object, name)?.map(|(_, value)| value))
}

/// Removes the member `name`, in any case, and returns its value. Fails as [`member`] does.
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
