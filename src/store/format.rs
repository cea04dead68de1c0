//! The format of a table's items. One item says which; a program that meets another format refuses to start.

use super::dynamodb::port::Item;
use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Outcome, Step, Transaction, number};
use super::{Error, Store, keys};
use std::sync::atomic::Ordering;

/// The format that this program reads and writes. It grows with each change that an older program could not read.
pub const FORMAT: u64 = 3;

/// The attribute that holds the format.
const ATTRIBUTE: &str = "format";

impl Store {
    /// Checks with one keyed read that the table can be used and has this program's format. A table without any tenant
    /// and without a format gets this one.
    ///
    /// # Errors
    /// [`Error::NoTable`], [`Error::OtherFormat`], and as for every call.
    pub async fn check_table(&self) -> Result<(), Error> {
        match self.get(&keys::format()).await? {
            Some(item) => check(&item)?,
            None => self.write_format().await?,
        }
        self.is_checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether a program has used the table: it is there, with a format or with tenants.
    ///
    /// # Errors
    /// As for every call.
    pub async fn is_used(&self) -> Result<bool, Error> {
        match self.get(&keys::format()).await {
            Ok(Some(_)) => Ok(true),
            Ok(None) => self.has_tenants().await,
            Err(Error::NoTable(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Checks the table unless that has succeeded before: the first read of a start may have failed.
    ///
    /// # Errors
    /// As for [`Self::check_table`].
    pub(super) async fn check_table_once(&self) -> Result<(), Error> {
        match self.is_checked.load(Ordering::Relaxed) {
            true => Ok(()),
            false => self.check_table().await,
        }
    }

    async fn has_tenants(&self) -> Result<bool, Error> {
        Ok(!self.query_all(&Range::all(&keys::tenants()), Some(1)).await?.is_empty())
    }

    async fn write_format(&self) -> Result<(), Error> {
        // A table that was used before there were formats has tenants.
        if self.has_tenants().await? {
            return Err(Error::OtherFormat { found: 0 });
        }
        let mut item = keys::format().to_item();
        item.insert(ATTRIBUTE.to_owned(), number(FORMAT));
        let mut transaction = Transaction::new(self);
        transaction.put(Step::Record, item, Condition::absent());
        match transaction.commit().await? {
            Outcome::Committed => Ok(()),
            // Another program wrote one in the meantime.
            Outcome::Refused(refused) => {
                check(&refused.into_iter().find_map(|(_, found)| found).unwrap_or_default())
            }
        }
    }
}

fn check(item: &Item) -> Result<(), Error> {
    let found = item.get(ATTRIBUTE).and_then(|value| value.as_n().ok());
    match found.and_then(|number| number.parse().ok()).unwrap_or_default() {
        FORMAT => Ok(()),
        found => Err(Error::OtherFormat { found }),
    }
}
