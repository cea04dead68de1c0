//! Reading what a client sent against the schema tables (RFC 7643 §2): canonical names, right types, known limits.
//!
//! What comes out holds only attributes the tables know, under their canonical names, and no empty values. Unknown
//! and readOnly attributes are ignored, as RFC 7644 §3.3 lets a server do.

use super::Error;
use super::date_time;
use super::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema};
use base64::Engine;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The largest resource kept, in bytes of JSON. A DynamoDB item holds 400 KB, and a history entry keeps the old and
/// the new value of what changed.
pub const MAX_RESOURCE_BYTES: usize = 128 * 1024;

/// Reads the body of a POST or PUT (RFC 7644 §3.3 and §3.5.1) into canonical attributes.
///
/// `schemas` may be missing, but when it is there it must be a list of strings with the resource type's own URI.
/// `id`, `meta` and other readOnly attributes are ignored, and so is everything unknown.
///
/// # Errors
/// `invalidSyntax` for a malformed `schemas` or an attribute that is there twice; `invalidValue` for a value of the
/// wrong type or beyond a limit, and for a required attribute that is missing.
pub fn read_resource(
    resource_type: &ResourceType,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let mut kept = Kept::default();
    for (key, value) in body {
        if key.eq_ignore_ascii_case("schemas") {
            check_schemas(resource_type, value)?;
        } else if let Some(attribute) = resource_type.attribute(key) {
            kept.read(attribute, value, &attribute.name)?;
        } else if let Some(extension) = resource_type.extension(key) {
            kept.insert(&extension.id, read_extension(extension, value)?.map(Value::Object))?;
        }
    }
    check_resource(resource_type, &kept.attributes)?;
    Ok(kept.attributes)
}

/// Reads the object of an extension; `None` when it holds nothing.
///
/// # Errors
/// As [`read_resource`].
pub fn read_extension(
    extension: &Schema,
    value: &Value,
) -> Result<Option<Map<String, Value>>, Error> {
    let object = match value {
        Value::Null => return Ok(None),
        Value::Object(object) => object,
        other => return Err(wrong_type(&extension.id, "an object", other)),
    };
    let mut kept = Kept::default();
    for (key, value) in object {
        if let Some(attribute) = extension.attribute(key) {
            kept.read(attribute, value, &format!("{}:{}", extension.id, attribute.name))?;
        }
    }
    Ok((!kept.attributes.is_empty()).then_some(kept.attributes))
}

/// Reads the whole value of an attribute: a list when it is multi-valued. `None` when it is no value: `null`, an
/// empty string, list or object (RFC 7643 §2.5), or something that is never kept. `at` names the place in errors.
///
/// # Errors
/// `invalidValue` or `invalidSyntax`, as [`read_resource`].
pub fn read_value(attribute: &Attribute, value: &Value, at: &str) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return read_element(attribute, value, at);
    }
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        Value::String(text) if text.is_empty() => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_)
            if attribute.kind == AttributeType::Complex =>
        {
            return Err(wrong_type(at, "a list", value));
        }
        // Some clients send the only value without the list around it.
        only => std::slice::from_ref(only),
    };
    // Before the values are compared with each other.
    check_number(attribute, elements.len(), at)?;
    let mut read: Vec<Value> = Vec::new();
    for element in elements {
        if let Some(element) = read_element(attribute, element, at)?
            && !read.contains(&element)
        {
            read.push(element);
        }
    }
    check_elements(attribute, &read, at)?;
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

/// Reads one value of an attribute: an element when it is multi-valued. `None` when it is no value.
///
/// # Errors
/// `invalidValue` or `invalidSyntax`, as [`read_resource`].
pub fn read_element(
    attribute: &Attribute,
    value: &Value,
    at: &str,
) -> Result<Option<Value>, Error> {
    if attribute.returned == Returned::Never {
        return Ok(None);
    }
    match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        _ => {}
    }
    match attribute.kind {
        AttributeType::Complex => read_complex(attribute, value, at),
        AttributeType::Boolean => read_boolean(value, at).map(Some),
        AttributeType::Integer if value.is_i64() || value.is_u64() => Ok(Some(value.clone())),
        AttributeType::Integer => Err(wrong_type(at, "a whole number", value)),
        AttributeType::Decimal if value.is_number() => Ok(Some(value.clone())),
        AttributeType::Decimal => Err(wrong_type(at, "a number", value)),
        AttributeType::String
        | AttributeType::Reference
        | AttributeType::DateTime
        | AttributeType::Binary => {
            let Value::String(text) = value else {
                return Err(wrong_type(at, "text", value));
            };
            check_text(attribute, text, at)?;
            Ok(Some(value.clone()))
        }
    }
}

/// Checks a whole set of canonical attributes: nothing required is missing, at most one value of a list is primary,
/// and it is not too large. A PATCH is checked so after its last operation.
///
/// # Errors
/// `invalidValue`.
pub fn check_resource(
    resource_type: &ResourceType,
    attributes: &Map<String, Value>,
) -> Result<(), Error> {
    for attribute in resource_type.attributes().filter(|attribute| attribute.required) {
        if !attributes.contains_key(&attribute.name) {
            return Err(Error::invalid_value(format!(
                "{} is required and must not be empty",
                attribute.name
            )));
        }
    }
    let lists = attributes.iter().filter_map(|(name, value)| {
        let attribute = resource_type.attribute(name).filter(|attribute| attribute.multi_valued)?;
        Some((attribute, value.as_array()?))
    });
    for (attribute, elements) in lists {
        check_elements(attribute, elements, &attribute.name)?;
    }
    let bytes = serde_json::to_string(attributes).map_or(usize::MAX, |text| text.len());
    if bytes > MAX_RESOURCE_BYTES {
        return Err(Error::invalid_value(format!(
            "The {} would take {bytes} bytes; at most {MAX_RESOURCE_BYTES} are kept",
            resource_type.name
        )));
    }
    Ok(())
}

fn read_complex(attribute: &Attribute, value: &Value, at: &str) -> Result<Option<Value>, Error> {
    let object = match value {
        Value::Object(object) => object,
        Value::String(text) if attribute.bare_value => {
            &Map::from_iter([("value".to_owned(), Value::String(text.clone()))])
        }
        // A single value in a list of one, as Entra ID wraps a manager.
        Value::Array(elements) if !attribute.multi_valued => {
            return match elements.as_slice() {
                [] => Ok(None),
                [Value::Array(_)] => Err(wrong_type(at, "an object", value)),
                [only] => read_element(attribute, only, at),
                [..] => Err(wrong_type(at, "an object", value)),
            };
        }
        other => return Err(wrong_type(at, "an object", other)),
    };
    let mut kept = Kept::default();
    for (key, value) in object {
        if let Some(sub_attribute) = attribute.sub_attribute(key) {
            kept.read(sub_attribute, value, &format!("{at}.{}", sub_attribute.name))?;
        }
    }
    Ok((!kept.attributes.is_empty()).then_some(Value::Object(kept.attributes)))
}

/// RFC 7643 §2.3.2; Entra ID sends the words as text, in any case.
fn read_boolean(value: &Value, at: &str) -> Result<Value, Error> {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
        other => Err(wrong_type(at, "true or false", other)),
    }
}

/// What is kept of an object, and which of its names were there.
#[derive(Default)]
struct Kept<'s> {
    attributes: Map<String, Value>,
    seen: HashSet<&'s str>,
}

impl<'s> Kept<'s> {
    fn read(&mut self, attribute: &'s Attribute, value: &Value, at: &str) -> Result<(), Error> {
        if attribute.mutability == Mutability::ReadOnly {
            return Ok(());
        }
        let read = read_value(attribute, value, at)?;
        self.insert(&attribute.name, read)
    }

    /// Two spellings of one name (`title` and `Title`) are one attribute sent twice, also when one says nothing.
    fn insert(&mut self, name: &'s str, value: Option<Value>) -> Result<(), Error> {
        if !self.seen.insert(name) {
            return Err(Error::invalid_syntax(format!(
                "{name} is there more than once; attribute names are the same in any case"
            )));
        }
        if let Some(value) = value {
            self.attributes.insert(name.to_owned(), value);
        }
        Ok(())
    }
}

fn check_schemas(resource_type: &ResourceType, value: &Value) -> Result<(), Error> {
    let expected = || format!("schemas must be a list that holds {}", resource_type.schema.id);
    let Value::Array(urns) = value else {
        return Err(Error::invalid_syntax(expected()));
    };
    if !urns.iter().all(Value::is_string) {
        return Err(Error::invalid_syntax(expected()));
    }
    let mut texts = urns.iter().filter_map(Value::as_str);
    if texts.any(|urn| resource_type.schema.is_identified(urn)) {
        Ok(())
    } else {
        Err(Error::invalid_syntax(expected()))
    }
}

fn check_text(attribute: &Attribute, text: &str, at: &str) -> Result<(), Error> {
    let chars = text.chars().count();
    if chars > attribute.max_chars {
        return Err(Error::invalid_value(format!(
            "{at} has {chars} characters; at most {} are accepted",
            attribute.max_chars
        )));
    }
    if text.contains('\0') {
        return Err(Error::invalid_value(format!("{at} holds a NUL character")));
    }
    if attribute.required && text.trim().is_empty() {
        return Err(Error::invalid_value(format!("{at} is required and must not be empty")));
    }
    match attribute.kind {
        AttributeType::DateTime if date_time::parse(text).is_none() => Err(Error::invalid_value(
            format!("{at} must be a date and time such as 2026-11-23T09:30:00Z"),
        )),
        AttributeType::Binary if !is_base64(text) => {
            Err(Error::invalid_value(format!("{at} must be base64 text")))
        }
        _ => Ok(()),
    }
}

/// RFC 7643 §2.3.6: base64 or base64url; certificates arrive with and without padding.
fn is_base64(text: &str) -> bool {
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let text = text.trim_end_matches('=');
    STANDARD_NO_PAD.decode(text).is_ok() || URL_SAFE_NO_PAD.decode(text).is_ok()
}

/// RFC 7643 §2.4: the primary value appears no more than once.
fn check_elements(attribute: &Attribute, elements: &[Value], at: &str) -> Result<(), Error> {
    check_number(attribute, elements.len(), at)?;
    let primaries = elements
        .iter()
        .filter(|element| element.get("primary").and_then(Value::as_bool) == Some(true))
        .count();
    if primaries > 1 {
        return Err(Error::invalid_value(format!(
            "{at} marks {primaries} values as primary; one at most can be"
        )));
    }
    Ok(())
}

fn check_number(attribute: &Attribute, values: usize, at: &str) -> Result<(), Error> {
    if values > attribute.max_values {
        return Err(Error::invalid_value(format!(
            "{at} has {values} values; at most {} are accepted",
            attribute.max_values
        )));
    }
    Ok(())
}

fn wrong_type(at: &str, expected: &str, found: &Value) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Error::invalid_value(format!("{at} must be {expected}, found {found}"))
}

#[cfg(test)]
mod tests {
    use super::read_resource;
    use crate::scim::ScimType;
    use crate::scim::schema::user_resource_type;
    use crate::scim::urn::{ENTERPRISE_USER, USER};
    use serde_json::{Value, json};

    /// Reads a body that has a userName beside `body`, and gives back what is kept beside it.
    #[track_caller]
    fn check(body: Value, expected: Value) {
        let mut body = body.as_object().unwrap().clone();
        body.insert("userName".to_owned(), json!("ada"));
        let mut read = read_resource(&user_resource_type(), &body).unwrap();
        read.remove("userName");
        assert_eq!(Value::Object(read), expected);
    }

    #[track_caller]
    fn refused(body: Value, scim_type: ScimType, detail: &str) {
        let body = body.as_object().unwrap();
        let error = read_resource(&user_resource_type(), body).unwrap_err();
        assert_eq!((error.scim_type, error.detail.as_str()), (scim_type, detail));
    }

    #[test]
    fn names_become_canonical_and_what_is_unknown_or_read_only_is_left_out() {
        check(
            json!({"TITLE": "x", "Name": {"GIVENNAME": "A"}}),
            json!({"title": "x", "name": {"givenName": "A"}}),
        );
        check(json!({"id": "1", "meta": {"version": 1}, "groups": [], "shoeSize": 5}), json!({}));
        check(json!({"password": "secret"}), json!({}));
        check(
            json!({"emails": [{"value": "a", "colour": "red"}]}),
            json!({"emails": [{"value": "a"}]}),
        );
        let urn = ENTERPRISE_USER.to_uppercase();
        check(
            json!({urn: {"Location": "GB", "x": 1}}),
            json!({ENTERPRISE_USER: {"location": "GB"}}),
        );
    }

    #[test]
    fn no_value_in_any_spelling_is_absent() {
        for nothing in [json!(null), json!("")] {
            check(json!({"title": nothing, "name": {"givenName": nothing}}), json!({}));
        }
        check(json!({"emails": [], "roles": null, "addresses": [{}], "name": {}}), json!({}));
        check(json!({ENTERPRISE_USER: {"manager": {"value": ""}}}), json!({}));
        check(json!({ENTERPRISE_USER: null}), json!({}));
    }

    #[test]
    fn a_manager_comes_in_four_shapes() {
        let expected = json!({ENTERPRISE_USER: {"manager": {"value": "m"}}});
        for shape in [json!("m"), json!({"value": "m"}), json!(["m"]), json!([{"value": "m"}])] {
            check(json!({ENTERPRISE_USER: {"manager": shape}}), expected.clone());
        }
    }

    #[test]
    fn booleans_may_be_text_and_a_single_value_may_stand_for_a_list() {
        check(json!({"active": "False"}), json!({"active": false}));
        check(json!({"active": "true"}), json!({"active": true}));
        check(json!({"roles": {"value": "r"}}), json!({"roles": [{"value": "r"}]}));
        check(
            json!({"roles": [{"value": "r"}, {"value": "r"}]}),
            json!({"roles": [{"value": "r"}]}),
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_place() {
        use ScimType::{InvalidSyntax, InvalidValue};
        let missing = "userName is required and must not be empty";
        refused(json!({}), InvalidValue, missing);
        refused(json!({"userName": null}), InvalidValue, missing);
        refused(json!({"userName": " \t"}), InvalidValue, missing);
        refused(json!({"userName": 5}), InvalidValue, "userName must be text, found a number");
        refused(json!({"name": "Ada"}), InvalidValue, "name must be an object, found text");
        refused(json!({"active": 3}), InvalidValue, "active must be true or false, found a number");
        refused(json!({"active": "yes"}), InvalidValue, "active must be true or false, found text");
        refused(json!({"emails": "a"}), InvalidValue, "emails must be a list, found text");
        refused(
            json!({"emails": [{"value": ["a"]}]}),
            InvalidValue,
            "emails.value must be text, found a list",
        );
        refused(
            json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
            InvalidValue,
            "emails marks 2 values as primary; one at most can be",
        );
        refused(
            json!({"title": "x".repeat(5000)}),
            InvalidValue,
            "title has 5000 characters; at most 4096 are accepted",
        );
        refused(json!({"title": "a\0b"}), InvalidValue, "title holds a NUL character");
        refused(
            json!({"x509Certificates": [{"value": "not base64!"}]}),
            InvalidValue,
            "x509Certificates.value must be base64 text",
        );
        refused(
            json!({"title": "a", "Title": "b"}),
            InvalidSyntax,
            "title is there more than once; attribute names are the same in any case",
        );
        let schemas = format!("schemas must be a list that holds {USER}");
        refused(json!({"schemas": "x"}), InvalidSyntax, &schemas);
        refused(json!({"schemas": [ENTERPRISE_USER]}), InvalidSyntax, &schemas);
        refused(json!({"schemas": [USER, 5]}), InvalidSyntax, &schemas);
    }

    #[test]
    fn a_resource_that_would_not_fit_an_item_is_refused() {
        let photo = json!({"value": format!("https://example.com/{}", "x".repeat(4000))});
        let photos: Vec<Value> =
            (0..40).map(|n| json!({"value": photo["value"], "display": n.to_string()})).collect();
        let body = json!({"userName": "ada", "photos": photos});
        let error = read_resource(&user_resource_type(), body.as_object().unwrap()).unwrap_err();
        assert!(error.detail.ends_with("at most 131072 are kept"), "{}", error.detail);
    }
}
