//! The definition of the table, for engines on which this program makes the table itself. On AWS, the template makes
//! it.

use crate::store::keys;

/// The attributes that are keys of the table or of an index; all are text.
pub(super) const KEY_ATTRIBUTES: [&str; 5] =
    [keys::PARTITION, keys::SORT, keys::EMAIL_KEY, keys::STANDING, keys::STANDING_KEY];

/// The names of a partition key and, if there is one, a sort key.
pub(super) type KeyNames = (&'static str, Option<&'static str>);

/// The keys of the table.
pub(super) const TABLE_KEY: KeyNames = (keys::PARTITION, Some(keys::SORT));

/// A global secondary index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Index {
    /// The name.
    pub(super) name: &'static str,
    /// The keys.
    pub(super) key: KeyNames,
    /// The attributes that the index has beside the keys; empty for the keys only.
    pub(super) included: &'static [&'static str],
}

/// The indexes.
pub(super) const INDEXES: [Index; 2] = [
    Index { name: keys::EMAIL_INDEX, key: (keys::EMAIL_KEY, None), included: &[] },
    Index {
        name: keys::STANDING_INDEX,
        key: (keys::STANDING, Some(keys::STANDING_KEY)),
        included: &[keys::WORDS],
    },
];
