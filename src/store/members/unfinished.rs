//! The list of unfinished work: committed changes with pending writes.
//!
//! The transaction that commits a change also writes its entry. Any process can finish the work: each step is a
//! transaction with conditions, and a repeated step changes nothing.

use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::memberships::in_no_group;
use crate::store::keys;
use crate::store::tenant_part::TenantPart;
use std::ops::RangeInclusive;
use time::OffsetDateTime;
use uuid::Uuid;

/// The unfinished work of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct UnfinishedItems<'a>(pub(in crate::store) &'a TenantPart);

impl UnfinishedItems<'_> {
    /// Lists the unfinished work of consecutive kinds. An unreadable entry is logged and left out: it must not stop the
    /// tenant's requests, and a check of the tenant finds it.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self, kinds: RangeInclusive<Work>) -> Result<Vec<Unfinished>, Error> {
        let [first, last] =
            [kinds.start(), kinds.end()].map(|work| keys::unfinished_prefix(work.as_str()));
        // Ids and times start with a hexadecimal digit: `g` comes after all of them.
        let sort = SortRange::Between(first, format!("{last}g"));
        let range = Range::new(&keys::own(&self.0.tenant), sort);
        Ok(self.read(self.0.table.query_all(&range, None).await?))
    }

    pub(in crate::store) fn read(self, items: Vec<Item>) -> Vec<Unfinished> {
        let entries = items.into_iter().map(Unfinished::from_item);
        let readable = entries.filter_map(|entry| {
            let tenant = self.0.tenant.as_str();
            entry.inspect_err(|_| tracing::error!(tenant, "unfinished work cannot be read")).ok()
        });
        readable.collect()
    }

    /// Gets an entry of the list; `None` when there is none.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, work: Work, id: Uuid) -> Result<Option<Unfinished>, Error> {
        let item = self.0.table.get(&keys::unfinished(&self.0.tenant, work.as_str(), id)).await?;
        item.map(Unfinished::from_item).transpose()
    }

    /// Adds an entry, in the transaction that commits its change.
    pub(in crate::store) fn begin(
        self,
        transaction: &mut Transaction<'_>,
        entry: &Unfinished,
    ) -> Result<(), Error> {
        transaction.put(Step::Companion, entry.to_item(&self.0.tenant)?, Condition::none());
        Ok(())
    }

    /// Removes an entry, in the transaction that carries out the last step. The function does not find entries of
    /// [`Work::Expiry`]: their keys have a time.
    pub(in crate::store) fn end(self, transaction: &mut Transaction<'_>, work: Work, id: Uuid) {
        let key = keys::unfinished(&self.0.tenant, work.as_str(), id);
        transaction.delete(Step::Companion, &key, Condition::none());
    }

    /// Ends the work on an erased employee or a deleted group. The memberships expire from `at` on.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn let_expire(self, entry: &Unfinished, at: OffsetDateTime) -> Result<(), Error> {
        let mut transaction = Transaction::new(&self.0.table);
        self.end(&mut transaction, entry.work, entry.id);
        let expiry = Unfinished { work: Work::Expiry, since: at, ..entry.clone() };
        self.begin(&mut transaction, &expiry)?;
        transaction.commit().await.map(drop)
    }

    /// Removes the memberships of an erased employee or a deleted group, unless they still have groups.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn remove_memberships(self, expiry: &Unfinished) -> Result<(), Error> {
        let mut transaction = Transaction::new(&self.0.table);
        let key = keys::membership(&self.0.tenant, expiry.id);
        transaction.delete(Step::Departure, &key, in_no_group());
        transaction.delete(Step::Companion, &expiry.key(&self.0.tenant)?, Condition::none());
        transaction.commit().await.map(drop)
    }
}
