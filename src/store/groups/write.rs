//! Writes groups. Each write is one transaction. It has the record on its expected revision, the claim on the name,
//! counts, pointers and a history entry. It also has the members or their redo log. Several transactions remove the
//! rows of a deleted group.

use super::GroupItems;
use super::change::GroupChange;
use crate::model::claim::Claim;
use crate::model::event::Subject;
use crate::model::group::Group;
use crate::model::history::HistoryEntry;
use crate::model::kind::Kind;
use crate::model::member::MemberChanges;
use crate::store::claims::ClaimItems;
use crate::store::claims::Rename;
use crate::store::counts::CountChange;
use crate::store::counts::CountItems;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::history::HistoryItems;
use crate::store::items::group::{pointers, to_item};
use crate::store::keys;
use crate::store::members::MemberItems;
use crate::store::members::departure::Departure;
use crate::store::members::departure::DepartureItems;
use crate::store::members::redo_log::RedoLogItems;
use crate::store::record::RecordItems;
use crate::store::write_outcome::write_pointers;
use crate::store::write_outcome::{Written, finish};
use std::collections::BTreeSet;
use uuid::Uuid;

impl GroupItems<'_> {
    /// Creates a group. `claim` is the claim on its name as it was read, without a holder.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn create(
        self,
        group: &Group,
        claim: &Claim,
        members: &MemberChanges,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        let item = to_item(&self.0.tenant, group)?;
        transaction.put(Step::Record, item, Condition::absent());
        let name = (Kind::Group, group.display_name());
        ClaimItems(self.0).take(&mut transaction, name, group.id, claim);
        CountItems(self.0).add_group(&mut transaction, group.id, CountChange::OneMore);
        write_pointers(&mut transaction, &BTreeSet::new(), &pointers(&self.0.tenant, group));
        self.write_history(&mut transaction, group, history)?;
        RedoLogItems(self.0).write_member_changes(
            &mut transaction,
            group,
            members,
            &history.actor,
        )?;
        finish(transaction).await
    }

    /// Replaces a group by its changed version.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace(
        self,
        change: &GroupChange,
        rename: Option<&Rename>,
        members: &MemberChanges,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        let GroupChange { before, after, .. } = change;
        self.write_change(&mut transaction, Step::Record, change)?;
        if let Some(rename) = rename {
            ClaimItems(self.0).rename(&mut transaction, before.id, (Kind::Group, rename));
        }
        let (old, new) = (pointers(&self.0.tenant, before), pointers(&self.0.tenant, after));
        write_pointers(&mut transaction, &old, &new);
        RedoLogItems(self.0).write_member_changes(
            &mut transaction,
            after,
            members,
            &change.history.actor,
        )?;
        finish(transaction).await
    }

    /// Removes a group. The rows of its members stay, for [`Self::remove_rows`].
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn delete(
        self,
        group: &Group,
        claim: &Claim,
        departure: &Departure,
        history: &HistoryEntry,
    ) -> Result<Written, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        let key = keys::record(&self.0.tenant, Kind::Group, group.id);
        transaction.delete(Step::Record, &key, Condition::revision(group.revision));
        let (name, left) = ((Kind::Group, group.display_name()), claim.without(group.id));
        ClaimItems(self.0).replace(&mut transaction, Step::FormerClaim, name, claim, &left);
        CountItems(self.0).add_group(&mut transaction, group.id, CountChange::OneLess);
        write_pointers(&mut transaction, &pointers(&self.0.tenant, group), &BTreeSet::new());
        let change = (Subject::Group(group.id), group.revision.saturating_add(1));
        HistoryItems(self.0).put(&mut transaction, change, history)?;
        DepartureItems(self.0).write(&mut transaction, departure)?;
        finish(transaction).await
    }

    /// Removes the rows of a deleted group, and the group from the memberships of its members.
    ///
    /// # Errors
    /// [`Error::BadItem`] when the group exists: a restore from a backup can contain half of a deletion. Otherwise
    /// fails as every call of the store does.
    pub async fn remove_rows(self, group: Uuid) -> Result<(), Error> {
        /// Each row takes two items.
        const MOST_AT_ONCE: usize = 50;
        let record = keys::record(&self.0.tenant, Kind::Group, group);
        if self.0.table.get(&record).await?.is_some() {
            return Err(Error::bad_item("a group that exists is listed as deleted"));
        }
        let members =
            RecordItems(self.0).list_ids_in(&keys::members(&self.0.tenant, group)).await?;
        for members in members.chunks(MOST_AT_ONCE) {
            let mut transaction = Transaction::new(&self.0.table);
            for member in members {
                MemberItems(self.0).write_left(&mut transaction, group, *member, Condition::none());
            }
            transaction.commit().await?;
        }
        Ok(())
    }
}
