//! List responses (RFC 7644 §3.4.2).

use super::urn;
use serde::Serialize;

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
    use super::ListResponse;
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
}
