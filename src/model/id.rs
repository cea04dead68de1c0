//! Ids of records.

use uuid::Uuid;

/// Reads an id in the one spelling that this service issues. Ids are case-exact (RFC 7643 §3.1).
pub fn parse_id(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|id| id.to_string() == text)
}
