//! Checks a value against its attribute (RFC 7643 §2.3): its type, its length, and its accepted spellings.

use super::Kept;
use crate::Error;
use crate::date_time;
use crate::error::quoted;
use crate::fold::fold;
use crate::message;
use crate::number;
use crate::problem::{Expected, Problem};
use crate::schema::{Attribute, AttributeType, Returned, Uniqueness};
use crate::values::{
    check_has_value, check_number, has_only_companions, is_no_value, loses_a_part, merge_repeated,
    nested, unwrapped,
};
use base64::Engine;
use icu_properties::CodePointSetData;
use icu_properties::props::BidiControl;
use serde_json::{Map, Value};

/// Reads the whole value of an attribute, which is a list when the attribute is multi-valued. `at` names the place in
/// errors.
///
/// Returns `None` for `null`, and for an empty string, list or object (RFC 7643 §2.5). A value that the attribute never
/// returns, or leaves out for its length, is `None` too. A list may still hold values with only a `type`: a later PATCH
/// operation can add the rest.
///
/// # Errors
/// `invalidValue` or `invalidSyntax`, as for [`read_resource`](super::read_resource).
pub fn read_value(attribute: &Attribute, value: Value, at: &str) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return read_element(attribute, value, at);
    }
    let value = match nested(attribute, &value) {
        Some(inner) => inner.clone(),
        None => value,
    };
    let mut read: Vec<Value> = Vec::new();
    match value {
        Value::Array(elements) => {
            check_number(attribute, elements.len(), at)?;
            for (element, position) in elements.into_iter().zip(1_usize..) {
                let at = format!("{at}[{position}]");
                read.extend(read_listed(attribute, element, &at)?);
            }
        }
        simple @ (Value::Bool(_) | Value::Number(_) | Value::String(_))
            if attribute.kind == AttributeType::Complex
                && !is_empty_text(&simple)
                && !(attribute.bare_value && simple.is_string()) =>
        {
            return Err(wrong_type(at, "a list", &simple));
        }
        // Some clients send a single value without the list around it.
        only if !is_no_value(&only) => read.extend(read_listed(attribute, only, at)?),
        _ => {}
    }
    merge_repeated(attribute, &mut read);
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

/// Reads an element of a list. Reading can lose a part of the element, and leave only `type`, `primary` and `display`.
/// Such an element is `None` too.
///
/// # Errors
/// Fails as [`read_value`] does.
pub(crate) fn read_listed(
    attribute: &Attribute,
    element: Value,
    at: &str,
) -> Result<Option<Value>, Error> {
    check_has_value(attribute, &element, at)?;
    let loses_a_part = loses_a_part(attribute, &element);
    let read = read_element(attribute, element, at)?;
    Ok(read.filter(|read| !(loses_a_part && has_only_companions(attribute, read))))
}

/// Reads a value of an attribute, which is an element when the attribute is multi-valued. Returns `None` for no value.
///
/// An empty text is no value, and so is an empty list in the place of a single value. But `active`, which has a
/// default, refuses both, because neither means true or false.
///
/// # Errors
/// `invalidValue` or `invalidSyntax`, as for [`read_resource`](super::read_resource).
pub fn read_element(attribute: &Attribute, value: Value, at: &str) -> Result<Option<Value>, Error> {
    let value = match value {
        Value::Array(_) if !attribute.multi_valued => unwrapped(&value).clone(),
        value => simple_value(attribute, value, at)?,
    };
    let is_nothing = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty() && !attribute.defaulted,
        Value::Array(elements) => {
            elements.is_empty() && !attribute.multi_valued && !attribute.defaulted
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if attribute.returned == Returned::Never || is_nothing {
        return Ok(None);
    }
    match attribute.kind {
        AttributeType::Complex => read_complex(attribute, value, at),
        AttributeType::Boolean => read_boolean(&value, at).map(Some),
        AttributeType::Integer => read_integer(value, at).map(Some),
        AttributeType::Decimal => read_decimal(value, at).map(Some),
        AttributeType::String
        | AttributeType::Reference
        | AttributeType::DateTime
        | AttributeType::Binary => {
            let text = match value {
                Value::String(text) if attribute.kind == AttributeType::DateTime => {
                    date_time::with_time(&text)
                }
                Value::String(text) => text,
                // Only whole numbers become text, because only they have a single spelling.
                Value::Number(number)
                    if attribute.kind == AttributeType::String && !number.is_f64() =>
                {
                    number.to_string()
                }
                other => return Err(wrong_type(at, "text", &other)),
            };
            if attribute.leaves_out(&text) {
                return Ok(None);
            }
            check_text(attribute, &text, at)?;
            Ok(Some(Value::String(text)))
        }
    }
}

/// Takes the value out of an object such as `{"value": "1"}`, in a list whose elements have no sub-attributes. Some
/// clients write the elements of every list in the form of RFC 7643 §2.4.
fn simple_value(attribute: &Attribute, value: Value, at: &str) -> Result<Value, Error> {
    match value {
        Value::Object(mut object)
            if attribute.multi_valued && attribute.kind != AttributeType::Complex =>
        {
            let inner = message::take(&mut object, "value").map_err(|_| Error::repeated(at))?;
            Ok(inner.unwrap_or(Value::Object(object)))
        }
        value => Ok(value),
    }
}

fn read_complex(attribute: &Attribute, value: Value, at: &str) -> Result<Option<Value>, Error> {
    let object = match value {
        Value::Object(object) => object,
        Value::String(text) if attribute.bare_value => {
            Map::from_iter([("value".to_owned(), Value::String(text))])
        }
        other => return Err(not_complex(attribute, &other, at)),
    };
    let mut kept = Kept::default();
    for (key, value) in object {
        if let Some(sub_attribute) = attribute.sub_attribute(&key) {
            kept.read(sub_attribute, value, &format!("{at}.{}", sub_attribute.name))?;
        }
    }
    Ok((!kept.attributes.is_empty()).then_some(Value::Object(kept.attributes)))
}

/// Reads a boolean (RFC 7643 §2.3.2). Entra ID sends the words as text, in upper or lower case.
fn read_boolean(value: &Value, at: &str) -> Result<Value, Error> {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
        other => Err(not_boolean(other, at)),
    }
}

/// Reads a whole number (RFC 7643 §2.3.4). Entra ID sends numbers as text.
fn read_integer(value: Value, at: &str) -> Result<Value, Error> {
    let number = match &value {
        Value::Number(number) => Some(number.clone()).filter(|number| !number.is_f64()),
        Value::String(text) => number::whole(text),
        _ => None,
    };
    number.map(Value::Number).ok_or_else(|| wrong_type(at, "a whole number", &value))
}

/// Reads a number (RFC 7643 §2.3.3). Entra ID sends numbers as text. A number without a fraction becomes a whole number
/// if 64 bits can hold it: 2.0 and 2 are the same value.
fn read_decimal(value: Value, at: &str) -> Result<Value, Error> {
    let number = match &value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => number::any(text),
        _ => None,
    };
    let number = number.ok_or_else(|| wrong_type(at, "a number", &value))?;
    let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
    let digits = whole.map(|float| format!("{:.0}", float + 0.0));
    let whole = digits.and_then(|digits| {
        let signed = digits.parse::<i64>().ok().map(Value::from);
        signed.or_else(|| digits.parse::<u64>().ok().map(Value::from))
    });
    Ok(whole.unwrap_or(Value::Number(number)))
}

fn check_text(attribute: &Attribute, text: &str, at: &str) -> Result<(), Error> {
    let chars = text.chars().count();
    if chars > attribute.max_chars {
        let text =
            format!("{at} has {chars} characters; at most {} are accepted", attribute.max_chars);
        let problem = Problem::TextTooLong { limit: attribute.max_chars };
        return Err(Error::invalid_value(text).about(problem, at));
    }
    if text.contains('\0') {
        let text = format!("{at} contains a NUL character; remove the character");
        return Err(Error::invalid_value(text).about(Problem::ForbiddenCharacter, at));
    }
    if attribute.required && fold(text).is_empty() {
        return Err(Error::required(at));
    }
    if attribute.uniqueness != Uniqueness::None
        && let Some(unseen) = text.chars().find(|letter| is_control(*letter))
    {
        return Err(Error::invalid_value(format!(
            "{at} contains the control character U+{:04X}; use only visible characters",
            u32::from(unseen)
        ))
        .about(Problem::ForbiddenCharacter, at));
    }
    match attribute.kind {
        AttributeType::DateTime if !date_time::is_date_time(text) => Err(Error::invalid_value(
            format!("{at} must be a date and time such as 2026-11-23T09:30:00Z"),
        )
        .about(Problem::WrongType(Expected::DateTime), at)),
        AttributeType::Binary if !is_base64(text) => {
            Err(Error::invalid_value(format!("{at} must be base64 text"))
                .about(Problem::WrongType(Expected::Base64), at))
        }
        _ => Ok(()),
    }
}

/// Whether a character is invisible and controls the display of text. RFC 8265 §3.3 forbids such characters in names: a
/// character for the direction of text can make a name look like another.
fn is_control(letter: char) -> bool {
    letter.is_control() || CodePointSetData::new::<BidiControl>().contains(letter)
}

/// Whether text is base64 or base64url (RFC 7643 §2.3.6). Clients send certificates with and without padding.
pub(crate) fn is_base64(text: &str) -> bool {
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let text = text.trim_end_matches('=');
    STANDARD_NO_PAD.decode(text).is_ok() || URL_SAFE_NO_PAD.decode(text).is_ok()
}

/// Whether a value has no content: no value, or an object without members.
pub(crate) fn is_nothing(value: &Value) -> bool {
    is_no_value(value) || value.as_object().is_some_and(Map::is_empty)
}

fn is_empty_text(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_empty)
}

/// `invalidValue` for a value that is no object and has no accepted short form.
pub(crate) fn not_complex(attribute: &Attribute, found: &Value, at: &str) -> Error {
    let expected = match (attribute.sub_attribute("value"), attribute.bare_value) {
        (Some(_), true) => "text or an object such as {\"value\": …}",
        (Some(_), false) => "an object such as {\"value\": …}",
        (None, _) => "an object",
    };
    wrong_type(at, expected, found)
}

/// `invalidValue` for a value that is neither true nor false. The error shows a text or number, because the client
/// meant a boolean by it. Other errors hide values, which may be personal data.
pub(crate) fn not_boolean(found: &Value, at: &str) -> Error {
    match found {
        Value::String(text) if !text.is_empty() => {
            Error::wrong_type(at, "true or false", format_args!("{}", quoted(text)))
        }
        Value::Number(number) => Error::wrong_type(at, "true or false", format_args!("{number}")),
        other => wrong_type(at, "true or false", other),
    }
}

/// `invalidValue` for a value of another type than expected.
pub(crate) fn wrong_type(at: &str, expected: &str, found: &Value) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "empty text",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Error::wrong_type(at, expected, format_args!("{found}"))
}
