//! The result of a list.

use crate::directory::record::AnyRecord;
use scim::cursor::Position;

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The records of the page.
    pub records: Vec<AnyRecord>,
    /// The number of records in the whole list.
    pub total: u64,
    /// The position at which the list continues; `None` at its end.
    pub next: Option<Position>,
    /// Whether the page has all records between its first and its last record, by kind and in id order.
    pub is_consecutive: bool,
}
