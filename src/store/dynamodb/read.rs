//! The reads all entities share: one item, a key range page by page, many items by key. All strongly consistent
//! unless an index makes that impossible.

use super::retry::Pauses;
use super::usage::counted;
use crate::store::keys::{self, Key};
use crate::store::{Error, Item, Store};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, Get, KeysAndAttributes, ReturnConsumedCapacity, TransactGetItem,
};
use std::collections::HashMap;

/// The most keys one `BatchGetItem` call takes.
const MOST_KEYS_A_BATCH: usize = 100;

/// A range of sort keys within one partition.
#[derive(Debug, Clone)]
pub(in crate::store) enum SortRange {
    /// All of them.
    All,
    /// Those that start with a prefix.
    Prefix(String),
    /// From one on.
    From(String),
    /// From one to another, both included.
    Between(String, String),
}

/// One page of a key range.
#[derive(Debug, Default)]
pub(in crate::store) struct ItemPage {
    /// The items, in key order.
    pub items: Vec<Item>,
    /// Where to go on; `None` at the end.
    pub next: Option<Item>,
}

impl Store {
    /// The item with this key.
    pub(in crate::store) async fn get(&self, key: &Key) -> Result<Option<Item>, Error> {
        let call = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key.to_item()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send();
        Ok(counted(call).await?.item)
    }

    /// The items with these keys, all as they were at one instant; keys without an item are left out.
    pub(in crate::store) async fn get_at_once(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let gets: Result<Vec<TransactGetItem>, Error> = keys
            .iter()
            .map(|key| {
                let get = Get::builder()
                    .table_name(&*self.table)
                    .set_key(Some(key.to_item()))
                    .build()
                    .map_err(Error::bad_item)?;
                Ok(TransactGetItem::builder().get(get).build())
            })
            .collect();
        let call = self
            .client
            .transact_get_items()
            .set_transact_items(Some(gets?))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send();
        let responses = counted(call).await?.responses.unwrap_or_default();
        Ok(responses.into_iter().filter_map(|response| response.item).collect())
    }

    /// One page of a key range: at most `limit` items, fewer when they fill a megabyte.
    pub(in crate::store) async fn query_page(
        &self,
        partition: &str,
        range: &SortRange,
        limit: Option<usize>,
        start: Option<Item>,
    ) -> Result<ItemPage, Error> {
        send(self.query(partition, range, limit, start)).await
    }

    /// One page of a key range from its end, or from before an item: at most `limit` items, fewer when they fill a
    /// megabyte.
    pub(in crate::store) async fn query_page_backwards(
        &self,
        partition: &str,
        range: &SortRange,
        limit: usize,
        start: Option<Item>,
    ) -> Result<ItemPage, Error> {
        send(self.query(partition, range, Some(limit), start).scan_index_forward(false)).await
    }

    fn query(
        &self,
        partition: &str,
        range: &SortRange,
        limit: Option<usize>,
        start: Option<Item>,
    ) -> QueryFluentBuilder {
        let query = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .set_exclusive_start_key(start);
        match range {
            SortRange::All => query.key_condition_expression("PK = :partition"),
            SortRange::Prefix(prefix) => query
                .key_condition_expression("PK = :partition AND begins_with(SK, :low)")
                .expression_attribute_values(":low", AttributeValue::S(prefix.clone())),
            SortRange::From(low) => query
                .key_condition_expression("PK = :partition AND SK >= :low")
                .expression_attribute_values(":low", AttributeValue::S(low.clone())),
            SortRange::Between(low, high) => query
                .key_condition_expression("PK = :partition AND SK BETWEEN :low AND :high")
                .expression_attribute_values(":low", AttributeValue::S(low.clone()))
                .expression_attribute_values(":high", AttributeValue::S(high.clone())),
        }
    }

    /// A whole key range, or its first `most` items.
    pub(in crate::store) async fn query_all(
        &self,
        partition: &str,
        range: &SortRange,
        most: Option<usize>,
    ) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let limit = most.map(|most| most.saturating_sub(items.len()));
            if limit == Some(0) {
                return Ok(items);
            }
            let page = self.query_page(partition, range, limit, start).await?;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// The keys the index of addresses has under one value. An index follows the table with a short delay.
    pub(in crate::store) async fn query_email_index(
        &self,
        value: &str,
    ) -> Result<Vec<Item>, Error> {
        let condition = "emailKey = :value";
        let values = [(":value", value)];
        self.query_index(keys::EMAIL_INDEX, condition, &values).await
    }

    /// The keys the index of changes has for a day, from a time of that day on.
    pub(in crate::store) async fn query_change_index(
        &self,
        day: &str,
        from: &str,
    ) -> Result<Vec<Item>, Error> {
        let condition = "changeDay = :day AND changeAt >= :from";
        let values = [(":day", day), (":from", from)];
        self.query_index(keys::CHANGE_INDEX, condition, &values).await
    }

    async fn query_index(
        &self,
        index: &str,
        condition: &str,
        values: &[(&str, &str)],
    ) -> Result<Vec<Item>, Error> {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned())));
        let values: Item = values.collect();
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let call = self
                .client
                .query()
                .table_name(&*self.table)
                .index_name(index)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .key_condition_expression(condition)
                .set_expression_attribute_values(Some(values.clone()))
                .set_exclusive_start_key(start)
                .send();
            let output = counted(call).await?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// The items with these keys, in no particular order; keys without an item are left out.
    pub(in crate::store) async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for chunk in keys.chunks(MOST_KEYS_A_BATCH) {
            let keys = chunk.iter().map(Key::to_item).collect();
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build()
                .map_err(Error::bad_item)?;
            let mut wanted = HashMap::from([(self.table.to_string(), wanted)]);
            let mut pauses = Pauses::new();
            loop {
                let call = self
                    .client
                    .batch_get_item()
                    .set_request_items(Some(wanted))
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send();
                let output = counted(call).await?;
                items.extend(output.responses.into_iter().flatten().flat_map(|(_, found)| found));
                // What did not fit into 16 MB or was throttled comes back to be asked for again.
                wanted = output.unprocessed_keys.unwrap_or_default();
                if wanted.is_empty() {
                    break;
                }
                pauses.pause().await?;
            }
        }
        Ok(items)
    }
}

async fn send(query: QueryFluentBuilder) -> Result<ItemPage, Error> {
    let output = counted(query.send()).await?;
    Ok(ItemPage { items: output.items.unwrap_or_default(), next: output.last_evaluated_key })
}
