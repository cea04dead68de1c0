//! Notes on single requests of an identity provider. A note names records by their ids, and attributes by their names.
//! It has no value, no text of the client and no token.

use super::cause::Cause;
use super::kind::Kind;
use super::meaning::Meaning;
use scim::problem::without_filters;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The most attribute names of a note.
pub const MOST_ATTRIBUTES: usize = 5;
/// The most characters of an attribute name.
const MOST_ATTRIBUTE_CHARS: usize = 128;
/// The time within which equal failed requests are one row.
const FOLDS_WITHIN: Duration = Duration::hours(1);
/// The most rows of a page.
pub const ROWS_A_PAGE: usize = 10;
/// The most bytes of the rows of a page, so that a write of a page takes four units.
const PAGE_BYTES: usize = 3_900;

/// A request, or several equal failed requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotedRequest {
    /// The meaning.
    pub meaning: Meaning,
    /// The method and the route, such as `PATCH /Users/{id}`.
    pub operation: String,
    /// The user or group that the request is about, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordRef>,
    /// The HTTP status.
    pub status: u16,
    /// The `scimType` of the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scim_type: Option<String>,
    /// The cause of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The attributes with the problem.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// The results of the attributes of a recorded request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<AttributeResult>,
    /// The short name of the token.
    pub token: String,
    /// The id of the last request.
    pub request_id: String,
    /// The duration of the last request, in milliseconds.
    pub millis: u64,
    /// The time of the first request.
    #[serde(with = "time::serde::rfc3339")]
    pub first: OffsetDateTime,
    /// The time of the last request.
    #[serde(with = "time::serde::rfc3339")]
    pub last: OffsetDateTime,
    /// The number of requests.
    pub count: u64,
}

/// A user or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordRef {
    /// The kind of the record.
    pub kind: Kind,
    /// The id of the record.
    pub id: Uuid,
}

/// The result of an attribute in a recorded request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeResult {
    /// The attribute.
    pub name: String,
    /// The result.
    pub result: ResultKind,
}

/// The result of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum ResultKind {
    /// The value is stored.
    Kept,
    /// Rollcall has no such attribute.
    Ignored,
    /// The record had the value already.
    Unchanged,
    /// The value is stored, and the administrator's value is in use.
    NotInUse,
}

impl ResultKind {
    /// The name, in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The words for an administrator.
    pub fn words(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Ignored => "ignored",
            Self::Unchanged => "unchanged",
            Self::NotInUse => "not in use",
        }
    }
}

impl NotedRequest {
    /// Whether two notes are about equal requests within an hour.
    fn folds_with(&self, newer: &Self) -> bool {
        let key = |row: &Self| (row.meaning, row.record, row.status, row.cause);
        key(self) == key(newer)
            && self.attributes == newer.attributes
            && self.token == newer.token
            && (newer.last - self.last).abs() <= FOLDS_WITHIN
    }

    /// Adds newer requests to the note.
    fn fold(&mut self, newer: &Self) {
        self.count = self.count.saturating_add(newer.count);
        self.first = self.first.min(newer.first);
        if newer.last >= self.last {
            self.last = newer.last;
            self.millis = newer.millis;
            self.request_id.clone_from(&newer.request_id);
        }
    }
}

/// Adds a failed request to rows. An equal row takes it in. Returns whether there was an equal row, or room.
pub fn add_row(rows: &mut Vec<NotedRequest>, newer: NotedRequest, most: usize) -> bool {
    if let Some(row) = rows.iter_mut().find(|row| row.folds_with(&newer)) {
        row.fold(&newer);
        return true;
    }
    if rows.len() >= most {
        return false;
    }
    rows.push(newer);
    true
}

/// Adds failed requests to the rows of a page. Returns the requests that do not fit.
pub fn add_to_page(rows: &mut Vec<NotedRequest>, newer: Vec<NotedRequest>) -> Vec<NotedRequest> {
    let mut left = Vec::new();
    for request in newer {
        let mut trial = rows.clone();
        let fits = add_row(&mut trial, request.clone(), ROWS_A_PAGE)
            && serde_json::to_string(&trial).is_ok_and(|text| text.len() <= PAGE_BYTES);
        if fits {
            *rows = trial;
        } else {
            left.push(request);
        }
    }
    left
}

/// Cuts an attribute name for a note. A name may be a path with a filter, and a filter has values of the client.
pub fn attribute_name(name: &str) -> String {
    without_filters(name).chars().take(MOST_ATTRIBUTE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    fn request(minute: i64, attribute: &str) -> NotedRequest {
        let at = NOON + Duration::minutes(minute);
        NotedRequest {
            meaning: Meaning::UpdateUser,
            operation: "PATCH /Users/{id}".to_owned(),
            record: None,
            status: 400,
            scim_type: Some("invalidValue".to_owned()),
            cause: Some(Cause::InvalidValue),
            attributes: vec![attribute.to_owned()],
            results: Vec::new(),
            token: "abc".to_owned(),
            request_id: minute.to_string(),
            millis: 1,
            first: at,
            last: at,
            count: 1,
        }
    }

    #[test]
    fn equal_requests_within_an_hour_are_one_row() {
        let mut rows = Vec::new();
        for (minute, attribute) in [(0, "title"), (59, "title"), (59, "active"), (120, "title")] {
            assert!(add_row(&mut rows, request(minute, attribute), 10));
        }
        let seen: Vec<_> = rows.iter().map(|row| (row.count, &*row.request_id)).collect();
        assert_eq!(seen, [(2, "59"), (1, "59"), (1, "120")]);
        assert_eq!((rows[0].first, rows[0].last), (NOON, NOON + Duration::minutes(59)));
        assert!(!add_row(&mut rows, request(500, "x"), 3), "there is no room");
        assert!(add_row(&mut rows, request(121, "title"), 3), "an equal row has room");
    }

    #[test]
    fn an_attribute_name_has_no_filter_and_128_characters_at_most() {
        assert_eq!(attribute_name("emails[value eq \"ada@x.org\"].type"), "emails[…].type");
        assert_eq!(attribute_name(&"é".repeat(200)), "é".repeat(128));
    }

    #[test]
    fn a_page_has_ten_rows_and_less_than_4_kb() {
        let newer: Vec<_> = (0..12).map(|n| request(0, &format!("a{n}"))).collect();
        let mut rows = Vec::new();
        let left = add_to_page(&mut rows, newer);
        assert_eq!((rows.len(), left.len()), (10, 2));
        let wide: Vec<_> =
            (0..12).map(|n| request(0, &format!("{n}{}", "é".repeat(400)))).collect();
        let mut rows = Vec::new();
        let left = add_to_page(&mut rows, wide);
        assert!(rows.len() < 5 && rows.len() + left.len() == 12);
    }
}
