//! The list of unfinished work: changes that are committed, and whose further writes are not all carried out. Each entry
//! is written in the transaction that commits its change. Any process finishes the work: each of its steps is a
//! transaction with conditions, and a repeated step changes nothing.

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::{Condition, Outcome, Step, Transaction};
use super::item::{ItemReader, ItemWriter};
use super::keys;
use super::record::id_in_key;
use super::tenant::TenantId;
use super::{Error, Item, TenantStore};
use time::OffsetDateTime;
use uuid::Uuid;

/// A kind of unfinished work. The names sort so that [`Work::LEAVES`] is one range of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// The redo log of a group is not applied.
    Change,
    /// A deleted group still has rows of members, or is a member of groups.
    Deletion,
    /// A hidden employee is still in groups.
    Departure,
    /// An erased employee still has a history, or is in groups.
    Erasure,
    /// The memberships of an erased employee or a deleted group stay closed for a while, and are then removed.
    Expiry,
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The kind of work.
    pub work: Work,
    /// The employee or group.
    pub id: Uuid,
    /// The actor, for the history of groups.
    pub by: String,
    /// The time of the change.
    pub since: OffsetDateTime,
}

impl Work {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Change, Self::Deletion, Self::Departure, Self::Erasure, Self::Expiry];

    /// The first and the last kind of work that takes somebody out of groups.
    const LEAVES: [Self; 2] = [Self::Deletion, Self::Erasure];

    /// The kind's name, in keys and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Deletion => "deletion",
            Self::Departure => "departure",
            Self::Erasure => "erasure",
            Self::Expiry => "expiry",
        }
    }
}

const BY: &str = "by";
const SINCE: &str = "since";

impl Unfinished {
    /// Reads an entry.
    ///
    /// # Errors
    /// [`Error::BadItem`].
    pub(super) fn from_item(item: Item) -> Result<Self, Error> {
        let id = id_in_key(&item)?;
        let key = keys::sort_key(&item).unwrap_or_default();
        let work = Work::ALL
            .into_iter()
            .find(|work| key.starts_with(&keys::unfinished_prefix(work.as_str())));
        let work = work.ok_or_else(|| Error::bad_item("unknown work"))?;
        let mut item = ItemReader(item);
        Ok(Self { work, id, by: item.text(BY)?, since: item.time(SINCE)? })
    }

    fn to_item(&self, tenant: &TenantId) -> Result<Item, Error> {
        let key = keys::unfinished(tenant, self.work.as_str(), self.id);
        Ok(ItemWriter::new(&key).text(BY, &*self.by).time(SINCE, self.since)?.into_item())
    }
}

impl TenantStore {
    /// All unfinished work.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_unfinished(&self) -> Result<Vec<Unfinished>, Error> {
        self.list_unfinished_in(SortRange::Prefix(keys::UNFINISHED.to_owned())).await
    }

    /// The unfinished work that takes somebody out of groups.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_leavers(&self) -> Result<Vec<Unfinished>, Error> {
        let [first, last] = Work::LEAVES.map(|work| keys::unfinished_prefix(work.as_str()));
        // Ids are hexadecimal: `g` comes after all of them.
        self.list_unfinished_in(SortRange::Between(first, format!("{last}g"))).await
    }

    async fn list_unfinished_in(&self, sort: SortRange) -> Result<Vec<Unfinished>, Error> {
        let items = self.store.query_all(&Range::new(&keys::own(&self.tenant), sort), None).await?;
        items.into_iter().map(Unfinished::from_item).collect()
    }

    /// An entry of the list.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_unfinished(&self, work: Work, id: Uuid) -> Result<Option<Unfinished>, Error> {
        let item = self.store.get(&keys::unfinished(&self.tenant, work.as_str(), id)).await?;
        item.map(Unfinished::from_item).transpose()
    }

    /// Adds an entry, in the transaction that commits its change.
    pub(super) fn begin_work(
        &self,
        transaction: &mut Transaction<'_>,
        entry: &Unfinished,
    ) -> Result<(), Error> {
        transaction.put(Step::Companion, entry.to_item(&self.tenant)?, Condition::none());
        Ok(())
    }

    /// Removes an entry, in the transaction that carries out the last step.
    pub(super) fn end_work(&self, transaction: &mut Transaction<'_>, work: Work, id: Uuid) {
        let key = keys::unfinished(&self.tenant, work.as_str(), id);
        transaction.delete(Step::Companion, &key, Condition::none());
    }

    /// Ends the work on somebody who does not come back: the memberships expire from `at` on.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn let_expire(&self, entry: &Unfinished, at: OffsetDateTime) -> Result<(), Error> {
        let mut transaction = Transaction::new(&self.store);
        self.end_work(&mut transaction, entry.work, entry.id);
        let expiry = Unfinished { work: Work::Expiry, since: at, ..entry.clone() };
        self.begin_work(&mut transaction, &expiry)?;
        transaction.commit().await.map(drop)
    }

    /// Removes the memberships of somebody who was erased or deleted, unless they still have groups. Says whether it did.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn remove_memberships(&self, expired: Uuid) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.store);
        let key = keys::membership(&self.tenant, expired);
        transaction.delete(Step::Departure, &key, super::membership::in_no_group());
        self.end_work(&mut transaction, Work::Expiry, expired);
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }
}
