//! Members of groups. A membership is two items: the member's row in the group's partition, and the group's id in the
//! [`Memberships`](crate::model::memberships::Memberships) of the member. So each side leads to the other by key.

pub mod read;
pub mod memberships;
pub mod unfinished;
pub mod departure;
pub mod redo_log;

use super::dynamodb::transact::{Condition, Step, Transaction, number, size};
use super::keys;
use crate::model::member::Member;
use crate::model::memberships::MOST_GROUPS;
use crate::store::items::member::REVISION;
use crate::store::items::memberships::{CLOSED, MEMBER_OF};
use crate::store::tenant_part::TenantPart;
use memberships::MembershipItems;
use uuid::Uuid;

/// A group at one of its revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GroupAt {
    pub(super) id: Uuid,
    pub(super) revision: u64,
}

/// The members of a tenant's groups.
#[derive(Debug, Clone, Copy)]
pub struct MemberItems<'a>(pub(in crate::store) &'a TenantPart);

impl MemberItems<'_> {
    /// Adds a member to a group. The condition of [`Step::Member`] fails when the memberships are closed or
    /// [full](crate::model::memberships::Memberships::is_full).
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
        MembershipItems(self.0).update(
            transaction,
            Step::Member,
            ("ADD", group.id, member.id),
            condition,
        );
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
        MembershipItems(self.0).update(transaction, Step::Companion, change, Condition::none());
    }
}
