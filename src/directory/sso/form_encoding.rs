//! The encoding of form fields and of parameters in a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// The characters that are encoded. The others are those that no URL encodes (RFC 3986 §2.3).
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value.
pub(super) fn encoded(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, &RESERVED)
}

/// Adds a field to a text of fields.
pub(super) fn add_field(fields: &mut String, name: &str, value: &str) {
    if !fields.is_empty() {
        fields.push('&');
    }
    fields.push_str(name);
    fields.push('=');
    fields.extend(encoded(value));
}

/// Adds parameters to the URL of an endpoint, which may have a query (RFC 6749 §3.1).
pub(super) fn with_query<'p>(
    endpoint: &str,
    parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        add_field(&mut query, name, value);
    }
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_query;

    #[test]
    fn parameters_follow_the_query_of_the_endpoint() {
        for (endpoint, expected) in [
            ("https://idp.example.com/a", "https://idp.example.com/a?x=a%20b%26c&y=1"),
            ("https://idp.example.com/a?p=1", "https://idp.example.com/a?p=1&x=a%20b%26c&y=1"),
        ] {
            assert_eq!(with_query(endpoint, [("x", "a b&c"), ("y", "1")]), expected);
        }
    }
}
