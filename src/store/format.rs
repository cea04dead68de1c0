//! The format of a table's items. One item has its number. A program that finds another number refuses to start.

use super::dynamodb::port::Item;
use super::dynamodb::read::Range;
#[cfg(feature = "local")]
use super::dynamodb::retry::{Attempt, NextAttempt, retry};
use super::dynamodb::transact::{Condition, Outcome, Step, Transaction, number};
use super::keys;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::table::Table;
use std::sync::atomic::Ordering;

/// The format that this program reads and writes. The number grows with each change that an older program cannot read.
pub const FORMAT: u64 = 7;

/// The attribute that holds the format.
const ATTRIBUTE: &str = "format";

impl Table {
    /// Checks with one keyed read that the table exists and has this program's format. A table without a format and
    /// without tenants gets this format.
    ///
    /// # Errors
    /// [`Error::NoTable`] without a table, and [`Error::OtherFormat`] for another format. Otherwise fails as every call
    /// of the store does.
    pub async fn check(&self) -> Result<(), Error> {
        match self.get(&keys::format()).await? {
            Some(item) => check_format(&item)?,
            None => self.write_format().await?,
        }
        self.is_checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether a program has used the table: the table exists, and has a format or tenants.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn is_used(&self) -> Result<bool, Error> {
        match self.get(&keys::format()).await {
            Ok(Some(_)) => Ok(true),
            Ok(None) => self.has_tenants().await,
            Err(Error::NoTable(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes the table unless it exists, and checks it as [`Self::check`] does. Several processes may do so at the same
    /// time.
    ///
    /// # Errors
    /// Fails as [`Self::check`] does.
    #[cfg(feature = "local")]
    pub async fn create_unless_exists(&self) -> Result<(), Error> {
        match self.check().await {
            Err(Error::NoTable(_)) => {}
            checked => return checked,
        }
        self.db.create_table().await?;
        retry!({
            match self.check().await {
                // A read fails until the new table is ready.
                Err(Error::NoTable(_)) => Ok(Attempt::Again(NextAttempt::AfterPause)),
                checked => checked.map(Attempt::Done),
            }
        })
    }

    /// Checks the table, unless an earlier check succeeded. The check at startup may have failed.
    pub(super) async fn check_once(&self) -> Result<(), Error> {
        match self.is_checked.load(Ordering::Relaxed) {
            true => Ok(()),
            false => self.check().await,
        }
    }

    async fn has_tenants(&self) -> Result<bool, Error> {
        Ok(!self.query_all(&Range::all(&keys::tenants()), Some(1)).await?.is_empty())
    }

    async fn write_format(&self) -> Result<(), Error> {
        // Tenants without a format come from a program that wrote no formats.
        if self.has_tenants().await? {
            return Err(Error::OtherFormat { found: 0, expected: FORMAT });
        }
        let mut item = keys::format().to_item();
        item.insert(ATTRIBUTE.to_owned(), number(FORMAT));
        let mut transaction = Transaction::new(self);
        transaction.put(Step::Record, item, Condition::absent());
        match transaction.commit().await? {
            Outcome::Committed => Ok(()),
            // Another program wrote a format meanwhile.
            Outcome::Refused(refused) => {
                check_format(&refused.into_iter().find_map(|(_, found)| found).unwrap_or_default())
            }
        }
    }
}

fn check_format(item: &Item) -> Result<(), Error> {
    let found = item.get(ATTRIBUTE).and_then(|value| value.as_n().ok());
    match found.and_then(|number| number.parse().ok()).unwrap_or_default() {
        FORMAT => Ok(()),
        found => Err(Error::OtherFormat { found, expected: FORMAT }),
    }
}
