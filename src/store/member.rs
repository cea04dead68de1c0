//! Members of groups. Each is an item in its group's partition, and each employee or group that is a member somewhere has
//! one item that says where, [`Memberships`](super::membership::Memberships): so one side is found from the other by key,
//! and both are read as they were last written. Who is away has an item beside the members, so that a request about all
//! of them finds who would come back.

use super::dynamodb::transact::{Condition, Step, Transaction, number, size, text};
use super::keys::{self, Kind};
use super::membership::{ABSENT, FORMER_OF, GONE, MEMBER_OF, MOST_GROUPS, set};
use super::record::id_in_key;
use super::{Error, Item, TenantStore};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The employee or group.
    pub id: Uuid,
    /// Which of the two it is.
    pub kind: Kind,
    /// A name for people to read, as the identity provider sent it, or as it was when the member joined.
    pub display: Option<String>,
}

/// What a change does to the members of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberChanges {
    /// Who is new.
    pub joined: Vec<Member>,
    /// Who stays, under another name.
    pub renamed: Vec<Member>,
    /// Who is a member no more.
    pub left: Vec<Uuid>,
    /// Who is away, and is not to come back as a member.
    pub forgotten: Vec<Uuid>,
    /// Who is on the way back, and seen as a member already, and is not to be one.
    pub recalled: Vec<Uuid>,
}

impl MemberChanges {
    /// How many it touches.
    pub fn len(&self) -> usize {
        self.joined.len() + self.renamed.len() + self.taken_out().count()
    }

    /// Those who left and those who do not come back.
    pub fn taken_out(&self) -> impl Iterator<Item = Uuid> {
        self.left.iter().copied().chain(self.not_awaited())
    }

    /// Those who do not come back.
    pub fn not_awaited(&self) -> impl Iterator<Item = Uuid> {
        self.forgotten.iter().chain(&self.recalled).copied()
    }

    /// Whether the members are others afterwards, for whoever sees them.
    pub fn is_seen(&self) -> bool {
        self.len() > self.forgotten.len()
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const TYPE: &str = "type";
const DISPLAY: &str = "display";
/// The attribute with the revision of the group that wrote a row.
const REVISION: &str = "revision";

/// A member as a group's row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The member.
    pub member: Member,
    /// The revision of the group that wrote the row.
    pub revision: u64,
}

/// A group at one of its revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GroupAt {
    pub(super) id: Uuid,
    pub(super) revision: u64,
}

impl Member {
    /// The attributes of its item beside the keys. A user has no `type`: nearly all members are users.
    pub(super) fn attributes(&self) -> Item {
        let mut item = Item::new();
        if self.kind == Kind::Group {
            item.insert(TYPE.to_owned(), text(self.kind.as_str()));
        }
        item.extend(self.display.as_ref().map(|display| (DISPLAY.to_owned(), text(display))));
        item
    }

    /// Reads what [`Self::attributes`] wrote.
    ///
    /// # Errors
    /// [`Error::BadItem`] for another `type`.
    pub(super) fn from_attributes(id: Uuid, item: &Item) -> Result<Self, Error> {
        let attribute = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let kind = match attribute(TYPE).map(String::as_str) {
            None => Kind::Employee,
            Some(name) if name == Kind::Group.as_str() => Kind::Group,
            Some(_) => return Err(Error::bad_item("a member of an unknown type")),
        };
        Ok(Self { id, kind, display: attribute(DISPLAY).cloned() })
    }
}

impl MemberRow {
    /// Reads a row.
    ///
    /// # Errors
    /// [`Error::BadItem`].
    pub(super) fn from_item(item: &Item) -> Result<Self, Error> {
        let revision = item.get(REVISION).and_then(|value| value.as_n().ok());
        let revision = revision.and_then(|number| number.parse().ok());
        Ok(Self {
            member: Member::from_attributes(id_in_key(item)?, item)?,
            revision: revision.ok_or_else(|| Error::bad_item("a row without a revision"))?,
        })
    }
}

impl TenantStore {
    /// Makes somebody a member, unless they are absent or [full](super::membership::Memberships::is_full): then
    /// [`Step::Member`] is refused.
    pub(super) fn write_joined(
        &self,
        transaction: &mut Transaction<'_>,
        group: GroupAt,
        member: &Member,
        row: Condition,
    ) {
        self.write_member(transaction, group, member, row);
        let condition = has_room(&format!("attribute_not_exists({ABSENT})"));
        let change = format!("ADD {MEMBER_OF} :group");
        self.update_memberships(transaction, (group.id, member.id), &change, Some(condition));
    }

    /// Writes the row of a member, under a condition on the row that is there.
    pub(super) fn write_member(
        &self,
        transaction: &mut Transaction<'_>,
        group: GroupAt,
        member: &Member,
        row: Condition,
    ) {
        let mut item = member.attributes();
        item.insert(REVISION.to_owned(), number(group.revision));
        item.extend(keys::member(&self.tenant, group.id, member.id).to_item());
        transaction.put(Step::Companion, item, row);
    }

    /// Takes a member out.
    pub(super) fn write_left(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: Uuid,
        row: Condition,
    ) {
        let key = keys::member(&self.tenant, group, member);
        transaction.delete(Step::Companion, &key, row);
        // Who is on the way back does not come back as a member.
        let change = format!("DELETE {MEMBER_OF} :group, {FORMER_OF} :group");
        self.update_memberships(transaction, (group, member), &change, None);
    }

    /// Takes a group from those that somebody joins on return.
    pub(super) fn write_forgotten(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: Uuid,
    ) {
        let key = keys::away(&self.tenant, group, member);
        transaction.delete(Step::Companion, &key, Condition::none());
        let change = format!("DELETE {FORMER_OF} :group");
        self.update_memberships(transaction, (group, member), &change, None);
    }

    /// Remembers a group for somebody who is away. When they are not, or full, [`Step::Member`] is refused.
    pub(super) fn write_awaited(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: Uuid,
    ) {
        let key = keys::away(&self.tenant, group, member);
        transaction.put(Step::Companion, key.to_item(), Condition::none());
        let condition =
            has_room(&format!("attribute_exists({ABSENT}) AND attribute_not_exists({GONE})"));
        let change = format!("ADD {FORMER_OF} :group");
        self.update_memberships(transaction, (group, member), &change, Some(condition));
    }

    /// Changes where somebody is a member by one group, `:group` in the change. With a condition it is a
    /// [`Step::Member`].
    fn update_memberships(
        &self,
        transaction: &mut Transaction<'_>,
        (group, member): (Uuid, Uuid),
        change: &str,
        condition: Option<Condition>,
    ) {
        let step = if condition.is_some() { Step::Member } else { Step::Companion };
        let key = keys::membership(&self.tenant, member);
        let values = Item::from([(":group".to_owned(), set(&BTreeSet::from([group])))]);
        transaction.update(step, &key, change, values, condition.unwrap_or_default());
    }
}

/// This, and that nobody is in more groups than an item holds.
fn has_room(condition: &str) -> Condition {
    let few = |name| format!("(attribute_not_exists({name}) OR size({name}) < :most)");
    let [member_of, former_of] = [MEMBER_OF, FORMER_OF].map(few);
    Condition::expression(&format!("{condition} AND {member_of} AND {former_of}"))
        .with(":most", size(MOST_GROUPS))
}

/// The members that rows stand for, in id order.
pub(super) fn read_members(items: &[Item]) -> Result<Vec<Member>, Error> {
    items.iter().map(|item| Ok(MemberRow::from_item(item)?.member)).collect()
}
