//! The canonical attributes of a resource, as they are stored.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::io;

/// The attributes that a client set, in canonical form (RFC 7643 §2). Names have the spelling of the schema tables, and
/// values have the declared types. There are no empty values. Extensions are objects under their URI.
///
/// Validation and PATCH make documents. The store reads them back. A document has no `schemas`, `id` or `meta`:
/// [`Resource`](super::resource::Resource) adds them.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Document(Map<String, Value>);

impl Document {
    /// Takes attributes in canonical form, without a check.
    pub fn from_canonical(attributes: Map<String, Value>) -> Self {
        Self(attributes)
    }

    /// Reads the JSON text of a document.
    ///
    /// # Errors
    /// Fails when the text is not a JSON object.
    pub fn from_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// The document without the attributes in `names`, for writing as JSON.
    pub fn without<'d>(&'d self, names: &'d [&'d str]) -> impl Serialize + 'd {
        Others { object: &self.0, names }
    }

    /// The value of a common or core attribute, or the object of an extension by its URI.
    pub fn get(&self, name: &str) -> Option<&Value> {
        find(&self.0, name)
    }

    /// The value of a common or core attribute, if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Sets an attribute to a canonical value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Sets an attribute if it has no value yet.
    pub fn set_default(&mut self, name: &str, value: Value) {
        self.0.entry(name).or_insert(value);
    }

    /// Removes an attribute and returns its value.
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

/// The members of an object, without the members in `names`.
struct Others<'d> {
    object: &'d Map<String, Value>,
    names: &'d [&'d str],
}

impl Serialize for Others<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_other = |name: &str| !self.names.contains(&name);
        serializer.collect_map(self.object.iter().filter(|(name, _)| is_other(name)))
    }
}

/// Finds a member of a canonical object. Such objects have few members: comparing their names costs less than a hash.
pub(super) fn find<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The length of a value as JSON, in bytes. The function only counts the bytes.
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
    fn a_document_keeps_its_order_as_text() {
        let text = r#"{"userName":"ada","n":[1,-2.5,true],"a":{"b":"\n\"é"}}"#;
        let document = Document::from_text(text).unwrap();
        assert_eq!(serde_json::to_string(&document).unwrap(), text);
        assert_eq!(json_len(&document), text.len());
        let others = serde_json::to_string(&document.without(&["userName", "a"])).unwrap();
        assert_eq!(others, r#"{"n":[1,-2.5,true]}"#);
        assert_eq!(document.text("userName"), Some("ada"));
        assert_eq!(document.get("n"), Some(&json!([1, -2.5, true])));
        let error = Document::from_text("[]").unwrap_err();
        assert_eq!(error.classify(), serde_json::error::Category::Data, "{error}");
    }
}
