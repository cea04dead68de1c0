//! The calls that all records share: one item, a key range page by page, and many items by key.

use super::error::Error;
use super::port::{
    BatchGetCall, Consistency, GetCall, Item, QueryCall, QueryPage, UpdateCall, Updated,
};
use super::retry::{Attempt, NextAttempt, retry};
use super::usage::{counted_read, counted_write};
use crate::store::dynamodb::table::Table;
use crate::store::keys::{self, Key};
use aws_sdk_dynamodb::types::AttributeValue;

/// The most items of a short page.
const MOST_SHORT: usize = 10;
/// The most keys that one `BatchGetItem` call takes.
const MOST_KEYS_A_BATCH: usize = 100;
/// The most items that one `BatchWriteItem` call takes.
const MOST_DELETES_A_BATCH: usize = 25;

/// A range of sort keys within one partition.
#[derive(Debug, Clone)]
pub(in crate::store) enum SortRange {
    /// All sort keys.
    All,
    /// The sort keys that start with a prefix.
    Prefix(String),
    /// The sort keys from a key on, itself included.
    From(String),
    /// The sort keys between two keys, both included.
    Between(String, String),
}

/// A range of sort keys of one partition. By default, reads are in ascending order and strongly consistent.
#[derive(Debug, Clone)]
pub(in crate::store) struct Range {
    partition: String,
    sort: SortRange,
    forward: bool,
    consistency: Consistency,
    is_long: bool,
}

impl Range {
    /// Makes a range of a partition.
    pub(in crate::store) fn new(partition: &str, sort: SortRange) -> Self {
        let partition = partition.to_owned();
        Self { partition, sort, forward: true, consistency: Consistency::Strong, is_long: false }
    }

    /// Makes a range of a whole partition.
    pub(in crate::store) fn all(partition: &str) -> Self {
        Self::new(partition, SortRange::All)
    }

    /// The same range from its end to its start.
    pub(in crate::store) fn backwards(self) -> Self {
        Self { forward: false, ..self }
    }

    /// The same range, read eventually consistently.
    pub(in crate::store) fn eventual(self) -> Self {
        Self { consistency: Consistency::Eventual, ..self }
    }

    /// The same range, with pages of up to 1 MB each.
    pub(in crate::store) fn long(self) -> Self {
        Self { is_long: true, ..self }
    }

    /// The same range, long if it has to give more than 10 items.
    pub(in crate::store) fn for_items(self, items: usize) -> Self {
        if items > MOST_SHORT { self.long() } else { self }
    }

    fn call(&self, limit: Option<usize>, start: Option<Item>) -> QueryCall {
        let mut values = Item::from([text_value(":partition", &self.partition)]);
        let condition = match &self.sort {
            SortRange::All => "PK = :partition",
            SortRange::Prefix(prefix) => {
                values.extend([text_value(":low", prefix)]);
                "PK = :partition AND begins_with(SK, :low)"
            }
            SortRange::From(low) => {
                values.extend([text_value(":low", low)]);
                "PK = :partition AND SK >= :low"
            }
            SortRange::Between(low, high) => {
                values.extend([text_value(":low", low), text_value(":high", high)]);
                "PK = :partition AND SK BETWEEN :low AND :high"
            }
        };
        QueryCall {
            index: None,
            condition: condition.to_owned(),
            values,
            limit,
            start,
            forward: self.forward,
            consistency: self.consistency,
            is_long: self.is_long,
        }
    }
}

fn text_value(name: &str, text: &str) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::S(text.to_owned()))
}

impl Table {
    /// Gets the item with this key.
    pub(in crate::store) async fn get(&self, key: &Key) -> Result<Option<Item>, Error> {
        let call = GetCall { key: key.to_item(), consistency: Consistency::Strong };
        counted_read(self.db.get(call)).await
    }

    /// Gets the items with these keys, all as they were at one instant. The result leaves out keys without an item.
    ///
    /// The function retries while one of the items is being written by a transaction, because the SDK does not.
    pub(in crate::store) async fn get_at_once(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        retry!({
            let keys = keys.iter().map(Key::to_item).collect();
            match counted_read(self.db.transact_get(keys)).await {
                Ok(items) => Ok(Attempt::Done(items)),
                Err(Error::Conflict(_)) => Ok(Attempt::Again(NextAttempt::AfterPause)),
                Err(error) => Err(error),
            }
        })
    }

    /// Reads one page of a key range: at most `limit` items, or fewer when they fill 1 MB.
    pub(in crate::store) async fn query_page(
        &self,
        range: &Range,
        limit: Option<usize>,
        start: Option<Item>,
    ) -> Result<QueryPage, Error> {
        counted_read(self.db.query(range.call(limit, start))).await
    }

    /// Reads a whole key range, or its first `most` items.
    pub(in crate::store) async fn query_all(
        &self,
        range: &Range,
        most: Option<usize>,
    ) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let limit = most.map(|most| most.saturating_sub(items.len()));
            if limit == Some(0) {
                return Ok(items);
            }
            let page = self.query_page(range, limit, start).await?;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// Reads the keys that the index of addresses has under one value, or the first `most` keys. An index follows the
    /// table with a short delay.
    pub(in crate::store) async fn query_email_index(
        &self,
        value: &str,
        most: Option<usize>,
    ) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let limit = most.map(|most| most.saturating_sub(items.len()));
            if limit == Some(0) {
                return Ok(items);
            }
            let call = QueryCall {
                index: Some(keys::EMAIL_INDEX),
                condition: "emailKey = :value".to_owned(),
                values: Item::from([text_value(":value", value)]),
                limit,
                start,
                forward: true,
                consistency: Consistency::Eventual,
                is_long: false,
            };
            let page = counted_read(self.db.query(call)).await?;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// Reads one page of the index of standings: the entries under one value before or after a position.
    pub(in crate::store) async fn query_standing_index(
        &self,
        value: &str,
        is_ascending: bool,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<QueryPage, Error> {
        let condition = match is_ascending {
            true => "standing = :value AND standingKey > :edge",
            false => "standing = :value AND standingKey < :edge",
        };
        let edge = after.unwrap_or(keys::standing_edge(is_ascending));
        let call = QueryCall {
            index: Some(keys::STANDING_INDEX),
            condition: condition.to_owned(),
            values: Item::from([text_value(":value", value), text_value(":edge", edge)]),
            limit,
            start: None,
            forward: is_ascending,
            consistency: Consistency::Eventual,
            is_long: limit.is_none_or(|limit| limit > MOST_SHORT),
        };
        counted_read(self.db.query(call)).await
    }

    /// Gets the items with these keys, in no particular order. The result leaves out keys without an item. Without
    /// keys, there is no call.
    pub(in crate::store) async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        if let [key] = keys {
            return Ok(self.get(key).await?.into_iter().collect());
        }
        let mut items = Vec::new();
        for chunk in keys.chunks(MOST_KEYS_A_BATCH) {
            let mut wanted: Vec<Item> = chunk.iter().map(Key::to_item).collect();
            retry!({
                let keys = std::mem::take(&mut wanted);
                let call = BatchGetCall { keys, consistency: Consistency::Strong };
                let part = counted_read(self.db.batch_get(call)).await?;
                items.extend(part.items);
                wanted = part.unprocessed;
                Ok::<_, Error>(Attempt::done_if(wanted.is_empty()))
            })?;
        }
        Ok(items)
    }

    /// Changes one item outside of a transaction.
    ///
    /// The function retries while the item is being written by a transaction, because the SDK does not.
    pub(in crate::store) async fn update(&self, call: UpdateCall) -> Result<Updated, Error> {
        retry!({
            match counted_write(self.db.update(call.clone())).await {
                Ok(updated) => Ok(Attempt::Done(updated)),
                Err(Error::Conflict(_)) => Ok(Attempt::Again(NextAttempt::AfterPause)),
                Err(error) => Err(error),
            }
        })
    }

    /// Removes items. The caller passes whole items or their keys.
    pub(in crate::store) async fn batch_delete(&self, items: &[Item]) -> Result<(), Error> {
        for chunk in items.chunks(MOST_DELETES_A_BATCH) {
            let mut wanted: Vec<Item> = chunk.iter().map(keys::key_of_item).collect();
            retry!({
                let items = std::mem::take(&mut wanted);
                wanted = counted_write(self.db.batch_delete(items)).await?;
                Ok::<_, Error>(Attempt::done_if(wanted.is_empty()))
            })?;
        }
        Ok(())
    }
}
