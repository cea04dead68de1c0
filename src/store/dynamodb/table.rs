//! The table's definition, for engines where this program makes it itself. On AWS the template makes it.
//!
//! The table has one item that says in which format the others are. A program that meets another format refuses to start.

use super::error::Error;
use super::retry::Pauses;
use super::transact::{Condition, Outcome, Step, Transaction, number};
use crate::store::{Store, keys};
use std::sync::atomic::Ordering;

/// The format of the items that this program reads and writes. It grows with each change that an older program could
/// not read.
pub const FORMAT: u64 = 1;

/// The attribute that holds the format.
const FORMAT_ATTRIBUTE: &str = "format";

/// The attributes that are keys of the table or of an index; all are text.
pub(super) const KEY_ATTRIBUTES: [&str; 5] =
    [keys::PARTITION, keys::SORT, keys::EMAIL_KEY, keys::CHANGE_DAY, keys::CHANGE_AT];

/// The partition key, and the sort key where there is one.
pub(super) type KeyNames = (&'static str, Option<&'static str>);

/// The keys of the table.
pub(super) const TABLE_KEY: KeyNames = (keys::PARTITION, Some(keys::SORT));

/// The indexes, each with its keys. They project the keys only.
pub(super) const INDEXES: [(&str, KeyNames); 2] = [
    (keys::EMAIL_INDEX, (keys::EMAIL_KEY, None)),
    (keys::CHANGE_INDEX, (keys::CHANGE_DAY, Some(keys::CHANGE_AT))),
];

impl Store {
    /// Checks with one keyed read that the table can be used and has this program's format. A table without any tenant
    /// and without a format gets this one.
    ///
    /// # Errors
    /// [`Error::NoTable`], [`Error::OtherFormat`], and as for every call.
    pub async fn check_table(&self) -> Result<(), Error> {
        self.check_format().await?;
        self.is_checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Checks the table unless that has succeeded before: the first read of a start may have failed.
    ///
    /// # Errors
    /// As for [`Self::check_table`].
    pub(in crate::store) async fn check_table_once(&self) -> Result<(), Error> {
        match self.is_checked.load(Ordering::Relaxed) {
            true => Ok(()),
            false => self.check_table().await,
        }
    }

    async fn check_format(&self) -> Result<(), Error> {
        match self.get(&keys::format()).await? {
            Some(item) => {
                let found = item.get(FORMAT_ATTRIBUTE).and_then(|value| value.as_n().ok());
                match found.and_then(|number| number.parse().ok()).unwrap_or_default() {
                    FORMAT => Ok(()),
                    found => Err(Error::OtherFormat { found }),
                }
            }
            None => self.write_format().await,
        }
    }

    /// Makes the table unless it is there, and checks it as [`Self::check_table`] does. Several processes may do so at
    /// once.
    ///
    /// # Errors
    /// As for [`Self::check_table`].
    pub async fn create_table_unless_exists(&self) -> Result<(), Error> {
        match self.check_table().await {
            Err(Error::NoTable(_)) => {}
            checked => return checked,
        }
        self.db.create_table().await?;
        let mut pauses = Pauses::new();
        loop {
            match self.check_table().await {
                // A table that is being made cannot be read yet.
                Err(Error::NoTable(_)) => pauses.pause().await?,
                checked => return checked,
            }
        }
    }

    async fn write_format(&self) -> Result<(), Error> {
        // A table that was used before there were formats has tenants.
        if !self.list_tenant_ids().await?.is_empty() {
            return Err(Error::OtherFormat { found: 0 });
        }
        let mut item = keys::format().to_item();
        item.insert(FORMAT_ATTRIBUTE.to_owned(), number(FORMAT));
        let mut transaction = Transaction::new(self);
        transaction.put(Step::Record, item, Condition::absent());
        match transaction.commit().await? {
            Outcome::Committed => Ok(()),
            // Another program wrote one in the meantime.
            Outcome::Refused(_) => Box::pin(self.check_format()).await,
        }
    }
}
