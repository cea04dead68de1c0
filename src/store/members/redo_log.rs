//! The redo log: a change of more members than one transaction writes.
//!
//! The redo log is committed with its group, in parts that each fit an item. Further transactions apply it, each to
//! some members. The group's record counts the applied members, and each transaction expects that count (fencing). So
//! the transaction of a process that is behind or ahead fails, and any process can continue the work.

use super::GroupAt;
use crate::model::actor::ActorRecord;
use crate::model::group::{Group, RedoLog};
use crate::model::kind::Kind;
use crate::model::member::MemberChanges;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::dynamodb::transact::{Condition, Outcome, Step, Transaction, number, size};
use crate::store::items::redo_part::{
    Entry, count_parts, entries_of, part_item, parts_of, read_part,
};
use crate::store::keys;
use crate::store::members::MemberItems;
use crate::store::members::unfinished::UnfinishedItems;
use crate::store::record::RecordItems;
use crate::store::record::id_in_key;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most members that a group's own transaction writes. Each member takes two items, beside the record, its history
/// entry, its event, two claims and two pointers. A transaction takes 100 items.
pub const MOST_DIRECT: usize = 45;
/// The most members of a redo log that one transaction applies: two items for each member, and the group.
const MOST_APPLIED: usize = 49;
/// The most items of a transaction.
const MOST_ITEMS: usize = 100;
/// The most parts that one transaction can write: 3.5 MB of the 4 MB that a transaction takes.
const MOST_PARTS: usize = 14;

impl RedoLog {
    /// Whether one transaction can write the redo log.
    pub fn fits(&self) -> bool {
        self.parts <= MOST_PARTS
    }
}

/// Makes the redo log that a change of members needs; `None` when the group's own transaction can write the change.
pub fn redo_log_for(changes: &MemberChanges, revision: u64) -> Option<RedoLog> {
    (changes.len() > MOST_DIRECT).then(|| RedoLog {
        revision,
        parts: count_parts(changes),
        done: 0,
    })
}

/// The redo logs of a tenant's groups.
#[derive(Debug, Clone, Copy)]
pub struct RedoLogItems<'a>(pub(in crate::store) &'a TenantPart);

impl RedoLogItems<'_> {
    /// Writes a group's change of members: the members themselves, or the redo log and its entry in the list of
    /// unfinished work.
    pub(in crate::store) fn write_member_changes(
        self,
        transaction: &mut Transaction<'_>,
        group: &Group,
        changes: &MemberChanges,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        if let Some(log) = &group.redo_log {
            let (actor, since) = (actor.clone(), group.last_modified);
            let entry = Unfinished { work: Work::Change, id: group.id, actor, since };
            UnfinishedItems(self.0).begin(transaction, &entry)?;
            for (part, number) in parts_of(entries_of(changes)).iter().zip(0..) {
                let key = keys::redo_part(&self.0.tenant, group.id, log.revision, number);
                transaction.put(Step::Companion, part_item(&key, part), Condition::none());
            }
            return Ok(());
        }
        // The members may have been read before the group. Then a condition fails, and the change is decided again.
        for id in &changes.left {
            MemberItems(self.0).write_left(transaction, group.id, *id, Condition::present());
        }
        let at = GroupAt { id: group.id, revision: group.revision };
        for member in &changes.joined {
            MemberItems(self.0).write_joined(transaction, at, member, Condition::absent());
        }
        for member in &changes.renamed {
            MemberItems(self.0).write_row(transaction, at, member, Condition::present());
        }
        Ok(())
    }

    /// Applies a redo log that this request committed. `false` when another process continued it.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn apply(self, group: &Group, changes: &MemberChanges) -> Result<bool, Error> {
        let Some(log) = group.redo_log else { return Ok(true) };
        self.apply_from(group.id, log, &entries_of(changes)).await
    }

    /// Continues the redo log of a group where another process left it. The function ends early when another process
    /// continues it.
    ///
    /// # Errors
    /// [`Error::BadItem`] for a redo log that lacks parts. Otherwise fails as every call of the store does.
    pub async fn resume(self, group: &Group) -> Result<(), Error> {
        let Some(log) = group.redo_log else { return Ok(()) };
        let prefix = SortRange::Prefix(keys::redo_prefix(log.revision));
        let partition = keys::redo_log(&self.0.tenant, group.id);
        let parts = self.0.table.query_all(&Range::new(&partition, prefix), None).await?;
        if parts.len() < log.parts {
            // Another process may have removed the redo log meanwhile.
            let now =
                RecordItems(self.0).get::<Group>(group.id).await?.and_then(|group| group.redo_log);
            return match now.is_some_and(|now| now.revision == log.revision) {
                true => Err(Error::bad_item("a redo log lacks parts")),
                false => Ok(()),
            };
        }
        let mut entries = Vec::new();
        for part in &parts {
            entries.extend(read_part(part)?);
        }
        self.apply_from(group.id, log, &entries).await.map(drop)
    }

    async fn apply_from(
        self,
        group: Uuid,
        mut log: RedoLog,
        entries: &[Entry],
    ) -> Result<bool, Error> {
        loop {
            let rest = entries.get(log.done..).unwrap_or_default();
            let now = rest.get(..MOST_APPLIED).unwrap_or(rest);
            let items = 2 + 2 * now.len() + log.parts;
            let is_last = now.len() == rest.len() && items <= MOST_ITEMS;
            let is_written = self.apply_some(group, &log, now, is_last).await?;
            if is_last || !is_written {
                return Ok(is_written);
            }
            log.done += now.len();
        }
    }

    /// Applies some entries, and removes the redo log after the last entries. `false` when another process was faster.
    async fn apply_some(
        self,
        group: Uuid,
        log: &RedoLog,
        entries: &[Entry],
        is_last: bool,
    ) -> Result<bool, Error> {
        let at = GroupAt { id: group, revision: log.revision };
        // Members that left, or reached the limit of groups, after the change was decided.
        let mut left_out = BTreeSet::new();
        loop {
            let mut transaction = Transaction::new(&self.0.table);
            self.advance(&mut transaction, group, log, entries.len(), left_out.len(), is_last);
            for entry in entries {
                match entry {
                    Entry::Left(id) => {
                        MemberItems(self.0).write_left(
                            &mut transaction,
                            group,
                            *id,
                            Condition::none(),
                        );
                    }
                    Entry::Renamed(member) => {
                        MemberItems(self.0).write_row(
                            &mut transaction,
                            at,
                            member,
                            Condition::none(),
                        );
                    }
                    Entry::Joined(member) if left_out.contains(&member.id) => {}
                    Entry::Joined(member) => {
                        MemberItems(self.0).write_joined(
                            &mut transaction,
                            at,
                            member,
                            Condition::none(),
                        );
                    }
                }
            }
            let refused = match transaction.commit().await? {
                Outcome::Committed => break,
                Outcome::Refused(refused) => refused,
            };
            if refused.iter().any(|(step, _)| *step == Step::Record) {
                return Ok(false);
            }
            // Each attempt leaves out at least one more member, so the loop ends.
            for (_, item) in refused {
                left_out.insert(id_in_key(&item.unwrap_or_default())?);
            }
        }
        if !left_out.is_empty() {
            let (tenant, left_out) = (self.0.tenant.as_str(), left_out.len());
            tracing::info!(
                tenant,
                left_out,
                "members have left, or are in too many groups to join"
            );
        }
        Ok(true)
    }

    /// Counts entries as done, and removes the redo log after the last entries.
    fn advance(
        self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        log: &RedoLog,
        entries: usize,
        left_out: usize,
        is_last: bool,
    ) {
        let key = keys::record(&self.0.tenant, Kind::Group, group);
        let is_here = Condition::expression("changeRevision = :change AND changeDone = :done")
            .with(":change", number(log.revision))
            .with(":done", size(log.done));
        let mut values =
            Item::from([(":less".to_owned(), AttributeValue::N(format!("-{left_out}")))]);
        if !is_last {
            values.insert(":next".to_owned(), size(log.done + entries));
            let change = "SET changeDone = :next ADD memberCount :less";
            transaction.update(Step::Record, &key, change, values, is_here);
            return;
        }
        let change = "SET appliedRevision = changeRevision REMOVE changeRevision, changeParts, changeDone ADD memberCount :less";
        transaction.update(Step::Record, &key, change, values, is_here);
        for part in 0..log.parts {
            let key = keys::redo_part(&self.0.tenant, group, log.revision, part);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        UnfinishedItems(self.0).end(transaction, Work::Change, group);
    }
}
