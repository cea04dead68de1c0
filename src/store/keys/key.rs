//! The key of an item.

use crate::store::dynamodb::port::Item;
use aws_sdk_dynamodb::types::AttributeValue;

/// The partition key attribute.
pub const PARTITION: &str = "PK";
/// The sort key attribute.
pub const SORT: &str = "SK";
/// The full key of one item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The partition key.
    pub partition: String,
    /// The sort key.
    pub sort: String,
}

impl Key {
    pub(super) fn new(partition: String, sort: impl Into<String>) -> Self {
        Self { partition, sort: sort.into() }
    }

    /// The key attributes of an item.
    pub fn to_item(&self) -> Item {
        Item::from([
            (PARTITION.to_owned(), AttributeValue::S(self.partition.clone())),
            (SORT.to_owned(), AttributeValue::S(self.sort.clone())),
        ])
    }
}

/// The partition key of an item.
pub(in crate::store) fn partition(item: &Item) -> Option<&str> {
    item.get(PARTITION)?.as_s().ok().map(String::as_str)
}

/// The sort key of an item.
pub(in crate::store) fn sort_key(item: &Item) -> Option<&str> {
    item.get(SORT)?.as_s().ok().map(String::as_str)
}

/// The key of an item.
pub(in crate::store) fn key(item: &Item) -> Option<Key> {
    Some(Key { partition: partition(item)?.to_owned(), sort: sort_key(item)?.to_owned() })
}

/// The key attributes of an item.
pub(in crate::store) fn key_of_item(item: &Item) -> Item {
    let part = |name: &str| Some((name.to_owned(), item.get(name)?.clone()));
    [PARTITION, SORT].into_iter().filter_map(part).collect()
}
