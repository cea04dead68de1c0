//! Converts claims on names from and to DynamoDB items.

use crate::model::claim::Claim;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::{Condition, text};
use crate::store::keys::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

const HOLDER: &str = "holder";
const FORMER: &str = "former";

impl Claim {
    /// Reads a claim item.
    pub(in crate::store) fn from_item(item: &Item) -> Result<Self, Error> {
        let id = |value: &AttributeValue| -> Result<Uuid, Error> {
            let text = value.as_s().map_err(|_| Error::bad_item("a claim's id is no text"))?;
            Uuid::parse_str(text).map_err(Error::bad_item)
        };
        let holder = item.get(HOLDER).map(id).transpose()?;
        let former = item.get(FORMER).and_then(|value| value.as_l().ok());
        let former = former.into_iter().flatten().map(id).collect::<Result<_, _>>()?;
        Ok(Self { holder, former })
    }

    fn former_value(&self) -> AttributeValue {
        AttributeValue::L(self.former.iter().map(|id| text(id.to_string())).collect())
    }

    pub(in crate::store) fn to_item(&self, key: &Key) -> Item {
        let mut item = key.to_item();
        if let Some(holder) = self.holder {
            item.insert(HOLDER.to_owned(), text(holder.to_string()));
        }
        if !self.former.is_empty() {
            item.insert(FORMER.to_owned(), self.former_value());
        }
        item
    }

    /// The condition that the item is as it was read.
    pub(in crate::store) fn unchanged(&self) -> Condition {
        let holder = match self.holder {
            Some(_) => "holder = :holder",
            None => "attribute_not_exists(holder)",
        };
        let former = match self.former.is_empty() {
            true => "attribute_not_exists(former)",
            false => "former = :former",
        };
        let mut condition = Condition::expression(&format!("{holder} AND {former}"));
        if let Some(holder) = self.holder {
            condition = condition.with(":holder", text(holder.to_string()));
        }
        if !self.former.is_empty() {
            condition = condition.with(":former", self.former_value());
        }
        condition
    }
}
