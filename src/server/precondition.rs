//! Reads the conditions in headers (RFC 7644 §3.14).

use crate::directory::precondition::Precondition;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use scim::version::TagCondition;

/// Reads the versions that a change must start from.
pub(super) fn precondition(headers: &HeaderMap) -> Precondition {
    let condition = |name: HeaderName| {
        headers.get(name).map(|value| TagCondition::parse(value.to_str().unwrap_or_default()))
    };
    Precondition { if_match: condition(IF_MATCH), if_none_match: condition(IF_NONE_MATCH) }
}
