//! Memberships: one item for each employee or group that is or was in a group. This item alone decides whether the
//! employee or group can join a group.

use crate::model::memberships::Memberships;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::items::memberships::{MEMBER_OF, in_no_group, read_memberships, set};
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::tenant_part::TenantPart;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The memberships of a tenant's records.
#[derive(Debug, Clone, Copy)]
pub struct MembershipItems<'a>(pub(in crate::store) &'a TenantPart);

impl MembershipItems<'_> {
    /// Gets the memberships of `ids`. The result leaves out ids without memberships.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, ids: &[Uuid]) -> Result<HashMap<Uuid, Memberships>, Error> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::membership(&self.0.tenant, *id)).collect();
        read_memberships(&self.0.table.batch_get(&keys).await?)
    }

    /// Lists the memberships of all ids between two ids, both included. A page needs one query, instead of one read for
    /// each row. The read is eventually consistent. `None` when there are more than `most`: deleted employees also have
    /// memberships.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_between(
        self,
        first: Uuid,
        last: Uuid,
        most: usize,
    ) -> Result<Option<HashMap<Uuid, Memberships>>, Error> {
        let sort = SortRange::Between(first.to_string(), last.to_string());
        let range = Range::new(&keys::memberships(&self.0.tenant), sort).eventual().long();
        let items = self.0.table.query_all(&range, Some(most.saturating_add(1))).await?;
        if items.len() > most {
            return Ok(None);
        }
        read_memberships(&items).map(Some)
    }

    /// Replaces memberships, on the condition that the item is as it was read.
    pub(in crate::store) fn replace(
        self,
        transaction: &mut Transaction<'_>,
        id: Uuid,
        before: &Memberships,
        after: &Memberships,
    ) {
        let key = keys::membership(&self.0.tenant, id);
        transaction.put(Step::Departure, after.to_item(&key), before.unchanged());
    }

    /// Opens the memberships of an employee that returns. The transaction removes the item, on the condition that the
    /// item has no group.
    pub(in crate::store) fn open(self, transaction: &mut Transaction<'_>, id: Uuid) {
        let key = keys::membership(&self.0.tenant, id);
        transaction.delete(Step::Departure, &key, in_no_group());
    }

    /// Adds a group to the memberships of a member, or removes the group.
    pub(in crate::store) fn update(
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
