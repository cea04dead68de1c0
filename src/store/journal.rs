//! Changes of more members than one transaction takes. The change is written down beside the group and committed with it;
//! from then on everybody reads the members with it, and its members are written a hundred items at a time. Whoever is
//! interrupted has lost nothing: the next one who changes the group goes on where it was left.

use super::group::{Group, Journal};
use super::keys::{self, Key};
use super::member::{Member, MemberChanges, read_members};
use super::read::SortRange;
use super::record::id_in_key;
use super::transact::{Condition, Outcome, Step, Transaction, number};
use super::{Error, Item, TenantStore};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many members a group's own transaction writes at most: two items each, beside the record, its history entry, two
/// claims and two pointers; a transaction takes 100 items.
const MOST_DIRECT: usize = 45;
/// How many members one transaction applies of a journal: two items each, and the group.
const MOST_APPLIED: usize = 49;
/// How many bytes of a change stand in one item: an item takes 400 KB.
const PART_BYTES: usize = 250_000;
/// How many parts one transaction can write: 3.5 MB, where it takes 4.
const MOST_PARTS: usize = 14;
/// What an id takes in a list of those who left.
const ID_BYTES: usize = 16;
/// What somebody who joins takes beside the name.
const JOINED_BYTES: usize = 64;

const LEFT: &str = "left";
const JOINED: &str = "joined";
const RENAMED: &str = "renamed";
const ID: &str = "id";

/// One member of a journal.
#[derive(Debug, Clone)]
enum Entry {
    Left(Uuid),
    Joined(Member),
    Renamed(Member),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Entry::Left(_) => ID_BYTES,
            Entry::Joined(member) | Entry::Renamed(member) => {
                JOINED_BYTES + member.display.as_ref().map_or(0, String::len)
            }
        }
    }
}

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

fn parts_of(changes: &MemberChanges) -> Vec<Vec<Entry>> {
    let entries = (changes.taken_out().map(Entry::Left))
        .chain(changes.joined.iter().cloned().map(Entry::Joined))
        .chain(changes.renamed.iter().cloned().map(Entry::Renamed));
    let mut parts: Vec<Vec<Entry>> = Vec::new();
    let mut room = 0;
    for entry in entries {
        match parts.last_mut().filter(|_| entry.bytes() <= room) {
            Some(part) => {
                room -= entry.bytes();
                part.push(entry);
            }
            None => {
                room = PART_BYTES.saturating_sub(entry.bytes());
                parts.push(vec![entry]);
            }
        }
    }
    parts
}

fn part_item(key: &Key, part: &[Entry]) -> Item {
    let mut left = Vec::new();
    let (mut joined, mut renamed) = (Vec::new(), Vec::new());
    let map = |member: &Member| {
        let mut item = member.attributes();
        item.insert(ID.to_owned(), AttributeValue::S(member.id.to_string()));
        AttributeValue::M(item)
    };
    for entry in part {
        match entry {
            Entry::Left(id) => left.extend_from_slice(id.as_bytes()),
            Entry::Joined(member) => joined.push(map(member)),
            Entry::Renamed(member) => renamed.push(map(member)),
        }
    }
    let mut item = key.to_item();
    item.extend((!left.is_empty()).then(|| (LEFT.to_owned(), AttributeValue::B(Blob::new(left)))));
    item.insert(JOINED.to_owned(), AttributeValue::L(joined));
    item.insert(RENAMED.to_owned(), AttributeValue::L(renamed));
    item
}

fn read_part(item: &Item) -> Result<Vec<Entry>, Error> {
    let left = item.get(LEFT).and_then(|value| value.as_b().ok());
    let left = left.map(|blob| blob.as_ref().chunks(ID_BYTES)).into_iter().flatten();
    let left = left.map(|id| Uuid::from_slice(id).map(Entry::Left).map_err(Error::bad_item));
    let members = |name: &str| {
        let list = item.get(name).and_then(|value| value.as_l().ok()).into_iter().flatten();
        list.map(|value| {
            let map = value.as_m().map_err(|_| Error::bad_item("a journal's member is no map"))?;
            let id = map.get(ID).and_then(|id| id.as_s().ok()).map(String::as_str);
            let id = Uuid::parse_str(id.unwrap_or_default()).map_err(Error::bad_item)?;
            Ok(Member::from_attributes(id, map))
        })
    };
    left.chain(members(JOINED).map(|member| member.map(Entry::Joined)))
        .chain(members(RENAMED).map(|member| member.map(Entry::Renamed)))
        .collect()
}

/// What a journal says of members, for whoever reads them.
#[derive(Debug, Default)]
pub(super) struct Overlay(BTreeMap<Uuid, Option<Member>>);

impl Overlay {
    /// The members that `items` stand for, as the journal changes them; of those it adds the ones that are `wanted`.
    pub(super) fn over(
        mut self,
        items: &[Item],
        wanted: impl Fn(Uuid) -> bool,
    ) -> Result<Vec<Member>, Error> {
        let mut members = Vec::with_capacity(items.len());
        for member in read_members(items)? {
            members.extend(self.0.remove(&member.id).unwrap_or(Some(member)));
        }
        let added = self.0.into_values().flatten().filter(|member| wanted(member.id));
        members.extend(added);
        members.sort_unstable_by_key(|member| member.id);
        Ok(members)
    }
}

impl TenantStore {
    /// Writes a group's change of members: the members themselves, or the group's journal.
    pub(super) fn write_member_changes(
        &self,
        transaction: &mut Transaction<'_>,
        group: &Group,
        changes: &MemberChanges,
    ) -> Result<(), Error> {
        if let Some(journal) = &group.journal {
            let entry = keys::journal_entry(&self.tenant, group.id).to_item();
            transaction.put(Step::Companion, entry, Condition::none())?;
            for (part, number) in parts_of(changes).iter().zip(0..) {
                let key = keys::journal_part(&self.tenant, group.id, journal.revision, number);
                transaction.put(Step::Companion, part_item(&key, part), Condition::none())?;
            }
            return Ok(());
        }
        for id in changes.taken_out() {
            self.write_left(transaction, group.id, id)?;
        }
        for member in &changes.joined {
            self.write_joined(transaction, group.id, member)?;
        }
        for member in &changes.renamed {
            self.write_member(transaction, group.id, member)?;
        }
        Ok(())
    }

    pub(super) async fn read_overlay(&self, group: &Group) -> Result<Overlay, Error> {
        let Some(journal) = &group.journal else { return Ok(Overlay::default()) };
        let entries = self.read_journal(group.id, journal).await?.into_iter();
        Ok(Overlay(
            entries
                .map(|entry| match entry {
                    Entry::Left(id) => (id, None),
                    Entry::Joined(member) | Entry::Renamed(member) => (member.id, Some(member)),
                })
                .collect(),
        ))
    }

    async fn read_journal(&self, group: Uuid, journal: &Journal) -> Result<Vec<Entry>, Error> {
        let prefix = SortRange::Prefix(keys::journal_prefix(journal.revision));
        let partition = keys::journal(&self.tenant, group);
        let parts = self.store.query_all(&partition, &prefix, None).await?;
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
        let mut absent = BTreeSet::new();
        loop {
            let mut transaction = Transaction::new(&self.store);
            let next = journal.done + entries.len();
            let values = Item::from([
                (":next".to_owned(), size(next)),
                (":absent".to_owned(), AttributeValue::N(format!("-{}", absent.len()))),
            ]);
            let key = keys::record(&self.tenant, keys::Kind::Group, group);
            let change = "SET journalDone = :next ADD memberCount :absent";
            transaction.update(Step::Record, &key, change, values, is_at(journal))?;
            for entry in entries {
                match entry {
                    Entry::Left(id) => self.write_left(&mut transaction, group, *id)?,
                    Entry::Joined(member) if absent.contains(&member.id) => {
                        self.write_former(&mut transaction, group, member.id)?;
                    }
                    Entry::Joined(member) => self.write_joined(&mut transaction, group, member)?,
                    Entry::Renamed(member) => self.write_member(&mut transaction, group, member)?,
                }
            }
            let refused = match transaction.commit().await? {
                Outcome::Committed => return Ok(true),
                Outcome::Refused(refused) => refused,
            };
            if refused.iter().any(|(step, _)| *step == Step::Record) {
                return Ok(false);
            }
            // They were hidden after the change was committed: they join when they come back.
            for (_, item) in refused {
                absent.insert(id_in_key(&item.unwrap_or_default())?);
            }
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
        let change = "REMOVE journalRevision, journalParts, journalDone";
        transaction.update(Step::Record, &key, change, Item::new(), is_at(journal))?;
        for part in 0..journal.parts {
            let key = keys::journal_part(&self.tenant, group, journal.revision, part);
            transaction.delete(Step::Companion, &key, Condition::none())?;
        }
        let entry = keys::journal_entry(&self.tenant, group);
        transaction.delete(Step::Companion, &entry, Condition::none())?;
        // When it is refused, somebody else has closed it.
        transaction.commit().await.map(drop)
    }
}

/// The journal must be where it was read.
fn is_at(journal: &Journal) -> Condition {
    Condition::expression("journalRevision = :journal AND journalDone = :done")
        .with(":journal", number(journal.revision))
        .with(":done", size(journal.done))
}

fn size(value: usize) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
