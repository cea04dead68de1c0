//! PATCH (RFC 7644 §3.5.2): reads a request and applies its operations to canonical attributes.
//!
//! Knows nothing about Users or Groups: the schema tables say what an attribute is and who may change it. What it is
//! given it leaves untouched; either all operations apply, to a copy, or none does.
//!
//! What counts as *no value* is `null`, an empty text and an empty list (RFC 7643 §2.5). `replace` with no value
//! clears. `add` with no value clears what is single, as Entra ID expects of a null update, but adds nothing to a list
//! or an extension: a client that adds no members does not mean to remove all. An empty object names nothing, so it
//! changes nothing.
//!
//! An operation on an attribute that no table has is skipped, as such an attribute in a body is.
//!
//! Between operations a list may hold what is not kept: Entra ID writes the `type` of an email first and its `value` in
//! another operation. The result is settled once, at the end.

mod request;
mod path;
mod write;
mod members;
mod part;
mod list;
mod append;
mod elements;
mod remove;
mod reach;

#[cfg(test)]
mod tests;

pub(super) use path::unknown_parts;
use path::{Destination, resolve};
pub use reach::{Reach, reach};
pub use request::{Op, Operation, PatchRequest};

use super::Error;
use super::schema::ResourceType;
use super::validate::{check_resource, settle_resource};
use super::work::{MOST_WORK, Work};
use serde_json::{Map, Value};

/// Applies the operations of a request, each to the result of the one before (RFC 7644 §3.5.2).
///
/// `attributes` are canonical, as [`read_resource`] returns them, and so is the result. When nothing changes the two
/// are equal, so that the caller can leave `meta.lastModified` alone.
///
/// # Errors
/// The keyword of RFC 7644 §3.12 that fits, with the number of the operation in the detail, counted from 1:
/// `invalidPath`, `invalidFilter`, `noTarget`, `mutability`, `invalidValue`; `invalidSyntax` for an attribute that one
/// operation names twice.
///
/// [`read_resource`]: super::validate::read_resource
pub fn apply(
    resource_type: &ResourceType,
    attributes: &Map<String, Value>,
    request: &PatchRequest,
) -> Result<Map<String, Value>, Error> {
    let mut patched = attributes.clone();
    let work = Work::new(MOST_WORK);
    for (operation, number) in request.operations.iter().zip(1_usize..) {
        let applied = work.run(|| match operation.op {
            Op::Add => write::add(resource_type, &mut patched, operation),
            Op::Replace => write::replace(resource_type, &mut patched, operation),
            Op::Remove => remove::remove(resource_type, &mut patched, operation),
        });
        if work.is_exhausted() {
            return Err(too_much_work(number));
        }
        applied.map_err(|error| in_operation(number, error))?;
    }
    if patched != *attributes {
        work.run(|| settle_resource(resource_type, &mut patched));
        check_resource(resource_type, &patched)?;
    }
    if work.is_exhausted() {
        return Err(too_much_work(request.operations.len()));
    }
    Ok(patched)
}

/// Adds to the attributes of a body what its other keys name as paths, such as `name.givenName`, a whole URN, or the plain
/// name of an extension's attribute. What is no such path is left out, and so is what the body says in its place already.
///
/// # Errors
/// The keyword of RFC 7644 §3.12 that fits: `invalidValue`, or `invalidSyntax` for a place that two keys name.
pub fn add_paths(
    resource_type: &ResourceType,
    attributes: &Map<String, Value>,
    others: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let is_news = |key: &str| match resolve(resource_type, key) {
        Ok(Destination::Place(place)) => {
            place.filter.is_some() || place.value(attributes).is_none()
        }
        Ok(_) | Err(_) => false,
    };
    let news = others.iter().filter(|(key, _)| is_news(key));
    let news: Map<String, Value> = news.map(|(key, value)| (key.clone(), value.clone())).collect();
    if news.is_empty() {
        return Ok(attributes.clone());
    }
    let operation = Operation { op: Op::Add, path: None, value: Some(Value::Object(news)) };
    let mut after = attributes.clone();
    let work = Work::new(MOST_WORK);
    let added = work.run(|| {
        write::add(resource_type, &mut after, &operation)?;
        settle_resource(resource_type, &mut after);
        Ok(())
    });
    if work.is_exhausted() {
        let text = "The keys of the body that are paths compare too much text; send fewer of them";
        return Err(Error::invalid_value(text));
    }
    added?;
    check_resource(resource_type, &after)?;
    Ok(after)
}

fn too_much_work(number: usize) -> Error {
    Error::invalid_value(format!(
        "Operation {number}: the operations compare too much text; send them in several requests, \
         or with fewer and shorter values"
    ))
}

/// Says which operation an error is about.
fn in_operation(number: usize, error: Error) -> Error {
    error.within(format_args!("Operation {number}"))
}
