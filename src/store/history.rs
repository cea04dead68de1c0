//! History: one entry for each change of an employee, of a group, or of the tenant's settings and tokens.

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::events::outbox::OutboxItems;
use super::keys;
use super::keys::{HistoryKeys, Key};
use crate::model::event::{ChangeRef, Subject};
use crate::model::history::{HistoryEntry, RecordedEntry};
use crate::model::kind::Kind;
use crate::store::dynamodb::error::Error;
use crate::store::items::history::read_entry;
use crate::store::tenant_part::TenantPart;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The histories of a tenant, and of its records.
#[derive(Debug, Clone, Copy)]
pub struct HistoryItems<'a>(pub(in crate::store) &'a TenantPart);

impl HistoryItems<'_> {
    /// Adds an entry and its event to the transaction of the change. One revision has one entry and one event.
    pub(in crate::store) fn put(
        self,
        transaction: &mut Transaction<'_>,
        (subject, revision): (Subject, u64),
        entry: &HistoryEntry,
    ) -> Result<(), Error> {
        self.put_after(transaction, (subject, revision), entry, None)
    }

    /// Adds the tenant's entry of an erasure. Its event comes after the event of the employee's last change.
    pub(in crate::store) fn put_erasure(
        self,
        transaction: &mut Transaction<'_>,
        revision: u64,
        entry: &HistoryEntry,
        (employee, last): (Uuid, u64),
    ) -> Result<(), Error> {
        let last = keys::outbox_of_change(&self.0.tenant, Subject::Employee(employee), last);
        let after = Some((employee, &last));
        self.put_after(transaction, (Subject::Tenant, revision), entry, after)
    }

    fn put_after(
        self,
        transaction: &mut Transaction<'_>,
        (subject, revision): (Subject, u64),
        entry: &HistoryEntry,
        erased: Option<(Uuid, &Key)>,
    ) -> Result<(), Error> {
        let key = keys::history(&self.0.tenant, subject).entry(revision);
        transaction.put(Step::Companion, entry.to_item(&key)?, Condition::none());
        let (kind, actor, at) = (entry.kind, entry.actor.kind, entry.at);
        let (erased, after) = erased.unzip();
        let change = ChangeRef { subject, revision, kind, actor, at, erased };
        OutboxItems(self.0).add(transaction, change, after);
        Ok(())
    }

    /// Gets entries of any histories, each by its owner and revision. The result leaves out entries that do not exist.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_many(
        self,
        wanted: Vec<(Subject, u64)>,
    ) -> Result<BTreeMap<(Subject, u64), HistoryEntry>, Error> {
        let key = |(subject, revision): &(Subject, u64)| {
            keys::history(&self.0.tenant, *subject).entry(*revision)
        };
        let keys: Vec<Key> = wanted.iter().map(key).collect();
        let of_key: BTreeMap<Key, (Subject, u64)> = keys.iter().cloned().zip(wanted).collect();
        let mut entries = BTreeMap::new();
        for item in self.0.table.batch_get(&keys).await? {
            let key = keys::key(&item);
            let change = key.and_then(|key| of_key.get(&key));
            let change = change.ok_or_else(|| Error::bad_item("no key that was asked for"))?;
            entries.insert(*change, read_entry(item)?.entry);
        }
        Ok(entries)
    }

    /// Lists the history of a record, oldest entry first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self, kind: Kind, id: Uuid) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::history(&self.0.tenant, Subject::of_record(kind, id))).await
    }

    /// Lists the newest entries of a record's history before a revision, newest first. The flag says whether there are
    /// older entries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_before(
        self,
        (kind, id): (Kind, Uuid),
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(
            keys::history(&self.0.tenant, Subject::of_record(kind, id)),
            before,
            limit,
        )
        .await
    }

    /// Lists the history of the tenant's settings and tokens, oldest entry first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_of_tenant(self) -> Result<Vec<RecordedEntry>, Error> {
        self.list_entries(keys::history(&self.0.tenant, Subject::Tenant)).await
    }

    /// Lists the newest entries of the tenant's own history before a revision, newest first. The flag says whether
    /// there are older entries.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_of_tenant_before(
        self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        self.list_entries_before(keys::history(&self.0.tenant, Subject::Tenant), before, limit)
            .await
    }

    async fn list_entries(self, history: HistoryKeys) -> Result<Vec<RecordedEntry>, Error> {
        let range = entries_of(&history);
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(read_entry).collect()
    }

    async fn list_entries_before(
        self,
        history: HistoryKeys,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<RecordedEntry>, bool), Error> {
        let start = before.map(|revision| history.entry(revision).to_item());
        let range = entries_of(&history).backwards();
        let page = self.0.table.query_page(&range, Some(limit), start).await?;
        let entries = page.items.into_iter().map(read_entry);
        Ok((entries.collect::<Result<_, _>>()?, page.next.is_some()))
    }
}

fn entries_of(history: &HistoryKeys) -> Range {
    let sort = match history.prefix.as_str() {
        "" => SortRange::All,
        prefix => SortRange::Prefix(prefix.to_owned()),
    };
    Range::new(&history.partition, sort)
}
