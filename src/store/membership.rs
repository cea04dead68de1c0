//! Where somebody is a member: one item for each employee or group that is or was in a group. So whoever comes or goes is
//! decided by one item, and the groups follow.

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys::{self, Key};
use super::record::id_in_key;
use super::{Error, Item, TenantStore};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Where somebody is a member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memberships {
    /// The groups that have them among their members.
    pub groups: BTreeSet<Uuid>,
    /// The groups that they were in when they went, and join when they come back.
    pub former: BTreeSet<Uuid>,
    /// Whether they are here.
    pub presence: Presence,
}

/// Whether somebody is here and can be a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// They are.
    #[default]
    Here,
    /// An employee whom the identity provider deleted, and who may come back.
    Away,
    /// An erased employee, or a deleted group.
    Gone,
}

/// The name of [`Memberships::groups`] in an item.
pub(super) const MEMBER_OF: &str = "memberOf";
/// The name of [`Memberships::former`] in an item.
pub(super) const FORMER_OF: &str = "formerOf";
/// Stands in the item of whoever is not here.
pub(super) const ABSENT: &str = "absent";
/// Stands in the item of whoever is gone, beside [`ABSENT`].
pub(super) const GONE: &str = "gone";

/// How many groups somebody can join. One item holds the groups that they are in and those that they come back to: twice as
/// many take 380 KB of its 400.
pub const MOST_GROUPS: usize = 5_000;

impl Memberships {
    /// Whether the groups have followed: who is here has nothing left to join, who is not has nothing left to leave.
    pub fn is_settled(&self) -> bool {
        match self.presence {
            Presence::Here => self.former.is_empty(),
            Presence::Away => self.groups.is_empty(),
            Presence::Gone => self.groups.is_empty() && self.former.is_empty(),
        }
    }

    /// Whether they can join no other group.
    pub fn is_full(&self) -> bool {
        self.groups.len() >= MOST_GROUPS || self.former.len() >= MOST_GROUPS
    }

    /// The groups as everybody is to see them, whether these have followed or not.
    pub fn seen(&self) -> BTreeSet<Uuid> {
        match self.presence {
            Presence::Here => &self.groups | &self.former,
            Presence::Away | Presence::Gone => BTreeSet::new(),
        }
    }

    pub(super) fn from_item(item: &Item) -> Result<Self, Error> {
        let ids = |name: &str| -> Result<BTreeSet<Uuid>, Error> {
            let texts = item.get(name).and_then(|value| value.as_ss().ok());
            let ids = texts.into_iter().flatten().map(|text| Uuid::parse_str(text));
            ids.collect::<Result<_, _>>().map_err(Error::bad_item)
        };
        Ok(Self {
            groups: ids(MEMBER_OF)?,
            former: ids(FORMER_OF)?,
            presence: match (item.contains_key(ABSENT), item.contains_key(GONE)) {
                (_, true) => Presence::Gone,
                (true, false) => Presence::Away,
                (false, false) => Presence::Here,
            },
        })
    }

    fn to_item(&self, key: &Key) -> Item {
        let mut item = key.to_item();
        for (name, ids) in self.sets() {
            item.extend((!ids.is_empty()).then(|| (name.to_owned(), set(ids))));
        }
        for (name, stands) in self.marks() {
            item.extend(stands.then(|| (name.to_owned(), AttributeValue::Bool(true))));
        }
        item
    }

    /// The item must still be as it was read.
    fn unchanged(&self) -> Condition {
        let sets = self.sets().map(|(name, ids)| match ids.is_empty() {
            true => format!("attribute_not_exists({name})"),
            false => format!("{name} = :{name}"),
        });
        let marks = self.marks().map(|(name, stands)| match stands {
            true => format!("attribute_exists({name})"),
            false => format!("attribute_not_exists({name})"),
        });
        let mut condition = Condition::expression(&[sets, marks].concat().join(" AND "));
        for (name, ids) in self.sets().into_iter().filter(|(_, ids)| !ids.is_empty()) {
            condition = condition.with(&format!(":{name}"), set(ids));
        }
        condition
    }

    fn sets(&self) -> [(&'static str, &BTreeSet<Uuid>); 2] {
        [(MEMBER_OF, &self.groups), (FORMER_OF, &self.former)]
    }

    fn marks(&self) -> [(&'static str, bool); 2] {
        let is_absent = self.presence != Presence::Here;
        [(ABSENT, is_absent), (GONE, self.presence == Presence::Gone)]
    }
}

fn read_memberships(items: &[Item]) -> Result<HashMap<Uuid, Memberships>, Error> {
    items.iter().map(|item| Ok((id_in_key(item)?, Memberships::from_item(item)?))).collect()
}

/// A set of ids. DynamoDB has no empty ones.
pub(super) fn set(ids: &BTreeSet<Uuid>) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(Uuid::to_string).collect())
}

impl TenantStore {
    /// Where each of `ids` is a member; those who are nowhere are left out.
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

    /// Writes `after` over memberships that must still be as they were read; those that say nothing are removed.
    pub(super) fn replace_memberships(
        &self,
        transaction: &mut Transaction<'_>,
        id: Uuid,
        before: &Memberships,
        after: &Memberships,
    ) {
        let key = keys::membership(&self.tenant, id);
        if *after == Memberships::default() {
            transaction.delete(Step::Move, &key, before.unchanged())
        } else {
            transaction.put(Step::Move, after.to_item(&key), before.unchanged())
        }
    }
}
