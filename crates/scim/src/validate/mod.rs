//! Checks the JSON of a client against the schema tables (RFC 7643 §2): canonical names, right types, known limits.
//!
//! The result holds only attributes of the tables, under their canonical names, and no empty values. Unknown and
//! readOnly attributes are ignored, as RFC 7644 §3.3 allows.

pub mod value;

#[cfg(test)]
mod tests;

use super::Error;
use super::comparison_budget::ComparisonBudget;
use super::document::{Document, find, json_len};
use super::json::Body;
use super::problem::Problem;
use super::schema::{Attribute, Mutability, ResourceType, Schema};
use super::values::{
    check_number, check_primary, is_absent_list, is_no_value, normalize_list, unwrapped,
};
use serde_json::{Map, Value};
use std::collections::HashSet;
use value::{read_value, wrong_type};

/// Reads the body of a POST or PUT (RFC 7644 §3.3 and §3.5.1) into a document.
///
/// `schemas` may be missing, `null` or empty. Otherwise it must be a list of strings with the resource type's own URI.
/// `id`, `meta` and other readOnly attributes are ignored, and so are unknown attributes.
///
/// # Errors
/// - `invalidSyntax` for a malformed `schemas`, or for an attribute that appears twice.
/// - `invalidValue` for a value of the wrong type or beyond a limit, and for a missing required attribute.
pub fn read_resource(resource_type: &ResourceType, body: Body) -> Result<Document, Error> {
    let mut kept = Kept::default();
    for (key, value) in body.into_object() {
        if key.eq_ignore_ascii_case("schemas") {
            check_schemas(resource_type, &value)?;
        } else if let Some(attribute) = resource_type.attribute(&key) {
            kept.read(attribute, value, &attribute.name)?;
        } else if let Some(extension) = resource_type.extension(&key) {
            let read = read_extension(extension, value)?.map(Value::Object);
            kept.insert(&extension.id, read, &extension.id)?;
        }
    }
    let mut document = Document::from_canonical(kept.attributes);
    let budget = ComparisonBudget::new(resource_type.limits.comparison_units);
    budget.run(|| normalize_lists(resource_type, &mut document));
    if budget.is_exhausted() {
        let text =
            "The lists have too many values with the same \"value\", or without one; send fewer";
        return Err(Error::invalid_value(text).because(Problem::TooManyComparisons));
    }
    check_resource(resource_type, &document)?;
    Ok(document)
}

/// Reads the object of an extension. Returns `None` when it holds no attribute.
fn read_extension(extension: &Schema, value: Value) -> Result<Option<Map<String, Value>>, Error> {
    let value = match value {
        Value::Array(_) => unwrapped(&value).clone(),
        value => value,
    };
    let object = match value {
        nothing if is_no_value(&nothing) => return Ok(None),
        Value::Object(object) => object,
        other => return Err(wrong_type(&extension.id, "an object", &other)),
    };
    let mut kept = Kept::default();
    for (key, value) in object {
        if let Some(attribute) = extension.attribute(&key) {
            kept.read(attribute, value, &format!("{}:{}", extension.id, attribute.name))?;
        }
    }
    Ok((!kept.attributes.is_empty()).then_some(kept.attributes))
}

/// Removes list values without content, and merges repeated values into one (RFC 7643 §2.4). A PATCH normalizes its
/// document after its last operation.
pub fn normalize_lists(resource_type: &ResourceType, document: &mut Document) {
    let attributes = document.as_object_mut();
    normalize_lists_of(resource_type.attributes(), attributes);
    for extension in &resource_type.extensions {
        if let Some(Value::Object(object)) = attributes.get_mut(&extension.id) {
            normalize_lists_of(extension.attributes.iter(), object);
            if object.is_empty() {
                attributes.shift_remove(&extension.id);
            }
        }
    }
}

fn normalize_lists_of<'s>(
    attributes: impl Iterator<Item = &'s Attribute>,
    container: &mut Map<String, Value>,
) {
    for attribute in attributes.filter(|attribute| attribute.multi_valued) {
        let found = container.iter_mut().find(|(name, _)| **name == attribute.name);
        if let Some((_, Value::Array(elements))) = found {
            normalize_list(attribute, elements);
            if elements.is_empty() {
                container.shift_remove(&attribute.name);
            }
        }
    }
}

/// Checks a normalized document: required attributes are present, at most one value of a list is primary, and the size
/// is within the limit. A PATCH checks its document after its last operation.
///
/// # Errors
/// `invalidValue` when a check fails.
pub fn check_resource(resource_type: &ResourceType, document: &Document) -> Result<(), Error> {
    let attributes = document.as_object();
    let must_be_sent = |attribute: &&Attribute| attribute.required && !attribute.defaulted;
    for attribute in resource_type.attributes().filter(must_be_sent) {
        if find(attributes, &attribute.name).is_none() {
            return Err(Error::required(&attribute.name));
        }
    }
    check_lists(resource_type.attributes(), attributes, None)?;
    for extension in &resource_type.extensions {
        if let Some(Value::Object(object)) = attributes.get(&extension.id) {
            check_lists(extension.attributes.iter(), object, Some(extension))?;
        }
    }
    let apart = resource_type.attributes().filter(|one| one.kept_apart);
    let apart: Vec<&str> = apart.map(|attribute| attribute.name.as_str()).collect();
    let bytes = json_len(&document.without(&apart));
    let most = resource_type.limits.resource_bytes;
    if bytes > most {
        return Err(Error::invalid_value(format!(
            "The {} would have {bytes} bytes of JSON; at most {most} are stored",
            resource_type.name
        ))
        .because(Problem::ResourceTooLarge { limit: most }));
    }
    Ok(())
}

fn check_lists<'s>(
    attributes: impl Iterator<Item = &'s Attribute>,
    container: &Map<String, Value>,
    extension: Option<&Schema>,
) -> Result<(), Error> {
    for attribute in attributes.filter(|attribute| attribute.multi_valued) {
        if let Some(Value::Array(elements)) = find(container, &attribute.name) {
            let at = match extension {
                Some(extension) => format!("{}:{}", extension.id, attribute.name),
                None => attribute.name.clone(),
            };
            check_number(attribute, elements.len(), &at)?;
            check_primary(attribute, elements, &at)?;
        }
    }
    Ok(())
}

/// The attributes that are kept of an object, and the names that the object has.
#[derive(Default)]
struct Kept<'s> {
    attributes: Map<String, Value>,
    seen: HashSet<&'s str>,
}

impl<'s> Kept<'s> {
    fn read(&mut self, attribute: &'s Attribute, value: Value, at: &str) -> Result<(), Error> {
        if attribute.mutability == Mutability::ReadOnly {
            return Ok(());
        }
        let read = read_value(attribute, value, at)?;
        self.insert(&attribute.name, read, at)
    }

    /// Keeps a value. Two spellings of a name (`title` and `Title`) are the same attribute sent twice, even when one
    /// has no value.
    fn insert(&mut self, name: &'s str, value: Option<Value>, at: &str) -> Result<(), Error> {
        if !self.seen.insert(name) {
            return Err(Error::repeated(at));
        }
        if let Some(value) = value {
            self.attributes.insert(name.to_owned(), value);
        }
        Ok(())
    }
}

fn check_schemas(resource_type: &ResourceType, value: &Value) -> Result<(), Error> {
    let expected = || {
        let urn = &resource_type.schema.id;
        Error::invalid_syntax(format!("schemas must be a list that contains {urn}"))
            .because(Problem::WrongSchemas)
    };
    if is_absent_list(value) {
        return Ok(());
    }
    let Value::Array(urns) = value else { return Err(expected()) };
    if !urns.iter().all(Value::is_string) {
        return Err(expected());
    }
    let mut texts = urns.iter().filter_map(Value::as_str);
    if texts.any(|urn| resource_type.schema.is_identified(urn)) { Ok(()) } else { Err(expected()) }
}
