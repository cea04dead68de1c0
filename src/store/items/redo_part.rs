//! The entries of a redo log, and the items that hold them.

use crate::model::member::{Member, MemberChanges};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::keys::Key;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

/// The most bytes of a change in one item. An item takes 400 KB.
const PART_BYTES: usize = 250_000;
/// The bytes of an id.
const ID_BYTES: usize = 16;
/// The bytes of an entry with a name, without the name.
const JOINED_BYTES: usize = 64;

const LEFT: &str = "left";
const JOINED: &str = "joined";
const RENAMED: &str = "renamed";
const ID: &str = "id";

/// The change of one member.
#[derive(Debug, Clone)]
pub(in crate::store) enum Entry {
    Left(Uuid),
    Joined(Member),
    Renamed(Member),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Entry::Left(_) => ID_BYTES,
            Entry::Joined(member) | Entry::Renamed(member) => bytes_of(member),
        }
    }
}

/// The entries of a change, in the order in which they are applied.
pub(in crate::store) fn entries_of(changes: &MemberChanges) -> Vec<Entry> {
    (changes.left.iter().copied().map(Entry::Left))
        .chain(changes.joined.iter().cloned().map(Entry::Joined))
        .chain(changes.renamed.iter().cloned().map(Entry::Renamed))
        .collect()
}

/// Splits the entries into as many parts as they need.
pub(in crate::store) fn parts_of(mut entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let sizes = lengths(entries.iter().map(Entry::bytes));
    sizes.into_iter().map(|entries_of_part| entries.drain(..entries_of_part).collect()).collect()
}

/// Counts the parts that a change needs.
pub(in crate::store) fn count_parts(changes: &MemberChanges) -> usize {
    let named = changes.joined.iter().chain(&changes.renamed).map(bytes_of);
    lengths(changes.left.iter().map(|_| ID_BYTES).chain(named)).len()
}

/// The number of entries of each part, by the bytes of the entries.
fn lengths(entries: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut parts: Vec<usize> = Vec::new();
    let mut room = 0;
    for bytes in entries {
        match parts.last_mut().filter(|_| bytes <= room) {
            Some(part) => {
                room -= bytes;
                *part += 1;
            }
            None => {
                room = PART_BYTES.saturating_sub(bytes);
                parts.push(1);
            }
        }
    }
    parts
}

fn bytes_of(member: &Member) -> usize {
    JOINED_BYTES + member.display.as_ref().map_or(0, String::len)
}

/// Makes the item of a part.
pub(in crate::store) fn part_item(key: &Key, part: &[Entry]) -> Item {
    let (mut left, mut joined, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
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

/// Reads the entries that [`part_item`] wrote.
pub(in crate::store) fn read_part(item: &Item) -> Result<Vec<Entry>, Error> {
    let left = item.get(LEFT).and_then(|value| value.as_b().ok());
    let left = left.map(|blob| blob.as_ref().chunks(ID_BYTES)).into_iter().flatten();
    let left = left.map(|id| Uuid::from_slice(id).map_err(Error::bad_item));
    let members = |name: &str| {
        let list = item.get(name).and_then(|value| value.as_l().ok()).into_iter().flatten();
        list.map(|value| {
            let map = value.as_m().map_err(|_| Error::bad_item("an entry is no map"))?;
            let id = map.get(ID).and_then(|id| id.as_s().ok()).map(String::as_str);
            let id = Uuid::parse_str(id.unwrap_or_default()).map_err(Error::bad_item)?;
            Member::from_attributes(id, map)
        })
    };
    (left.map(|id| id.map(Entry::Left)))
        .chain(members(JOINED).map(|member| member.map(Entry::Joined)))
        .chain(members(RENAMED).map(|member| member.map(Entry::Renamed)))
        .collect()
}

/// Reads the revision of the change that a part of a redo log belongs to.
pub(in crate::store) fn revision_of_part(item: &Item) -> Result<u64, Error> {
    read_part(item)?;
    let revision = keys::sort_key(item).and_then(keys::revision_of_redo_part);
    revision.ok_or_else(|| Error::bad_item("no revision"))
}
