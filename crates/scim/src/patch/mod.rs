//! PATCH (RFC 7644 §3.5.2): reads a request and applies its operations to a document.
//!
//! The module knows no Users or Groups. The schema tables say which attributes exist and who may change them. A request
//! applies as a whole, or fails without a change.
//!
//! `null`, an empty text and an empty list are *no value* (RFC 7643 §2.5):
//! - `replace` with no value clears the attribute.
//! - `add` with no value clears a single value, as Entra ID expects of a null update. It adds nothing to a list or an
//!   extension: a client that adds no members does not mean to remove all.
//!
//! An empty object names no attribute, so it changes nothing.
//!
//! An operation on an unknown attribute is skipped, as an unknown attribute in a body is ignored. An operation whose
//! path filters a single value is skipped too, unless the request has only such operations.
//!
//! Between operations a list may hold incomplete values. Entra ID writes the `type` of an email first, and its `value`
//! in another operation. The document is normalized once, after the last operation.

mod request;
mod path;
mod mode;
mod add_replace;
mod object_value;
mod attribute;
mod list;
mod append;
mod selected_values;
mod remove;
mod affected_values;

#[cfg(test)]
mod tests;

pub use affected_values::{AffectedValues, affected_values};
pub(super) use path::unknown_parts;
use path::{Destination, resolve};
pub use request::{Op, PatchOperation, PatchRequest};

use super::Error;
use super::comparison_budget::ComparisonBudget;
use super::document::Document;
use super::problem::Problem;
use super::schema::ResourceType;
use super::validate::{check_resource, normalize_lists};
use serde_json::{Map, Value};

/// Applies the operations of a request, each to the result of the operation before (RFC 7644 §3.5.2).
///
/// Returns an equal document when nothing changes, so that the caller can leave `meta.lastModified` unchanged.
///
/// # Errors
/// The keyword of RFC 7644 §3.12 that fits: `invalidPath`, `invalidFilter`, `noTarget`, `mutability` or `invalidValue`.
/// `invalidSyntax` when one operation names an attribute twice. The detail names the number of the failed operation,
/// counted from 1. An error of the changed resource as a whole has no number: it is too large, lacks a required
/// attribute, or has too many values or primary values.
pub fn apply(
    resource_type: &ResourceType,
    mut document: Document,
    request: &PatchRequest,
) -> Result<Document, Error> {
    let mut skipped = Vec::new();
    let budget = ComparisonBudget::new(resource_type.limits.comparison_units);
    for (operation, number) in request.operations.iter().zip(1_usize..) {
        let attributes = document.as_object_mut();
        let applied = budget.run(|| match operation.op {
            Op::Add => add_replace::add(resource_type, attributes, operation),
            Op::Replace => add_replace::replace(resource_type, attributes, operation),
            Op::Remove => remove::remove(resource_type, attributes, operation),
        });
        if budget.is_exhausted() {
            return Err(too_much_work(number));
        }
        match applied {
            Err(error) if path::filters_single_value(resource_type, operation) => {
                skipped.push(in_operation(number, error));
            }
            applied => applied.map_err(|error| in_operation(number, error))?,
        }
    }
    // If all operations are skipped, the request fails with the first error. A 200 would hide that nothing changed.
    if skipped.len() == request.operations.len()
        && let Some(first) = skipped.into_iter().next()
    {
        return Err(first);
    }
    budget.run(|| normalize_lists(resource_type, &mut document));
    if budget.is_exhausted() {
        return Err(too_much_work(request.operations.len()));
    }
    check_resource(resource_type, &document)?;
    Ok(document)
}

/// Adds the attributes in `others`, the keys of a body that are paths, to the document of that body.
///
/// Such a key is a path like `name.givenName`, a whole URN, or the plain name of an extension's attribute. A key that
/// is no path is ignored. So is a path for which the document has a value already.
///
/// # Errors
/// The keyword of RFC 7644 §3.12 that fits: `invalidValue`, or `invalidSyntax` for a place that two keys name.
pub fn add_paths(
    resource_type: &ResourceType,
    mut document: Document,
    others: Map<String, Value>,
) -> Result<Document, Error> {
    let is_missing = |key: &str| match resolve(resource_type, key) {
        Ok(Destination::Attribute(place)) => {
            place.filter.is_some() || place.value(document.as_object()).is_none()
        }
        Ok(_) | Err(_) => false,
    };
    let news: Map<String, Value> = others.into_iter().filter(|(key, _)| is_missing(key)).collect();
    if news.is_empty() {
        return Ok(document);
    }
    let operation = PatchOperation { op: Op::Add, path: None, value: Some(Value::Object(news)) };
    let budget = ComparisonBudget::new(resource_type.limits.comparison_units);
    let added = budget.run(|| {
        add_replace::add(resource_type, document.as_object_mut(), &operation)?;
        normalize_lists(resource_type, &mut document);
        Ok(())
    });
    if budget.is_exhausted() {
        let text = "The paths among the keys of the body need too many text comparisons; send fewer of them";
        return Err(Error::invalid_value(text).because(Problem::TooManyComparisons));
    }
    added?;
    check_resource(resource_type, &document)?;
    Ok(document)
}

fn too_much_work(number: usize) -> Error {
    Error::invalid_value(format!(
        "Operation {number}: the operations need too many text comparisons; send them in several requests, \
         or with fewer and shorter values"
    ))
    .because(Problem::TooManyComparisons)
}

/// Adds the number of the operation to an error.
fn in_operation(number: usize, error: Error) -> Error {
    error.within(format_args!("Operation {number}"))
}
