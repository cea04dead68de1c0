//! Changes of more members than one transaction takes. The change is written down beside the group and committed with it;
//! from then on everybody reads the members with it, and its members are written a hundred items at a time. Whoever is
//! interrupted has lost nothing: the next one who changes the group goes on where it was left.

use super::group::{Group, Journal};
use super::keys::{self, Key};
use super::member::{Member, MemberChanges, read_members};
use super::membership::{Memberships, Presence};
use super::read::SortRange;
use super::record::id_in_key;
use super::retry::Pauses;
use super::transact::{Condition, Outcome, Step, Transaction, number};
use super::{Error, Item, TenantStore};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeMap;
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
const FORGOTTEN: &str = "forgotten";
const JOINED: &str = "joined";
const RENAMED: &str = "renamed";
const ID: &str = "id";

/// One member of a journal.
#[derive(Debug, Clone)]
enum Entry {
    Left(Uuid),
    Forgotten(Uuid),
    Joined(Member),
    Renamed(Member),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Entry::Left(_) | Entry::Forgotten(_) => ID_BYTES,
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
    let entries = (changes.left.iter().copied().map(Entry::Left))
        .chain(changes.forgotten.iter().copied().map(Entry::Forgotten))
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
    let (mut left, mut forgotten) = (Vec::new(), Vec::new());
    let (mut joined, mut renamed) = (Vec::new(), Vec::new());
    let map = |member: &Member| {
        let mut item = member.attributes();
        item.insert(ID.to_owned(), AttributeValue::S(member.id.to_string()));
        AttributeValue::M(item)
    };
    for entry in part {
        match entry {
            Entry::Left(id) => left.extend_from_slice(id.as_bytes()),
            Entry::Forgotten(id) => forgotten.extend_from_slice(id.as_bytes()),
            Entry::Joined(member) => joined.push(map(member)),
            Entry::Renamed(member) => renamed.push(map(member)),
        }
    }
    let mut item = key.to_item();
    for (name, ids) in [(LEFT, left), (FORGOTTEN, forgotten)] {
        item.extend(
            (!ids.is_empty()).then(|| (name.to_owned(), AttributeValue::B(Blob::new(ids)))),
        );
    }
    item.insert(JOINED.to_owned(), AttributeValue::L(joined));
    item.insert(RENAMED.to_owned(), AttributeValue::L(renamed));
    item
}

fn read_part(item: &Item) -> Result<Vec<Entry>, Error> {
    let ids = |name: &str| {
        let ids = item.get(name).and_then(|value| value.as_b().ok());
        let ids = ids.map(|blob| blob.as_ref().chunks(ID_BYTES)).into_iter().flatten();
        ids.map(|id| Uuid::from_slice(id).map_err(Error::bad_item))
    };
    let members = |name: &str| {
        let list = item.get(name).and_then(|value| value.as_l().ok()).into_iter().flatten();
        list.map(|value| {
            let map = value.as_m().map_err(|_| Error::bad_item("a journal's member is no map"))?;
            let id = map.get(ID).and_then(|id| id.as_s().ok()).map(String::as_str);
            let id = Uuid::parse_str(id.unwrap_or_default()).map_err(Error::bad_item)?;
            Ok(Member::from_attributes(id, map))
        })
    };
    (ids(LEFT).map(|id| id.map(Entry::Left)))
        .chain(ids(FORGOTTEN).map(|id| id.map(Entry::Forgotten)))
        .chain(members(JOINED).map(|member| member.map(Entry::Joined)))
        .chain(members(RENAMED).map(|member| member.map(Entry::Renamed)))
        .collect()
}

/// What is to be seen of members and is not in their items yet: those who are members, and those who are none.
#[derive(Debug, Default)]
pub(super) struct Overlay(BTreeMap<Uuid, Option<Member>>);

impl Overlay {
    /// Whether the items say it all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes somebody no member.
    pub(super) fn take_out(&mut self, id: Uuid) {
        self.0.insert(id, None);
    }

    /// Makes somebody a member, unless it is known already whether they are one.
    pub(super) fn put_in(&mut self, member: Member) {
        self.0.entry(member.id).or_insert(Some(member));
    }

    /// The members that `items` stand for, with these changes; of those whom they add the ones that are `wanted`.
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
        for id in &changes.left {
            self.write_left(transaction, group.id, *id)?;
        }
        for id in &changes.forgotten {
            self.write_forgotten(transaction, group.id, *id)?;
        }
        for member in &changes.joined {
            self.write_joined(transaction, group.id, member)?;
        }
        for member in &changes.renamed {
            self.write_member(transaction, group.id, member)?;
        }
        Ok(())
    }

    /// What a group's journal says of its members.
    pub(super) async fn read_journal_overlay(&self, group: &Group) -> Result<Overlay, Error> {
        let Some(journal) = &group.journal else { return Ok(Overlay::default()) };
        let entries = self.read_journal(group.id, journal).await?.into_iter();
        Ok(Overlay(
            entries
                .map(|entry| match entry {
                    Entry::Left(id) | Entry::Forgotten(id) => (id, None),
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
        let mut absent: BTreeMap<Uuid, Presence> = BTreeMap::new();
        let mut pauses = Pauses::new();
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
                    Entry::Forgotten(id) => self.write_forgotten(&mut transaction, group, *id)?,
                    Entry::Renamed(member) => self.write_member(&mut transaction, group, member)?,
                    Entry::Joined(member) => match absent.get(&member.id) {
                        None | Some(Presence::Here) => {
                            self.write_joined(&mut transaction, group, member)?;
                        }
                        Some(Presence::Away) => {
                            self.write_awaited(&mut transaction, group, member.id)?;
                        }
                        Some(Presence::Gone) => {}
                    },
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
                match Memberships::from_item(&item)?.presence {
                    Presence::Here => absent.clear(),
                    presence => drop(absent.insert(id_in_key(&item)?, presence)),
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
