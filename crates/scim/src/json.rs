//! Strict JSON for request bodies: an object, each key once, limited nesting. The module does not check the content of
//! text: `validate` refuses an escaped NUL character.
//!
//! `serde_json` silently keeps the last of two equal keys. The server cannot know which key the client means. Two
//! readers of one body must see the same user.

use super::Error;
use super::error::quoted;
use super::problem::Problem;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// A JSON object that a client sent. Its names and values are not checked against the schema tables yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads a request body that must be one JSON object. Skips a byte order mark before the object (RFC 8259 §8.1).
    ///
    /// # Errors
    /// `invalidSyntax` when the body is empty, not UTF-8, not JSON, or not an object. Also for a key that an object has
    /// twice, and for more than 127 levels of nesting. Errors in the JSON text have the line and column. The error for
    /// a body that is not UTF-8 has the position of the byte.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        read_object(bytes).map(Self)
    }

    /// The members of the object.
    pub fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The members of the object.
    pub fn into_object(self) -> Map<String, Value> {
        self.0
    }
}

/// An object inside a body can be a body itself, as in a bulk request (RFC 7644 §3.7).
impl From<Map<String, Value>> for Body {
    fn from(object: Map<String, Value>) -> Self {
        Self(object)
    }
}

fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    match read_value(bytes)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::invalid_syntax("The body must be a JSON object").because(Problem::NotJson)),
    }
}

/// Reads any JSON value as strictly as a body.
pub(super) fn read_value(bytes: &[u8]) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::invalid_syntax(format!(
            "The body is not UTF-8 text: byte {} is not part of a character",
            error.valid_up_to() + 1
        ))
        .because(Problem::NotUtf8)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        let text = "The body is empty; expected a JSON object";
        return Err(Error::invalid_syntax(text).because(Problem::EmptyBody));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Strict
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            Error::invalid_syntax(format!("The body is not valid JSON: {error}"))
                .because(Problem::NotJson)
        })
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(Strict)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(Strict)?;
            if object.contains_key(&key) {
                // The error quotes only the start of the key: a body of 1 MiB can be a single key.
                let key = quoted(&key);
                let message = format_args!("the key {key} occurs more than once");
                return Err(serde::de::Error::custom(message));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::read_object;
    use crate::ScimType;

    fn check(body: &[u8], detail: &str) {
        let error = read_object(body).expect_err("refused");
        assert_eq!(error.scim_type, ScimType::InvalidSyntax);
        assert!(error.detail.contains(detail), "{}", error.detail);
    }

    #[test]
    fn what_is_not_one_object_is_refused_with_the_place() {
        for empty in ["", " \r\n", "\u{feff}"] {
            check(empty.as_bytes(), "The body is empty; expected a JSON object");
        }
        check(b"{", "line 1 column 1");
        check(b"[]", "must be a JSON object");
        check(b"{} {}", "trailing characters at line 1 column 4");
        check(b"{\"a\":1,\"a\":2}", "the key \"a\" occurs more than once");
        check(b"{\"x\":[{\"a\":1,\"a\":2}]}", "more than once");
        check(b"{\"a\":\"\xff\"}", "byte 7");
        check(b"{\"a\":\"\0\"}", "control character");
        check(format!("{}{}", "{\"a\":".repeat(200), "1").as_bytes(), "recursion limit");
    }

    #[test]
    fn a_byte_order_mark_before_the_object_is_skipped() {
        assert_eq!(read_object("\u{feff}{\"a\":1}".as_bytes()), read_object(b"{\"a\":1}"));
        assert!(read_object(b"{\"a\":1}").is_ok());
        check("\u{feff}\u{feff}{}".as_bytes(), "expected value at line 1 column 1");
        check("{}\u{feff}".as_bytes(), "trailing characters");
    }

    #[test]
    fn an_object_is_read_as_it_is() {
        let object = read_object("{\"ä\":[1,-2,2.5,null,true,{\"b\":\"\\u00e9\"}]}".as_bytes());
        let expected = serde_json::json!({"ä": [1, -2, 2.5, null, true, {"b": "é"}]});
        assert_eq!(serde_json::Value::Object(object.unwrap()), expected);
    }
}
