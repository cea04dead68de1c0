//! List responses and index paging (RFC 7644 §3.4.2 and §3.4.2.4).

use super::{Error, urn};
use serde::Serialize;

/// The number of rows of a page when the client sends no count.
pub const DEFAULT_COUNT: usize = 100;
/// The maximum number of rows of a page. Discovery shows it as `filter.maxResults` (RFC 7643 §5).
pub const MAX_COUNT: usize = 200;

/// The largest `startIndex`: 2^53 - 1. Larger JSON numbers are not exact in every client, and no list is that long.
const MAX_START_INDEX: i128 = 9_007_199_254_740_991;

/// The part of a list that a client requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The 1-based index of the first row.
    pub start_index: u64,
    /// The maximum number of rows, from 0 to [`MAX_COUNT`].
    pub count: usize,
}

impl Page {
    /// Reads the query parameters `startIndex` and `count` (RFC 7644 §3.4.2.4). Values out of range become the nearest
    /// limit. `startIndex` is at least 1, and `count` is from 0 to [`MAX_COUNT`].
    ///
    /// # Errors
    /// `invalidValue` when a parameter is not a whole number.
    pub fn read(start_index: Option<&str>, count: Option<&str>) -> Result<Self, Error> {
        let start_index = start_index.map(|text| whole_number("startIndex", text)).transpose()?;
        let count = count.map(|text| whole_number("count", text)).transpose()?;
        let default = i128::try_from(DEFAULT_COUNT).unwrap_or(i128::MAX);
        let max = i128::try_from(MAX_COUNT).unwrap_or(i128::MAX);
        let start_index = start_index.unwrap_or(1).clamp(1, MAX_START_INDEX);
        Ok(Self {
            start_index: u64::try_from(start_index).unwrap_or(1),
            count: usize::try_from(count.unwrap_or(default).clamp(0, max)).unwrap_or(MAX_COUNT),
        })
    }

    /// The number of rows before the page.
    pub fn offset(&self) -> u64 {
        self.start_index.saturating_sub(1)
    }
}

/// Reads a whole number of any length. A number beyond the range of `i128` becomes its nearest limit.
fn whole_number(name: &str, text: &str) -> Result<i128, Error> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::invalid_value(format!("{name} must be a whole number")));
    }
    let limit = if text.starts_with('-') { i128::MIN } else { i128::MAX };
    Ok(text.parse().unwrap_or(limit))
}

/// A `ListResponse` (RFC 7644 §3.4.2). Its rows are written directly to the response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListResponse<'a, R> {
    schemas: [&'static str; 1],
    total_results: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_index: Option<u64>,
    items_per_page: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_cursor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'a str>,
    #[serde(rename = "Resources")]
    resources: &'a [R],
}

impl<'a, R> ListResponse<'a, R> {
    /// A page by index. `itemsPerPage` is the number of rows in this response, because Okta checks it.
    pub fn by_index(total_results: u64, start_index: u64, resources: &'a [R]) -> Self {
        let start_index = Some(start_index);
        Self { start_index, ..Self::by_cursor(total_results, None, None, resources) }
    }

    /// A page by cursor (RFC 9865 §2). Every page but the last has a next cursor. With a count of 0 there is no next
    /// cursor, because the client would never reach the last page. The first page has no previous cursor. The response
    /// has no `startIndex`.
    pub fn by_cursor(
        total_results: u64,
        next_cursor: Option<&'a str>,
        previous_cursor: Option<&'a str>,
        resources: &'a [R],
    ) -> Self {
        Self {
            schemas: [urn::LIST_RESPONSE],
            total_results,
            start_index: None,
            items_per_page: resources.len(),
            previous_cursor,
            next_cursor,
            resources,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ListResponse, Page};
    use serde_json::{Value, json};

    #[test]
    fn cursors_stand_in_the_answer_where_there_are_pages() {
        let answer = |total, next, previous, rows: &[Value]| {
            json!(ListResponse::by_cursor(total, next, previous, rows))
        };
        let expected = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 2,
            "itemsPerPage": 1,
            "nextCursor": "n",
            "Resources": [{"id": "1"}],
        });
        assert_eq!(answer(2, Some("n"), None, &[json!({"id": "1"})]), expected);
        assert_eq!(answer(2, None, Some("p"), &[]).get("nextCursor"), None);
    }

    #[test]
    fn paging_parameters_are_brought_into_range() {
        let check = |start_index, count, expected: (u64, usize)| {
            let page = Page::read(start_index, count).unwrap();
            assert_eq!((page.start_index, page.count), expected);
        };
        check(None, None, (1, 100));
        check(Some("0"), Some("0"), (1, 0));
        check(Some("-5"), Some("-1"), (1, 0));
        check(Some("101"), Some("100"), (101, 100));
        check(Some("1"), Some("5000"), (1, 200));
        check(Some("18446744073709551615"), None, (9_007_199_254_740_991, 100));
        check(Some(&"9".repeat(80)), Some(&"9".repeat(80)), (9_007_199_254_740_991, 200));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "x", "1.5", "-", "1 ", "0x10"] {
            assert!(Page::read(Some(text), None).is_err(), "{text}");
        }
    }
}
