//! Members of groups. Each is an item in its group's partition, and each employee or group that is a member somewhere has
//! one item that says where: so one side is found from the other by key, and both are read as they were last written.

use super::keys::{self, Key, Kind};
use super::record::id_in_key;
use super::transact::{Condition, Step, Transaction, text};
use super::{Error, Item, TenantStore};
use aws_sdk_dynamodb::types::AttributeValue;
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
    /// Who is away, and does not come back as a member.
    pub forgotten: Vec<Uuid>,
}

impl MemberChanges {
    /// How many it touches.
    pub fn len(&self) -> usize {
        self.joined.len() + self.renamed.len() + self.taken_out().count()
    }

    /// Those who left and those who are forgotten: both are taken out in the same way.
    pub fn taken_out(&self) -> impl Iterator<Item = Uuid> {
        self.left.iter().chain(&self.forgotten).copied()
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

/// Where somebody is a member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memberships {
    /// The groups.
    pub groups: BTreeSet<Uuid>,
    /// The groups that somebody who is absent was in, and joins again on return.
    pub former: BTreeSet<Uuid>,
    /// Whether it is hidden or gone, and cannot become a member.
    pub absent: bool,
}

const TYPE: &str = "type";
const DISPLAY: &str = "display";
/// The name of [`Memberships::groups`] in an item.
const MEMBER_OF: &str = "memberOf";
/// The name of [`Memberships::former`] in an item.
const FORMER_OF: &str = "formerOf";
const ABSENT: &str = "absent";

impl Member {
    /// The attributes of its item beside the keys.
    pub(super) fn attributes(&self) -> Item {
        let mut item = Item::from([(TYPE.to_owned(), text(self.kind.as_str()))]);
        item.extend(self.display.as_ref().map(|display| (DISPLAY.to_owned(), text(display))));
        item
    }

    /// Reads what [`Self::attributes`] wrote.
    pub(super) fn from_attributes(id: Uuid, item: &Item) -> Self {
        let attribute = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        Self {
            id,
            kind: match attribute(TYPE) {
                Some(name) if name == Kind::Group.as_str() => Kind::Group,
                _ => Kind::Employee,
            },
            display: attribute(DISPLAY).cloned(),
        }
    }
}

impl Memberships {
    pub(super) fn from_item(item: &Item) -> Result<Self, Error> {
        let ids = |name: &str| -> Result<BTreeSet<Uuid>, Error> {
            let texts = item.get(name).and_then(|value| value.as_ss().ok());
            let ids = texts.into_iter().flatten().map(|text| Uuid::parse_str(text));
            ids.collect::<Result<_, _>>().map_err(Error::bad_item)
        };
        Ok(Self {
            groups: ids(MEMBER_OF)?,
            former: ids(FORMER_OF)?,
            absent: item.contains_key(ABSENT),
        })
    }

    fn to_item(&self, key: &Key) -> Item {
        let mut item = key.to_item();
        for (name, ids) in [(MEMBER_OF, &self.groups), (FORMER_OF, &self.former)] {
            item.extend((!ids.is_empty()).then(|| (name.to_owned(), set(ids))));
        }
        item.extend(self.absent.then(|| (ABSENT.to_owned(), AttributeValue::Bool(true))));
        item
    }

    /// The item must still be as it was read.
    fn unchanged(&self) -> Condition {
        let mut parts = Vec::new();
        for (name, ids) in [(MEMBER_OF, &self.groups), (FORMER_OF, &self.former)] {
            parts.push(match ids.is_empty() {
                true => format!("attribute_not_exists({name})"),
                false => format!("{name} = :{name}"),
            });
        }
        let absent = if self.absent { "attribute_exists" } else { "attribute_not_exists" };
        parts.push(format!("{absent}({ABSENT})"));
        let mut condition = Condition::expression(&parts.join(" AND "));
        for (name, ids) in [(MEMBER_OF, &self.groups), (FORMER_OF, &self.former)] {
            if !ids.is_empty() {
                condition = condition.with(&format!(":{name}"), set(ids));
            }
        }
        condition
    }
}

/// A set of ids. DynamoDB has no empty ones.
fn set(ids: &BTreeSet<Uuid>) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(Uuid::to_string).collect())
}

impl TenantStore {
    /// Makes somebody a member, unless absent: then [`Step::Member`] is refused.
    pub(super) fn write_joined(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: &Member,
    ) -> Result<(), Error> {
        self.write_member(transaction, group, member)?;
        transaction.update(
            Step::Member,
            &keys::membership(&self.tenant, member.id),
            &format!("ADD {MEMBER_OF} :group DELETE {FORMER_OF} :group"),
            one_group(group),
            Condition::expression(&format!("attribute_not_exists({ABSENT})")),
        )
    }

    /// Writes the item of a member.
    pub(super) fn write_member(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: &Member,
    ) -> Result<(), Error> {
        let mut item = member.attributes();
        item.extend(keys::member(&self.tenant, group, member.id).to_item());
        transaction.put(Step::Companion, item, Condition::none())
    }

    /// Takes a member out.
    pub(super) fn write_left(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: Uuid,
    ) -> Result<(), Error> {
        let key = keys::member(&self.tenant, group, member);
        transaction.delete(Step::Companion, &key, Condition::none())?;
        transaction.update(
            Step::Companion,
            &keys::membership(&self.tenant, member),
            // Who is away, or on the way back, does not come back as a member.
            &format!("DELETE {MEMBER_OF} :group, {FORMER_OF} :group"),
            one_group(group),
            Condition::none(),
        )
    }

    /// Remembers a group for somebody absent.
    pub(super) fn write_former(
        &self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: Uuid,
    ) -> Result<(), Error> {
        transaction.update(
            Step::Companion,
            &keys::membership(&self.tenant, member),
            &format!("ADD {FORMER_OF} :group"),
            one_group(group),
            Condition::none(),
        )
    }

    /// Writes `after` over memberships that must still be as they were read; those that say nothing are removed.
    pub(super) fn replace_memberships(
        &self,
        transaction: &mut Transaction<'_>,
        id: Uuid,
        before: &Memberships,
        after: &Memberships,
    ) -> Result<(), Error> {
        let key = keys::membership(&self.tenant, id);
        if *after == Memberships::default() {
            transaction.delete(Step::Member, &key, before.unchanged())
        } else {
            transaction.put(Step::Member, after.to_item(&key), before.unchanged())
        }
    }
}

fn one_group(group: Uuid) -> Item {
    Item::from([(":group".to_owned(), set(&BTreeSet::from([group])))])
}

/// The members that items stand for, in id order.
pub(super) fn read_members(items: &[Item]) -> Result<Vec<Member>, Error> {
    items.iter().map(|item| Ok(Member::from_attributes(id_in_key(item)?, item))).collect()
}
