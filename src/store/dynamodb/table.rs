//! The definition of the table, for engines on which this program makes the table itself. On AWS, the template makes
//! it.

use super::error::Error;
use super::retry::Pauses;
use crate::store::{Store, keys};

/// The attributes that are keys of the table or of an index; all are text.
pub(super) const KEY_ATTRIBUTES: [&str; 5] =
    [keys::PARTITION, keys::SORT, keys::EMAIL_KEY, keys::CHANGE_DAY, keys::CHANGE_AT];

/// The names of a partition key and, if there is one, a sort key.
pub(super) type KeyNames = (&'static str, Option<&'static str>);

/// The keys of the table.
pub(super) const TABLE_KEY: KeyNames = (keys::PARTITION, Some(keys::SORT));

/// The indexes, each with its keys. They project the keys only.
pub(super) const INDEXES: [(&str, KeyNames); 2] = [
    (keys::EMAIL_INDEX, (keys::EMAIL_KEY, None)),
    (keys::CHANGE_INDEX, (keys::CHANGE_DAY, Some(keys::CHANGE_AT))),
];

impl Store {
    /// Makes the table unless it exists, and checks it as [`Self::check_table`] does. Several processes may do so at
    /// the same time.
    ///
    /// # Errors
    /// Fails as [`Self::check_table`] does.
    pub async fn create_table_unless_exists(&self) -> Result<(), Error> {
        match self.check_table().await {
            Err(Error::NoTable(_)) => {}
            checked => return checked,
        }
        self.db.create_table().await?;
        let mut pauses = Pauses::new();
        loop {
            match self.check_table().await {
                // A read fails until the new table is ready.
                Err(Error::NoTable(_)) => pauses.pause().await?,
                checked => return checked,
            }
        }
    }
}
