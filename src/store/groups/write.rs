//! Writes of groups: each one transaction of the record on its expected revision, the claim on the name, the counts, the
//! pointers, the history entry, and the members or their redo log. The rows of a deleted group are removed in several.

use super::{Group, pointers, to_item};
use crate::store::counts::Change;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::history::HistoryEntry;
use crate::store::keys;
use crate::store::keys::Kind;
use crate::store::members::MemberChanges;
use crate::store::members::departure::Departure;
use crate::store::names::{Claim, Rename};
use crate::store::written::{Written, finish};
use crate::store::{Error, TenantStore};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A group before and after a change, with its history entry.
#[derive(Debug, Clone)]
pub struct GroupChange {
    /// As it was read.
    pub before: Group,
    /// As it is to be.
    pub after: Group,
    /// What happened.
    pub history: HistoryEntry,
}

impl TenantStore {
    /// Adds a group. `claim` is what is known of the claim on its name: nobody holds it.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn create_group(
        &self,
        group: &Group,
        claim: &Claim,
        members: &MemberChanges,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let item = to_item(&self.tenant, group)?;
        transaction.put(Step::Record, item, Condition::absent());
        let name = (Kind::Group, group.display_name());
        self.take_claim(&mut transaction, name, group.id, claim);
        self.add_to_count(&mut transaction, (Kind::Group, group.id), Change::OneMore);
        self.write_pointers(&mut transaction, &BTreeSet::new(), &pointers(&self.tenant, group));
        self.write_group_history(&mut transaction, group, history)?;
        self.write_member_changes(&mut transaction, group, members, &history.by)?;
        finish(transaction).await
    }

    /// Writes a changed group over the one it was made from.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn replace_group(
        &self,
        change: &GroupChange,
        rename: Option<&Rename>,
        members: &MemberChanges,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let GroupChange { before, after, .. } = change;
        self.write_group_change(&mut transaction, Step::Record, change)?;
        if let Some(rename) = rename {
            self.move_claim(&mut transaction, before.id, (Kind::Group, rename));
        }
        let (old, new) = (pointers(&self.tenant, before), pointers(&self.tenant, after));
        self.write_pointers(&mut transaction, &old, &new);
        self.write_member_changes(&mut transaction, after, members, &change.history.by)?;
        finish(transaction).await
    }

    /// Removes a group. Its rows are for [`Self::remove_rows`].
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn delete_group(
        &self,
        group: &Group,
        claim: &Claim,
        departure: &Departure,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.store);
        let key = keys::record(&self.tenant, Kind::Group, group.id);
        transaction.delete(Step::Record, &key, Condition::revision(group.revision));
        let (name, left) = ((Kind::Group, group.display_name()), claim.without(group.id));
        self.replace_claim(&mut transaction, Step::FormerClaim, name, claim, &left);
        self.add_to_count(&mut transaction, (Kind::Group, group.id), Change::OneLess);
        self.write_pointers(&mut transaction, &pointers(&self.tenant, group), &BTreeSet::new());
        let revision = group.revision.saturating_add(1);
        let entry = keys::history(&self.tenant, Kind::Group, group.id).entry(revision);
        transaction.put(Step::Companion, history.to_plain_item(&entry)?, Condition::none());
        self.write_departure(&mut transaction, departure)?;
        finish(transaction).await
    }

    /// Removes the rows of a deleted group, and the group from the memberships of its members.
    ///
    /// # Errors
    /// [`Error::BadItem`] for a group that exists: a restore can hold half of a deletion. [`Error`], as for every call.
    pub async fn remove_rows(&self, group: Uuid) -> Result<(), Error> {
        /// Two items each.
        const MOST_AT_ONCE: usize = 50;
        let record = keys::record(&self.tenant, Kind::Group, group);
        if self.store.get(&record).await?.is_some() {
            return Err(Error::bad_item("a group that exists is listed as deleted"));
        }
        let members = self.list_ids_in(&keys::members(&self.tenant, group)).await?;
        for members in members.chunks(MOST_AT_ONCE) {
            let mut transaction = Transaction::new(&self.store);
            for member in members {
                self.write_left(&mut transaction, group, *member, Condition::none());
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    pub(in crate::store) fn write_group_change(
        &self,
        transaction: &mut Transaction<'_>,
        step: Step,
        GroupChange { before, after, history }: &GroupChange,
    ) -> Result<(), Error> {
        let item = to_item(&self.tenant, after)?;
        transaction.put(step, item, Condition::revision(before.revision));
        self.write_group_history(transaction, after, history)
    }

    fn write_group_history(
        &self,
        transaction: &mut Transaction<'_>,
        group: &Group,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let key = keys::history(&self.tenant, Kind::Group, group.id).entry(group.revision);
        transaction.put(Step::Companion, history.to_plain_item(&key)?, Condition::none());
        Ok(())
    }
}
