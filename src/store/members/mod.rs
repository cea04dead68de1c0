//! Members of groups. A membership is two items: the member's row in the group's partition, and the group's id in the
//! [`Memberships`](memberships::Memberships) of the member. So each side leads to the other by key.

pub mod read;
pub mod memberships;
pub mod unfinished;
pub mod departure;
pub mod pending_change;

use super::dynamodb::transact::{Condition, Step, Transaction, number, size, text};
use super::keys;
use super::record::id_in_key;
use crate::model::kind::Kind;
use crate::model::member::Member;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use memberships::{CLOSED, MEMBER_OF, MOST_GROUPS, set};
use std::collections::BTreeSet;
use uuid::Uuid;

const TYPE: &str = "type";
const DISPLAY: &str = "display";
/// The attribute with the revision of the group that wrote a row.
const REVISION: &str = "revision";

/// The row of a member in a group.
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
    /// The attributes of the member's item, without the keys. A user has no `type`, because nearly all members are
    /// users.
    pub(super) fn attributes(&self) -> Item {
        let mut item = Item::new();
        if self.kind == Kind::Group {
            item.insert(TYPE.to_owned(), text(self.kind.as_str()));
        }
        item.extend(self.display.as_ref().map(|display| (DISPLAY.to_owned(), text(display))));
        item
    }

    /// Reads the attributes that [`Self::attributes`] wrote.
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
    /// [`Error::BadItem`] for a row without a revision.
    pub(super) fn from_item(item: &Item) -> Result<Self, Error> {
        let revision = item.get(REVISION).and_then(|value| value.as_n().ok());
        let revision = revision.and_then(|number| number.parse().ok());
        Ok(Self {
            member: Member::from_attributes(id_in_key(item)?, item)?,
            revision: revision.ok_or_else(|| Error::bad_item("a row without a revision"))?,
        })
    }
}

/// The members of a tenant's groups, and the memberships of its records.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a>(pub(in crate::store) &'a TenantPart);

impl Members<'_> {
    /// Adds a member to a group. The condition of [`Step::Member`] fails when the memberships are closed or
    /// [full](memberships::Memberships::is_full).
    pub(super) fn write_joined(
        self,
        transaction: &mut Transaction<'_>,
        group: GroupAt,
        member: &Member,
        row: Condition,
    ) {
        self.write_row(transaction, group, member, row);
        let few = format!("(attribute_not_exists({MEMBER_OF}) OR size({MEMBER_OF}) < :most)");
        let condition = Condition::expression(&format!("attribute_not_exists({CLOSED}) AND {few}"))
            .with(":most", size(MOST_GROUPS));
        self.update_memberships(transaction, Step::Member, ("ADD", group.id, member.id), condition);
    }

    /// Writes the row of a member, under a condition on the present row.
    pub(super) fn write_row(
        self,
        transaction: &mut Transaction<'_>,
        group: GroupAt,
        member: &Member,
        row: Condition,
    ) {
        let mut item = member.attributes();
        item.insert(REVISION.to_owned(), number(group.revision));
        item.extend(keys::member(&self.0.tenant, group.id, member.id).to_item());
        transaction.put(Step::Companion, item, row);
    }

    /// Removes a member from a group.
    pub(super) fn write_left(
        self,
        transaction: &mut Transaction<'_>,
        group: Uuid,
        member: Uuid,
        row: Condition,
    ) {
        let key = keys::member(&self.0.tenant, group, member);
        transaction.delete(Step::Companion, &key, row);
        let change = ("DELETE", group, member);
        self.update_memberships(transaction, Step::Companion, change, Condition::none());
    }

    /// Adds a group to the memberships of a member, or removes the group.
    pub(super) fn update_memberships(
        self,
        transaction: &mut Transaction<'_>,
        step: Step,
        (verb, group, member): (&str, Uuid, Uuid),
        condition: Condition,
    ) {
        let key = keys::membership(&self.0.tenant, member);
        let values = Item::from([(":group".to_owned(), set(&BTreeSet::from([group])))]);
        let change = format!("{verb} {MEMBER_OF} :group");
        transaction.update(step, &key, &change, values, condition);
    }
}
