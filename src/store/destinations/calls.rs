//! The count of the calls to destinations that administrators of a tenant start in a minute.

use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::{Item, UpdateCall, Updated};
use crate::store::dynamodb::transact::number;
use crate::store::keys;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// Adds a call to the count of the minute.
const ADD: &str = "SET #calls = #calls + :one";
/// The condition that the count of the minute has room.
const HAS_ROOM: &str = "#minute = :minute AND #calls < :most";
/// Begins the count of another minute.
const BEGIN: &str = "SET #minute = :minute, #calls = :one";
/// The condition that the count is of another minute.
const IS_OF_ANOTHER_MINUTE: &str = "attribute_not_exists(#minute) OR #minute <> :minute";

/// The count of a tenant's calls.
#[derive(Debug, Clone, Copy)]
pub struct CallItems<'a>(pub(in crate::store) &'a TenantPart);

impl CallItems<'_> {
    /// Counts a call in a minute since 1970. `false` when the minute has `most` calls already.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn count(self, minute: i64, most: u64) -> Result<bool, Error> {
        let room = Item::from([(":most".to_owned(), number(most))]);
        let begin = (BEGIN, IS_OF_ANOTHER_MINUTE, Item::new());
        let add = (ADD, HAS_ROOM, room);
        // Another process may begin the minute between the first two updates.
        for (expression, condition, values) in [add.clone(), begin, add] {
            if self.update(expression, condition, values, minute).await? == Updated::Done {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn update(
        self,
        expression: &str,
        condition: &str,
        mut values: Item,
        minute: i64,
    ) -> Result<Updated, Error> {
        values.insert(":one".to_owned(), number(1));
        values.insert(":minute".to_owned(), AttributeValue::N(minute.to_string()));
        // `minute` is a reserved word of DynamoDB.
        let names = [("#minute", "minute"), ("#calls", "calls")];
        let names = names.map(|(name, attribute)| (name.to_owned(), attribute.to_owned()));
        let call = UpdateCall {
            key: keys::calls(&self.0.tenant).to_item(),
            expression: expression.to_owned(),
            names: HashMap::from(names),
            values,
            condition: Some(condition.to_owned()),
        };
        self.0.table.update(call).await
    }
}
