//! Memberships: one item for each employee or group that is or was in a group. It decides alone whether somebody can join a
//! group.

use crate::store::dynamodb::read::{Range, SortRange};
use crate::store::dynamodb::transact::{Condition, Step, Transaction};
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::record::id_in_key;
use crate::store::{Error, Item, TenantStore};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The groups that an employee or a group is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memberships {
    /// The groups.
    pub groups: BTreeSet<Uuid>,
    /// Whether the employee or group has left. It joins no group then, and leaves those that it is still in.
    pub is_closed: bool,
}

/// The name of [`Memberships::groups`] in an item.
pub(in crate::store) const MEMBER_OF: &str = "memberOf";
/// The name of [`Memberships::is_closed`] in an item. It stands there when that is so.
pub(in crate::store) const CLOSED: &str = "closed";

/// How many groups somebody can join: one item holds the groups, and 5,000 take 190 KB of its 400.
pub const MOST_GROUPS: usize = 5_000;

impl Memberships {
    /// Whether they can join no other group.
    pub fn is_full(&self) -> bool {
        self.groups.len() >= MOST_GROUPS
    }

    /// The groups, as clients see them.
    pub fn seen(&self) -> impl Iterator<Item = Uuid> {
        self.groups.iter().copied().filter(|_| !self.is_closed)
    }

    pub(in crate::store) fn from_item(item: &Item) -> Result<Self, Error> {
        let texts = item.get(MEMBER_OF).and_then(|value| value.as_ss().ok());
        let ids = texts.into_iter().flatten().map(|text| Uuid::parse_str(text));
        let groups = ids.collect::<Result<_, _>>().map_err(Error::bad_item)?;
        Ok(Self { groups, is_closed: item.contains_key(CLOSED) })
    }

    fn to_item(&self, key: &Key) -> Item {
        let mut item = key.to_item();
        item.extend((!self.groups.is_empty()).then(|| (MEMBER_OF.to_owned(), set(&self.groups))));
        let closed = (CLOSED.to_owned(), AttributeValue::Bool(true));
        item.extend(self.is_closed.then_some(closed));
        item
    }

    /// The item must still be as it was read.
    fn unchanged(&self) -> Condition {
        let closed = match self.is_closed {
            true => format!("attribute_exists({CLOSED})"),
            false => format!("attribute_not_exists({CLOSED})"),
        };
        if self.groups.is_empty() {
            return Condition::expression(&format!(
                "{closed} AND attribute_not_exists({MEMBER_OF})"
            ));
        }
        let condition = Condition::expression(&format!("{closed} AND {MEMBER_OF} = :groups"));
        condition.with(":groups", set(&self.groups))
    }
}

/// The memberships have no group.
pub(in crate::store) fn in_no_group() -> Condition {
    Condition::expression(&format!("attribute_not_exists({MEMBER_OF})"))
}

fn read_memberships(items: &[Item]) -> Result<HashMap<Uuid, Memberships>, Error> {
    items.iter().map(|item| Ok((id_in_key(item)?, Memberships::from_item(item)?))).collect()
}

/// A set of ids. DynamoDB has no empty ones.
pub(in crate::store) fn set(ids: &BTreeSet<Uuid>) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(Uuid::to_string).collect())
}

impl TenantStore {
    /// The memberships of `ids`; those that have none are left out.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_memberships(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Memberships>, Error> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::membership(&self.tenant, *id)).collect();
        read_memberships(&self.store.batch_get(&keys).await?)
    }

    /// The memberships of everybody whose id is between two others, both included: one query for a page, instead of one
    /// read per row. Eventually consistent. `None` when there are more than `most`: deleted employees have some too.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_memberships_between(
        &self,
        first: Uuid,
        last: Uuid,
        most: usize,
    ) -> Result<Option<HashMap<Uuid, Memberships>>, Error> {
        let sort = SortRange::Between(first.to_string(), last.to_string());
        let range = Range::new(&keys::memberships(&self.tenant), sort).eventual().long();
        let items = self.store.query_all(&range, Some(most.saturating_add(1))).await?;
        if items.len() > most {
            return Ok(None);
        }
        read_memberships(&items).map(Some)
    }

    /// Writes `after` over memberships that must still be as they were read.
    pub(in crate::store) fn replace_memberships(
        &self,
        transaction: &mut Transaction<'_>,
        id: Uuid,
        before: &Memberships,
        after: &Memberships,
    ) {
        let key = keys::membership(&self.tenant, id);
        transaction.put(Step::Departure, after.to_item(&key), before.unchanged());
    }

    /// Opens the memberships of somebody who comes back. They must have left all groups.
    pub(in crate::store) fn open_memberships(&self, transaction: &mut Transaction<'_>, id: Uuid) {
        let key = keys::membership(&self.tenant, id);
        transaction.delete(Step::Departure, &key, in_no_group());
    }
}
