//! Changes of more members than one transaction takes. The change is written down beside the group and committed with it;
//! from then on everybody reads the members with it, and its members are written a hundred items at a time. Whoever is
//! interrupted has lost nothing: the next one who changes the group goes on where it was left.

mod part;

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::retry::Pauses;
use super::dynamodb::transact::{Condition, Outcome, Step, Transaction, number, size};
use super::group::{Group, Journal};
use super::keys;
use super::member::{GroupAt, MemberChanges};
use super::membership::{Memberships, Presence};
use super::overlay::Overlay;
use super::record::id_in_key;
use super::{Error, Item, TenantStore};
use aws_sdk_dynamodb::types::AttributeValue;
use part::{Entry, part_item, parts_of, read_part};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many members a group's own transaction writes at most: two items each, beside the record, its history entry, two
/// claims and two pointers; a transaction takes 100 items.
pub const MOST_DIRECT: usize = 45;
/// How many members one transaction applies of a journal: two items each, and the group.
const MOST_APPLIED: usize = 49;
/// How many parts one transaction can write: 3.5 MB, where it takes 4.
const MOST_PARTS: usize = 14;

impl Journal {
    /// Whether one transaction can write it.
    pub fn fits(&self) -> bool {
        self.parts <= MOST_PARTS
    }
}

/// The journal that a change of members needs; `None` when the group's own transaction can write it.
pub fn journal_for(changes: &MemberChanges, revision: u64) -> Option<Journal> {
    let parts = || parts_of(changes).len();
    (changes.len() > MOST_DIRECT).then(|| Journal { revision, parts: parts(), done: 0 })
}

impl TenantStore {
    /// Writes a group's change of members: the members themselves, or the group's journal.
    pub(super) fn write_member_changes(
        &self,
        transaction: &mut Transaction<'_>,
        group: &Group,
        changes: &MemberChanges,
    ) {
        if let Some(journal) = &group.journal {
            let entry = keys::journal_entry(&self.tenant, group.id).to_item();
            transaction.put(Step::Companion, entry, Condition::none());
            for (part, number) in parts_of(changes).iter().zip(0..) {
                let key = keys::journal_part(&self.tenant, group.id, journal.revision, number);
                transaction.put(Step::Companion, part_item(&key, part), Condition::none());
            }
            return;
        }
        // The members may have been read before the group was: then a condition fails, and the change is decided anew.
        for id in &changes.left {
            self.write_left(transaction, group.id, *id, Condition::present());
        }
        for id in changes.not_awaited() {
            self.write_forgotten(transaction, group.id, id);
        }
        let at = GroupAt { id: group.id, revision: group.revision };
        for member in &changes.joined {
            self.write_joined(transaction, at, member, Condition::absent());
        }
        for member in &changes.renamed {
            self.write_member(transaction, at, member, Condition::present());
        }
    }

    /// What a group's journal says of its members.
    pub(super) async fn read_journal_overlay(&self, group: &Group) -> Result<Overlay, Error> {
        let mut overlay = Overlay::default();
        let Some(journal) = &group.journal else { return Ok(overlay) };
        let mut joining = Vec::new();
        for entry in self.read_journal(group.id, journal).await? {
            match entry {
                Entry::Left(id) | Entry::Forgotten(id) => overlay.decide(id, None),
                Entry::Renamed(member) => overlay.decide(member.id, Some(member)),
                Entry::Joined(member) => {
                    joining.push(member.id);
                    overlay.decide(member.id, Some(member));
                }
            }
        }
        // Who went before their membership was written is in no list of those who go.
        for (id, found) in self.get_memberships(&joining).await? {
            if found.presence != Presence::Here {
                overlay.decide(id, None);
            }
        }
        Ok(overlay)
    }

    async fn read_journal(&self, group: Uuid, journal: &Journal) -> Result<Vec<Entry>, Error> {
        let prefix = SortRange::Prefix(keys::journal_prefix(journal.revision));
        let partition = keys::journal(&self.tenant, group);
        let parts = self.store.query_all(&Range::new(&partition, prefix), None).await?;
        let entries: Vec<Vec<Entry>> = parts.iter().map(read_part).collect::<Result<_, _>>()?;
        Ok(entries.into_iter().flatten().collect())
    }

    /// Writes the members of a group's journal, from where it was left, and closes it. Comes back early when somebody
    /// else does so at the same time.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn apply_journal(&self, group: &Group) -> Result<(), Error> {
        let Some(mut journal) = group.journal else { return Ok(()) };
        let entries = self.read_journal(group.id, &journal).await?;
        while let Some(rest) = entries.get(journal.done..).filter(|rest| !rest.is_empty()) {
            let now = rest.get(..MOST_APPLIED).unwrap_or(rest);
            if !self.apply(group.id, &journal, now).await? {
                return Ok(());
            }
            journal.done += now.len();
        }
        self.close_journal(group.id, &journal).await
    }

    /// `false` when the journal is not where it was.
    async fn apply(
        &self,
        group: Uuid,
        journal: &Journal,
        entries: &[Entry],
    ) -> Result<bool, Error> {
        let at = GroupAt { id: group, revision: journal.revision };
        let (mut away, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        let mut pauses = Pauses::new();
        loop {
            let mut transaction = Transaction::new(&self.store);
            let next = journal.done + entries.len();
            let values = Item::from([
                (":next".to_owned(), size(next)),
                (
                    ":absent".to_owned(),
                    AttributeValue::N(format!("-{}", away.union(&left_out).count())),
                ),
            ]);
            let key = keys::record(&self.tenant, keys::Kind::Group, group);
            let change = "SET journalDone = :next ADD memberCount :absent";
            transaction.update(Step::Record, &key, change, values, is_at(journal));
            for entry in entries {
                match entry {
                    Entry::Left(id) => {
                        self.write_left(&mut transaction, group, *id, Condition::none());
                    }
                    Entry::Forgotten(id) => self.write_forgotten(&mut transaction, group, *id),
                    Entry::Renamed(member) => {
                        self.write_member(&mut transaction, at, member, Condition::none());
                    }
                    Entry::Joined(member) if left_out.contains(&member.id) => {}
                    Entry::Joined(member) if away.contains(&member.id) => {
                        self.write_awaited(&mut transaction, group, member.id);
                    }
                    Entry::Joined(member) => {
                        self.write_joined(&mut transaction, at, member, Condition::none());
                    }
                }
            }
            let refused = match transaction.commit().await? {
                Outcome::Committed => return Ok(true),
                Outcome::Refused(refused) => refused,
            };
            if refused.iter().any(|(step, _)| *step == Step::Record) {
                return Ok(false);
            }
            // They went after the change was committed: they join when they come back. Where somebody is back already,
            // all are asked again.
            for (_, item) in refused {
                let item = item.unwrap_or_default();
                let found = Memberships::from_item(&item)?;
                match found.presence {
                    Presence::Here if !found.is_full() => away.clear(),
                    Presence::Away if !found.is_full() => drop(away.insert(id_in_key(&item)?)),
                    // A change that is committed cannot be refused any more.
                    Presence::Here | Presence::Away => {
                        let tenant = self.tenant.as_str();
                        tracing::warn!(tenant, "a member is in too many groups to join another");
                        left_out.insert(id_in_key(&item)?);
                    }
                    Presence::Gone => drop(left_out.insert(id_in_key(&item)?)),
                }
            }
            pauses.pause().await?;
        }
    }

    /// The groups that have a journal: of changes under way, and of those that were cut short.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_journals(&self) -> Result<Vec<Uuid>, Error> {
        self.list_ids_in(&keys::journals(&self.tenant)).await
    }

    async fn close_journal(&self, group: Uuid, journal: &Journal) -> Result<(), Error> {
        let mut transaction = Transaction::new(&self.store);
        let key = keys::record(&self.tenant, keys::Kind::Group, group);
        let change = "SET appliedRevision = journalRevision REMOVE journalRevision, journalParts, journalDone";
        transaction.update(Step::Record, &key, change, Item::new(), is_at(journal));
        for part in 0..journal.parts {
            let key = keys::journal_part(&self.tenant, group, journal.revision, part);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        let entry = keys::journal_entry(&self.tenant, group);
        transaction.delete(Step::Companion, &entry, Condition::none());
        // When it is refused, somebody else has closed it.
        transaction.commit().await.map(drop)
    }
}

/// The revision of the change that a part of a journal belongs to.
pub(super) fn revision_of_part(item: &Item) -> Result<u64, Error> {
    read_part(item)?;
    let revision = keys::sort_key(item).and_then(keys::revision_of_journal);
    revision.ok_or_else(|| Error::bad_item("no revision"))
}

/// The journal must be where it was read.
fn is_at(journal: &Journal) -> Condition {
    Condition::expression("journalRevision = :journal AND journalDone = :done")
        .with(":journal", number(journal.revision))
        .with(":done", size(journal.done))
}
