//! The canonical attributes of a resource, as they are stored.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::io;

/// The attributes that a client set, in canonical form: names as the schema tables spell them, values of the declared
/// types, no empty values, extensions as objects under their URI (RFC 7643 §2).
///
/// Validation and PATCH make documents. The store reads back what they made. A document has no `schemas`, `id` or
/// `meta`: [`Resource`](super::resource::Resource) adds them.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Document(Map<String, Value>);

impl Document {
    /// Takes attributes that were stored: nothing is checked again.
    pub fn from_stored(attributes: Map<String, Value>) -> Self {
        Self(attributes)
    }

    /// Reads what [`Document::to_text`] wrote.
    ///
    /// # Errors
    /// The text is not a JSON object.
    pub fn from_stored_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// The document as JSON.
    pub fn to_text(&self) -> String {
        self.to_text_without(&[])
    }

    /// The document as JSON, without some attributes that are stored beside it.
    pub fn to_text_without(&self, names: &[&str]) -> String {
        struct Others<'d>(&'d Map<String, Value>, &'d [&'d str]);

        impl Serialize for Others<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let Self(object, names) = self;
                let others = object.iter().filter(|(name, _)| !names.contains(&name.as_str()));
                serializer.collect_map(others)
            }
        }

        // A map of JSON values always has a text.
        serde_json::to_string(&Others(&self.0, names)).unwrap_or_default()
    }

    /// A common or core attribute; or the object of an extension, by its URI.
    pub fn get(&self, name: &str) -> Option<&Value> {
        find(&self.0, name)
    }

    /// A common or core attribute that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Sets an attribute to a canonical value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Sets an attribute that has no value yet.
    pub fn set_default(&mut self, name: &str, value: Value) {
        self.0.entry(name).or_insert(value);
    }

    /// Takes an attribute out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    /// The attributes as a JSON object.
    pub fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The attributes as a JSON object.
    pub fn into_object(self) -> Map<String, Value> {
        self.0
    }

    pub(super) fn as_object_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }
}

/// A member of a canonical object. Such objects have few members: comparing their names costs less than hashing one.
pub(super) fn find<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// How long a value is as JSON, in bytes. Nothing is written.
pub(super) fn json_len(value: &impl Serialize) -> usize {
    struct Length(usize);

    impl io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).map_or(usize::MAX, |()| length.0)
}

#[cfg(test)]
mod tests {
    use super::{Document, json_len};
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_again_in_its_order() {
        let text = r#"{"userName":"ada","n":[1,-2.5,true],"a":{"b":"\n\"é"}}"#;
        let document = Document::from_stored_text(text).unwrap();
        assert_eq!(document.to_text(), text);
        assert_eq!(json_len(&document), text.len());
        assert_eq!(document.to_text_without(&["userName", "a"]), r#"{"n":[1,-2.5,true]}"#);
        assert_eq!(document.text("userName"), Some("ada"));
        assert_eq!(document.get("n"), Some(&json!([1, -2.5, true])));
        assert!(Document::from_stored_text("[]").is_err());
    }
}
