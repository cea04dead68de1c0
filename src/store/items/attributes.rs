//! Writes and reads the attributes of items, one by one. Structured values are JSON texts: one attribute holds a whole
//! document, and a reader parses one string.

use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys::Key;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An item that is being made.
#[derive(Debug)]
pub(in crate::store) struct ItemWriter(Item);

impl ItemWriter {
    /// Makes an item with its key only.
    pub(in crate::store) fn new(key: &Key) -> Self {
        Self(key.to_item())
    }

    /// Adds text.
    pub(in crate::store) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.value(name, AttributeValue::S(text.into()))
    }

    /// Adds text, if there is any.
    pub(in crate::store) fn optional_text(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// Adds a number.
    pub(in crate::store) fn number(self, name: &str, number: u64) -> Self {
        self.value(name, AttributeValue::N(number.to_string()))
    }

    /// Adds a flag.
    pub(in crate::store) fn flag(self, name: &str, flag: bool) -> Self {
        self.value(name, AttributeValue::Bool(flag))
    }

    /// Adds an instant, in RFC 3339.
    ///
    /// # Errors
    /// [`Error::BadItem`] for a year that RFC 3339 cannot write.
    pub(in crate::store) fn time(self, name: &str, time: OffsetDateTime) -> Result<Self, Error> {
        Ok(self.text(name, format_time(time)?))
    }

    /// Adds an instant in RFC 3339, if there is any.
    ///
    /// # Errors
    /// [`Error::BadItem`] for a year that RFC 3339 cannot write.
    pub(in crate::store) fn optional_time(
        self,
        name: &str,
        time: Option<OffsetDateTime>,
    ) -> Result<Self, Error> {
        match time {
            Some(time) => self.time(name, time),
            None => Ok(self),
        }
    }

    /// Adds bytes.
    pub(in crate::store) fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        self.value(name, AttributeValue::B(Blob::new(bytes)))
    }

    /// Adds a structured value as a JSON text.
    ///
    /// # Errors
    /// [`Error::BadItem`] for a value that JSON cannot hold.
    pub(in crate::store) fn json(self, name: &str, value: &impl Serialize) -> Result<Self, Error> {
        Ok(self.text(name, as_json(value)?))
    }

    /// Adds any value.
    pub(in crate::store) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Gives the finished item.
    pub(in crate::store) fn into_item(self) -> Item {
        self.0
    }
}

/// Formats an instant as items have it, in RFC 3339.
///
/// # Errors
/// [`Error::BadItem`] for a year that RFC 3339 cannot write.
pub(in crate::store) fn format_time(time: OffsetDateTime) -> Result<String, Error> {
    time.format(&Rfc3339).map_err(Error::bad_item)
}

/// Writes a structured value as items have it, in JSON.
///
/// # Errors
/// [`Error::BadItem`] for a value that JSON cannot hold.
pub(in crate::store) fn as_json(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::bad_item)
}

/// An item from which attributes are taken one by one.
#[derive(Debug)]
pub(in crate::store) struct ItemReader(pub(in crate::store) Item);

impl ItemReader {
    /// Takes text out; `None` when the attribute is absent.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is no text.
    pub(in crate::store) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(Error::bad_item(format!("{name} is no text"))),
        }
    }

    /// Takes text out.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or no text.
    pub(in crate::store) fn text(&mut self, name: &str) -> Result<String, Error> {
        self.optional_text(name)?.ok_or_else(|| Error::bad_item(format!("{name} is missing")))
    }

    /// Takes the name of a value out.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or no such name.
    pub(in crate::store) fn parsed<T: FromStr>(&mut self, name: &str) -> Result<T, Error> {
        let value = self.text(name)?.parse();
        value.map_err(|_| Error::bad_item(format!("{name} has an unknown value")))
    }

    /// Takes bytes out.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or has no bytes.
    pub(in crate::store) fn bytes(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        match self.0.remove(name) {
            Some(AttributeValue::B(bytes)) => Ok(bytes.into_inner()),
            _ => Err(Error::bad_item(format!("{name} has no bytes"))),
        }
    }

    /// Takes a number out; `None` when the attribute is absent.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is no whole number.
    pub(in crate::store) fn optional_number(&mut self, name: &str) -> Result<Option<u64>, Error> {
        let number = match self.0.remove(name) {
            None => return Ok(None),
            Some(AttributeValue::N(number)) => number.parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| Error::bad_item(format!("{name} is no whole number")))
    }

    /// Takes a number out.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or no whole number.
    pub(in crate::store) fn number(&mut self, name: &str) -> Result<u64, Error> {
        self.optional_number(name)?.ok_or_else(|| Error::bad_item(format!("{name} is missing")))
    }

    /// Takes a flag out; false when the attribute is absent.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is no flag.
    pub(in crate::store) fn flag_or_false(&mut self, name: &str) -> Result<bool, Error> {
        if self.0.contains_key(name) { self.flag(name) } else { Ok(false) }
    }

    /// Takes a flag out.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or no flag.
    pub(in crate::store) fn flag(&mut self, name: &str) -> Result<bool, Error> {
        match self.0.remove(name) {
            Some(AttributeValue::Bool(flag)) => Ok(flag),
            _ => Err(Error::bad_item(format!("{name} is no flag"))),
        }
    }

    /// Takes an instant out; `None` when the attribute is absent.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is not in RFC 3339.
    pub(in crate::store) fn optional_time(
        &mut self,
        name: &str,
    ) -> Result<Option<OffsetDateTime>, Error> {
        let text = self.optional_text(name)?;
        let time = text.map(|text| OffsetDateTime::parse(&text, &Rfc3339));
        time.transpose().map_err(Error::bad_item)
    }

    /// Takes an instant out.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or not in RFC 3339.
    pub(in crate::store) fn time(&mut self, name: &str) -> Result<OffsetDateTime, Error> {
        self.optional_time(name)?.ok_or_else(|| Error::bad_item(format!("{name} is missing")))
    }

    /// Takes a structured value out of its JSON text; `None` when the attribute is absent.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute has another shape.
    pub(in crate::store) fn optional_json<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, Error> {
        let text = self.optional_text(name)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::bad_item)
    }

    /// Takes a structured value out of its JSON text.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the attribute is absent or of another shape.
    pub(in crate::store) fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        self.optional_json(name)?.ok_or_else(|| Error::bad_item(format!("{name} is missing")))
    }
}
