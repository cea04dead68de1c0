//! The definition of the table, for engines on which this program makes the table itself. On AWS, the template makes
//! it.

use crate::store::keys;

/// The attributes that are keys of the table or of an index; all are text.
pub(super) const KEY_ATTRIBUTES: [&str; 3] = [keys::PARTITION, keys::SORT, keys::EMAIL_KEY];

/// The names of a partition key and, if there is one, a sort key.
pub(super) type KeyNames = (&'static str, Option<&'static str>);

/// The keys of the table.
pub(super) const TABLE_KEY: KeyNames = (keys::PARTITION, Some(keys::SORT));

/// The indexes, each with its keys. They project the keys only.
pub(super) const INDEXES: [(&str, KeyNames); 1] = [(keys::EMAIL_INDEX, (keys::EMAIL_KEY, None))];
