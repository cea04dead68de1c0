//! The parameters of a query (RFC 7644 §3.4.2), from a URL or from a `SearchRequest` (§3.4.3).
//!
//! This module knows the names and forms of the parameters. The modules that use a parameter define its meaning.

use super::json::Body;
use super::message::{self, member};
use super::page::Page;
use super::projection::Projection;
use super::sort::SortBy;
use super::{Error, Limits, urn};
use serde_json::{Number, Value};
use sha2::{Digest as _, Sha256};

/// The parameters of a query as text (RFC 7644 §3.4.2, RFC 9865 §2); `None` for absent parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchParams {
    /// The filter (§3.4.2.2).
    pub filter: Option<String>,
    /// The attribute that orders the list (§3.4.2.3).
    pub sort_by: Option<String>,
    /// The direction of the order (§3.4.2.3).
    pub sort_order: Option<String>,
    /// The index of the first row (§3.4.2.4).
    pub start_index: Option<String>,
    /// The maximum number of rows (§3.4.2.4).
    pub count: Option<String>,
    /// The cursor (RFC 9865 §2). An empty cursor asks for the first page.
    pub cursor: Option<String>,
    /// The attributes to show, separated by commas (§3.4.2.5).
    pub attributes: Option<String>,
    /// The attributes to hide, separated by commas (§3.4.2.5).
    pub excluded_attributes: Option<String>,
}

impl SearchParams {
    /// Reads the decoded names and values of a query string. Names are equal in any case: if a `Filter` were ignored,
    /// the response would be the whole list. Unknown parameters are ignored, because Entra ID adds its own flags to the
    /// URL.
    ///
    /// # Errors
    /// `invalidValue` for a parameter that occurs twice, or a list of names beyond [`Limits::attribute_list_bytes`].
    pub fn from_query(
        pairs: impl IntoIterator<Item = (String, String)>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut params = Self::default();
        for (name, value) in pairs {
            if params.named(&name).is_some_and(|place| place.replace(value).is_some()) {
                return Err(Error::invalid_value(format!(
                    "The query parameter {name} occurs more than once; send it once"
                )));
            }
        }
        params.without_empty().check_length(limits)
    }

    /// Reads the body of a query by POST (RFC 7644 §3.4.3, RFC 9865 §3). Member names and the message URI are equal in
    /// any case. `null` counts as absent. Numbers may be text. A list of names may be one text with commas, as in a
    /// URL. Unknown members are ignored.
    ///
    /// # Errors
    /// - `invalidSyntax` when `schemas` does not name `SearchRequest`.
    /// - `invalidSyntax` for a member that has the wrong type, or occurs twice in different case.
    /// - `invalidValue` for a list of names beyond [`Limits::attribute_list_bytes`].
    pub fn from_body(body: &Body, limits: &Limits) -> Result<Self, Error> {
        let body = body.as_object();
        message::require(body, urn::SEARCH_REQUEST)?;
        let read = |name, of: fn(&str, &Value) -> Result<String, Error>| {
            let value = member(body, name)?.filter(|value| !value.is_null());
            value.map(|value| of(name, value)).transpose()
        };
        let params = Self {
            filter: read("filter", text)?,
            sort_by: read("sortBy", text)?,
            sort_order: read("sortOrder", text)?,
            start_index: read("startIndex", whole_number)?,
            count: read("count", whole_number)?,
            cursor: read("cursor", text)?,
            attributes: read("attributes", names)?,
            excluded_attributes: read("excludedAttributes", names)?,
        };
        params.without_empty().check_length(limits)
    }

    /// Reads `startIndex` and `count` (RFC 7644 §3.4.2.4).
    ///
    /// # Errors
    /// Fails as [`Page::read`] does.
    pub fn page(&self, limits: &Limits) -> Result<Page, Error> {
        Page::read(self.start_index.as_deref(), self.count.as_deref(), limits)
    }

    /// Reads `attributes` and `excludedAttributes` (RFC 7644 §3.9).
    ///
    /// # Errors
    /// Fails as [`Projection::read`] does.
    pub fn projection(&self) -> Result<Projection, Error> {
        Projection::read(self.attributes.as_deref(), self.excluded_attributes.as_deref())
    }

    /// Reads `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3).
    ///
    /// # Errors
    /// Fails as [`SortBy::read`] does.
    pub fn sort(&self) -> Result<Option<SortBy>, Error> {
        SortBy::read(self.sort_by.as_deref(), self.sort_order.as_deref())
    }

    /// A hash of the parameters that must stay the same on each page by cursor (RFC 9865 §2). It covers `endpoint` and
    /// all parameters except `cursor`, `count` and `startIndex`. ASCII case does not matter, as in the example of the
    /// RFC.
    pub fn digest(&self, endpoint: &str) -> [u8; 16] {
        let parts = [
            Some(endpoint),
            self.filter.as_deref(),
            self.sort_by.as_deref(),
            self.sort_order.as_deref(),
            self.attributes.as_deref(),
            self.excluded_attributes.as_deref(),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            let part = part.unwrap_or_default().to_ascii_lowercase();
            // The length comes first, so that the end of a part differs from the start of the next part.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let mut digest = [0; 16];
        digest.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        digest
    }

    fn named(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match &*name.to_ascii_lowercase() {
            "filter" => &mut self.filter,
            "sortby" => &mut self.sort_by,
            "sortorder" => &mut self.sort_order,
            "startindex" => &mut self.start_index,
            "count" => &mut self.count,
            "cursor" => &mut self.cursor,
            "attributes" => &mut self.attributes,
            "excludedattributes" => &mut self.excluded_attributes,
            _ => return None,
        })
    }

    /// Treats empty parameters as absent, except `cursor` and `filter`. An empty `cursor` asks for the first page. An
    /// empty `filter` means that a filter got lost: the whole list would be the wrong response.
    fn without_empty(self) -> Self {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Self {
            filter: self.filter,
            cursor: self.cursor,
            sort_by: filled(self.sort_by),
            sort_order: filled(self.sort_order),
            start_index: filled(self.start_index),
            count: filled(self.count),
            attributes: filled(self.attributes),
            excluded_attributes: filled(self.excluded_attributes),
        }
    }

    fn check_length(self, limits: &Limits) -> Result<Self, Error> {
        let most = limits.attribute_list_bytes;
        let lists =
            [("attributes", &self.attributes), ("excludedAttributes", &self.excluded_attributes)];
        for (name, list) in lists {
            let bytes = list.as_ref().map_or(0, String::len);
            if bytes > most {
                return Err(Error::invalid_value(format!(
                    "{name} has {bytes} bytes; at most {most} are accepted"
                )));
            }
        }
        Ok(self)
    }
}

fn text(name: &str, value: &Value) -> Result<String, Error> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong_type(name, "text"))
}

/// Reads a number, or text that [`Page::read`] parses later.
fn whole_number(name: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(digits(number)),
        _ => Err(wrong_type(name, "a whole number")),
    }
}

/// Writes a number, without a fraction or an exponent if it is whole, as in `10.0`.
fn digits(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 => format!("{float:.0}"),
        _ => number.to_string(),
    }
}

fn names(name: &str, value: &Value) -> Result<String, Error> {
    let names: Option<Vec<&str>> = match value {
        Value::String(text) => return Ok(text.clone()),
        Value::Array(names) => names.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let names = names.ok_or_else(|| wrong_type(name, "a list of attribute names"))?;
    Ok(names.join(","))
}

fn wrong_type(name: &str, expected: &str) -> Error {
    Error::invalid_syntax(format!("{name} must be {expected}"))
}

#[cfg(test)]
mod tests;
