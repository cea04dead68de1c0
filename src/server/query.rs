//! Reads query parameters. The query is decoded once: `+` and `%20` are a space, `%2B` is a plus.

use super::error::ApiError;
use crate::limits::LIMITS;
use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use scim::Error;
use scim::search::SearchParams;
use std::fmt;

/// The query parameters of a SCIM request (RFC 7644 §3.4.2).
#[derive(Debug, Clone, Default)]
pub(super) struct Params(pub(super) SearchParams);

/// The names and values of a query, or of a form.
pub(crate) struct Pairs(Vec<(String, String)>);

impl fmt::Debug for Pairs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A form may have a secret, and the query of a callback has a code.
        formatter.debug_struct("Pairs").finish_non_exhaustive()
    }
}

impl Pairs {
    /// Reads names and values.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self(pairs.collect::<Result<_, Error>>()?))
    }

    /// Returns the first value with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }

    /// Returns all values with this name, in their order.
    pub(super) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| &**value)
    }

    /// Returns the cursor of a list. An empty `cursor` starts the list.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.get("cursor").filter(|cursor| !cursor.is_empty())
    }

    /// Returns all names, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Ok(Pairs::read(parts.uri.query().unwrap_or_default())?)
    }
}

fn decode(text: &str) -> Result<String, Error> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| Error::invalid_value("The query string is not percent-encoded UTF-8 text"))?;
    Ok(decoded.into_owned())
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let pairs = Pairs::read(parts.uri.query().unwrap_or_default())?;
        Ok(Params(SearchParams::from_query(pairs.0, &LIMITS)?))
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;
    use crate::limits::LIMITS;
    use scim::Error;
    use scim::search::SearchParams;

    fn read(query: &str) -> Result<SearchParams, Error> {
        SearchParams::from_query(Pairs::read(query)?.0, &LIMITS)
    }

    #[test]
    fn the_query_is_decoded_once() {
        let check = |query: &str, expected: &str| {
            assert_eq!(read(query).unwrap().filter.as_deref(), Some(expected), "{query}");
        };
        check("filter=userName+eq+%22a%2Bb%40x%22", "userName eq \"a+b@x\"");
        check("aadOptscim062020&filter=userName%20eq%20%22%25%22", "userName eq \"%\"");
        check("filter=%C3%A9", "é");
        check("FILTER=x", "x");
        for (query, detail) in [
            ("filter=%FF", "The query string is not percent-encoded UTF-8 text"),
            ("filter=a&filter=b", "The query parameter filter occurs more than once; send it once"),
        ] {
            assert_eq!(read(query).unwrap_err(), Error::invalid_value(detail), "{query}");
        }
    }
}
