//! Converts memberships from and to DynamoDB items.

use crate::model::memberships::Memberships;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::Condition;
use crate::store::keys::Key;
use crate::store::record::id_in_key;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The name of [`Memberships::groups`] in an item.
pub(in crate::store) const MEMBER_OF: &str = "memberOf";
/// The name of [`Memberships::is_closed`] in an item. The attribute exists only in closed memberships.
pub(in crate::store) const CLOSED: &str = "closed";

impl Memberships {
    pub(in crate::store) fn from_item(item: &Item) -> Result<Self, Error> {
        let texts = item.get(MEMBER_OF).and_then(|value| value.as_ss().ok());
        let ids = texts.into_iter().flatten().map(|text| Uuid::parse_str(text));
        let groups = ids.collect::<Result<_, _>>().map_err(Error::bad_item)?;
        Ok(Self { groups, is_closed: item.contains_key(CLOSED) })
    }

    pub(in crate::store) fn to_item(&self, key: &Key) -> Item {
        let mut item = key.to_item();
        item.extend((!self.groups.is_empty()).then(|| (MEMBER_OF.to_owned(), set(&self.groups))));
        let closed = (CLOSED.to_owned(), AttributeValue::Bool(true));
        item.extend(self.is_closed.then_some(closed));
        item
    }

    /// The condition that the item is as it was read.
    pub(in crate::store) fn unchanged(&self) -> Condition {
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

/// The condition that the memberships have no group.
pub(in crate::store) fn in_no_group() -> Condition {
    Condition::expression(&format!("attribute_not_exists({MEMBER_OF})"))
}

pub(in crate::store) fn read_memberships(
    items: &[Item],
) -> Result<HashMap<Uuid, Memberships>, Error> {
    items.iter().map(|item| Ok((id_in_key(item)?, Memberships::from_item(item)?))).collect()
}

/// Makes a set of ids. DynamoDB has no empty sets.
pub(in crate::store) fn set(ids: &BTreeSet<Uuid>) -> AttributeValue {
    AttributeValue::Ss(ids.iter().map(Uuid::to_string).collect())
}
