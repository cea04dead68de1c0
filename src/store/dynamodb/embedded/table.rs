//! Implements the port with the embedded engine's own typed calls, without a client, JSON text or a socket between.
//!
//! Short reads run on the calling thread, and take a few tens of microseconds each. Writes and long reads run on other
//! threads.

use super::convert::{failure, item, no_answer, stored, units};
use super::definition::create_table_request;
use super::engine::Engine;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::{
    Action, Answered, BatchGetCall, BatchPart, CallFuture, CancellationReason, Consistency,
    DynamoDb, GetCall, Item, QueryCall, QueryPage, TransactWriteCall, Transacted, UpdateCall,
    Updated, Write,
};
use dynoxide::actions::batch_get_item::{BatchGetItemRequest, KeysAndAttributes};
use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, DeleteRequest, WriteRequest};
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::transact_get_items::{
    TransactGet, TransactGetItem, TransactGetItemsRequest,
};
use dynoxide::actions::transact_write_items::{
    TransactDelete, TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsRequest,
};
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::errors::DynoxideError;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::task::coop::consume_budget;

/// One table of the embedded engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EmbeddedTable {
    engine: Engine,
    name: Arc<str>,
}

impl EmbeddedTable {
    /// The table `name` of `engine`.
    pub fn new(engine: Engine, name: &str) -> Self {
        Self { engine, name: Arc::from(name) }
    }

    fn name(&self) -> String {
        self.name.to_string()
    }
}

/// Requests the consumed capacity of table and indexes.
fn total() -> Option<String> {
    Some("TOTAL".to_owned())
}

impl DynamoDb for EmbeddedTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        let request = GetItemRequest {
            table_name: self.name(),
            key: stored(call.key),
            consistent_read: Some(call.consistency == Consistency::Strong),
            return_consumed_capacity: total(),
            ..GetItemRequest::default()
        };
        Box::pin(async move {
            consume_budget().await;
            let answer = self.engine.read(|database| database.get_item(request));
            let answer = answer.map_err(failure)?;
            let units = units(&answer.consumed_capacity);
            Ok(Answered { value: answer.item.map(item), units })
        })
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        let wanted = KeysAndAttributes {
            keys: call.keys.into_iter().map(stored).collect(),
            consistent_read: Some(call.consistency == Consistency::Strong),
            ..KeysAndAttributes::default()
        };
        let request = BatchGetItemRequest {
            request_items: HashMap::from([(self.name(), wanted)]),
            return_consumed_capacity: total(),
        };
        Box::pin(async move {
            consume_budget().await;
            let answer = self.engine.read(|database| database.batch_get_item(request));
            let answer = answer.map_err(failure)?;
            let units = units(answer.consumed_capacity.iter().flatten());
            let mut unprocessed = Vec::new();
            for keys in answer.unprocessed_keys.into_values() {
                let left: KeysAndAttributes =
                    serde_json::from_value(keys).map_err(Error::bad_item)?;
                unprocessed.extend(left.keys.into_iter().map(item));
            }
            let items = answer.responses.into_values().flatten().map(item).collect();
            Ok(Answered { value: BatchPart { items, unprocessed }, units })
        })
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        let is_long = call.is_long;
        let request = QueryRequest {
            table_name: self.name(),
            key_condition_expression: Some(call.condition),
            expression_attribute_values: Some(stored(call.values)),
            scan_index_forward: call.forward,
            limit: call.limit,
            exclusive_start_key: call.start.map(stored),
            consistent_read: Some(call.consistency == Consistency::Strong),
            index_name: call.index.map(str::to_owned),
            return_consumed_capacity: total(),
            ..QueryRequest::default()
        };
        let run = |database: &dynoxide::Database| {
            let answer = database.query(request).map_err(failure)?;
            let units = units(&answer.consumed_capacity);
            let items = answer.items.into_iter().flatten().map(item).collect();
            let next = answer.last_evaluated_key.map(item);
            Ok(Answered { value: QueryPage { items, next }, units })
        };
        Box::pin(async move {
            if is_long {
                return self.engine.read_apart(run).await.unwrap_or_else(|| Err(no_answer()));
            }
            consume_budget().await;
            self.engine.read(run)
        })
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        let get = |key| TransactGetItem {
            get: TransactGet {
                table_name: self.name(),
                key: stored(key),
                ..TransactGet::default()
            },
        };
        let request = TransactGetItemsRequest {
            transact_items: keys.into_iter().map(get).collect(),
            return_consumed_capacity: total(),
        };
        Box::pin(async move {
            // The read runs among the writes, so that no write of this process comes between two of the items.
            let answer = self.engine.write(|database| database.transact_get_items(request)).await;
            let answer = answer.ok_or_else(no_answer)?.map_err(failure)?;
            let units = units(answer.consumed_capacity.iter().flatten());
            let items = answer.responses.into_iter().filter_map(|response| response.item);
            Ok(Answered { value: items.map(item).collect(), units })
        })
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        // The call has no client request token, because no call is sent twice in process. With a token, the engine
        // would walk all tokens of the last 10 minutes at each transaction.
        let request = TransactWriteItemsRequest {
            transact_items: call.writes.iter().map(|write| self.write(write.clone())).collect(),
            return_consumed_capacity: Some("INDEXES".to_owned()),
            ..TransactWriteItemsRequest::default()
        };
        Box::pin(async move {
            let answer = self.engine.write(|database| database.transact_write_items(request)).await;
            match answer.ok_or_else(no_answer)? {
                Ok(answer) => {
                    let units = units(answer.consumed_capacity.iter().flatten());
                    Ok(Answered { value: Transacted::Committed, units })
                }
                Err(DynoxideError::TransactionCanceledException(_, reasons)) => {
                    let reasons = reasons.into_iter().map(|reason| CancellationReason {
                        code: reason.code,
                        item: reason.item.map(item),
                    });
                    Ok(Answered { value: Transacted::Cancelled(reasons.collect()), units: 0.0 })
                }
                Err(other) => Err(failure(other)),
            }
        })
    }

    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        let request = UpdateItemRequest {
            table_name: self.name(),
            key: stored(call.key),
            update_expression: Some(call.expression),
            condition_expression: call.condition,
            expression_attribute_names: (!call.names.is_empty()).then_some(call.names),
            expression_attribute_values: (!call.values.is_empty()).then(|| stored(call.values)),
            return_consumed_capacity: total(),
            ..UpdateItemRequest::default()
        };
        Box::pin(async move {
            let answer = self.engine.write(|database| database.update_item(request)).await;
            match answer.ok_or_else(no_answer)? {
                Ok(answer) => {
                    let units = units(&answer.consumed_capacity);
                    Ok(Answered { value: Updated::Done, units })
                }
                Err(DynoxideError::ConditionalCheckFailedException(..)) => {
                    Ok(Answered { value: Updated::Refused, units: 0.0 })
                }
                Err(other) => Err(failure(other)),
            }
        })
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        let delete = |key| WriteRequest {
            delete_request: Some(DeleteRequest { key: stored(key) }),
            ..WriteRequest::default()
        };
        let request = BatchWriteItemRequest {
            request_items: HashMap::from([(self.name(), keys.into_iter().map(delete).collect())]),
            return_consumed_capacity: total(),
            ..BatchWriteItemRequest::default()
        };
        Box::pin(async move {
            let answer = self.engine.write(|database| database.batch_write_item(request)).await;
            let answer = answer.ok_or_else(no_answer)?.map_err(failure)?;
            let units = units(answer.consumed_capacity.iter().flatten());
            let mut left = Vec::new();
            for requests in answer.unprocessed_items.into_values() {
                let requests: Vec<WriteRequest> =
                    serde_json::from_value(requests).map_err(Error::bad_item)?;
                let deletes = requests.into_iter().filter_map(|request| request.delete_request);
                left.extend(deletes.map(|delete| item(delete.key)));
            }
            Ok(Answered { value: left, units })
        })
    }

    fn create_table(&self) -> CallFuture<'_, ()> {
        Box::pin(async move {
            let request = serde_json::from_value(create_table_request(&self.name))
                .map_err(Error::bad_item)?;
            let answer = self.engine.write(|database| database.create_table(request)).await;
            match answer.ok_or_else(no_answer)? {
                Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {
                    Ok(Answered { value: (), units: 0.0 })
                }
                Err(other) => Err(failure(other)),
            }
        })
    }
}

impl EmbeddedTable {
    fn write(&self, Write { action, condition, values }: Write) -> TransactWriteItem {
        let table_name = self.name();
        let expression_attribute_values = (!values.is_empty()).then(|| stored(values));
        let return_values_on_condition_check_failure = Some("ALL_OLD".to_owned());
        let mut item = TransactWriteItem::default();
        match action {
            Action::Put(put) => {
                item.put = Some(TransactPut {
                    table_name,
                    item: stored(put),
                    condition_expression: condition,
                    expression_attribute_values,
                    return_values_on_condition_check_failure,
                    ..TransactPut::default()
                });
            }
            Action::Delete(key) => {
                item.delete = Some(TransactDelete {
                    table_name,
                    key: stored(key),
                    condition_expression: condition,
                    expression_attribute_values,
                    return_values_on_condition_check_failure,
                    ..TransactDelete::default()
                });
            }
            Action::Update { key, expression } => {
                item.update = Some(TransactUpdate {
                    table_name,
                    key: stored(key),
                    update_expression: expression,
                    condition_expression: condition,
                    expression_attribute_values,
                    return_values_on_condition_check_failure,
                    ..TransactUpdate::default()
                });
            }
        }
        item
    }
}
