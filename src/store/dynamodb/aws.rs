//! Implements the port with the AWS SDK, for DynamoDB on AWS or any endpoint that speaks its API.

#[cfg(feature = "local")]
use super::aws_definition::create_table_call;
use super::error::Error;
use super::port::{
    Action, Answered, BatchGetCall, BatchPart, CallFuture, CancellationReason, Consistency,
    DynamoDb, GetCall, Item, QueryCall, QueryPage, TransactWriteCall, Transacted, UpdateCall,
    Updated, Write,
};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    ConsumedCapacity, Delete, DeleteRequest, Get, KeysAndAttributes, Put, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactGetItem, TransactWriteItem, Update, WriteRequest,
};
use std::collections::HashMap;
use std::sync::Arc;

/// One table, reached with the AWS SDK. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AwsTable {
    client: Client,
    name: Arc<str>,
}

impl AwsTable {
    /// The table `name` of `client`.
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: Arc::from(name) }
    }
}

impl DynamoDb for AwsTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        Box::pin(async move {
            let output = self
                .client
                .get_item()
                .table_name(&*self.name)
                .set_key(Some(call.key))
                .consistent_read(call.consistency == Consistency::Strong)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            Ok(Answered { value: output.item, units: units(&output.consumed_capacity) })
        })
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        Box::pin(async move {
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(call.keys))
                .consistent_read(call.consistency == Consistency::Strong)
                .build()
                .map_err(Error::bad_item)?;
            let output = self
                .client
                .batch_get_item()
                .request_items(&*self.name, wanted)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            let units = units(output.consumed_capacity());
            let items = output.responses.into_iter().flatten().flat_map(|(_, found)| found);
            let unprocessed = output.unprocessed_keys.into_iter().flatten();
            let value = BatchPart {
                items: items.collect(),
                unprocessed: unprocessed.flat_map(|(_, keys)| keys.keys).collect(),
            };
            Ok(Answered { value, units })
        })
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        Box::pin(async move {
            let output = self
                .client
                .query()
                .table_name(&*self.name)
                .set_index_name(call.index.map(str::to_owned))
                .key_condition_expression(call.condition)
                .set_expression_attribute_values(Some(call.values))
                .set_limit(call.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                .set_exclusive_start_key(call.start)
                .scan_index_forward(call.forward)
                .consistent_read(call.consistency == Consistency::Strong)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            let units = units(&output.consumed_capacity);
            let items = output.items.unwrap_or_default();
            Ok(Answered { value: QueryPage { items, next: output.last_evaluated_key }, units })
        })
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        Box::pin(async move {
            let get = |key| {
                let get = Get::builder().table_name(&*self.name).set_key(Some(key)).build();
                get.map(|get| TransactGetItem::builder().get(get).build())
            };
            let gets: Result<Vec<_>, _> = keys.into_iter().map(get).collect();
            let output = self
                .client
                .transact_get_items()
                .set_transact_items(Some(gets.map_err(Error::bad_item)?))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            let units = units(output.consumed_capacity());
            let found = output.responses.unwrap_or_default().into_iter();
            Ok(Answered { value: found.filter_map(|response| response.item).collect(), units })
        })
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        Box::pin(async move {
            let writes: Result<Vec<_>, _> =
                call.writes.iter().map(|write| self.write(write)).collect();
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes?))
                .client_request_token(call.token.to_string())
                .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
                .send()
                .await;
            let error = match sent {
                Ok(output) => {
                    let units = units(output.consumed_capacity());
                    return Ok(Answered { value: Transacted::Committed, units });
                }
                Err(error) => error,
            };
            let value = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
                    Transacted::InProgress
                }
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons().iter();
                    let reasons = reasons.map(|reason| CancellationReason {
                        code: reason.code.clone().unwrap_or_default(),
                        item: reason.item.clone(),
                    });
                    Transacted::Cancelled(reasons.collect())
                }
                _ => return Err(error.into()),
            };
            Ok(Answered { value, units: 0.0 })
        })
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "the only writes outside of a transaction: the sync note and signed-out sessions"
    )]
    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        Box::pin(async move {
            let sent = self
                .client
                .update_item()
                .table_name(&*self.name)
                .set_key(Some(call.key))
                .update_expression(call.expression)
                .set_expression_attribute_names((!call.names.is_empty()).then_some(call.names))
                .set_expression_attribute_values((!call.values.is_empty()).then_some(call.values))
                .set_condition_expression(call.condition)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            match sent {
                Ok(output) => {
                    let units = units(&output.consumed_capacity);
                    Ok(Answered { value: Updated::Done, units })
                }
                Err(error) => match error.as_service_error() {
                    Some(service)
                        if service.is_conditional_check_failed_exception()
                            || service.is_transaction_conflict_exception() =>
                    {
                        Ok(Answered { value: Updated::Refused, units: 0.0 })
                    }
                    _ => Err(error.into()),
                },
            }
        })
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        Box::pin(async move {
            let delete = |key| {
                let request = DeleteRequest::builder().set_key(Some(key)).build();
                request.map(|request| WriteRequest::builder().delete_request(request).build())
            };
            let requests: Result<Vec<_>, _> = keys.into_iter().map(delete).collect();
            let requests = requests.map_err(Error::bad_item)?;
            let output = self
                .client
                .batch_write_item()
                .set_request_items(Some(HashMap::from([(self.name.to_string(), requests)])))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            let units = units(output.consumed_capacity());
            let left = output.unprocessed_items.into_iter().flatten().flat_map(|(_, left)| left);
            let keys = left.filter_map(|request| request.delete_request).map(|delete| delete.key);
            Ok(Answered { value: keys.collect(), units })
        })
    }

    #[cfg(feature = "local")]
    fn create_table(&self) -> CallFuture<'_, ()> {
        Box::pin(async move {
            let created = create_table_call(self.client.create_table(), &self.name)?.send().await;
            match created {
                Ok(_) => {}
                Err(error) => match error.as_service_error() {
                    Some(service) if service.is_resource_in_use_exception() => {}
                    _ => return Err(error.into()),
                },
            }
            Ok(Answered { value: (), units: 0.0 })
        })
    }
}

impl AwsTable {
    fn write(&self, write: &Write) -> Result<TransactWriteItem, Error> {
        const ALL_OLD: ReturnValuesOnConditionCheckFailure =
            ReturnValuesOnConditionCheckFailure::AllOld;
        let values = (!write.values.is_empty()).then(|| write.values.clone());
        let condition = write.condition.clone();
        let item = TransactWriteItem::builder();
        Ok(match &write.action {
            Action::Put(put) => {
                let put = Put::builder()
                    .table_name(&*self.name)
                    .set_item(Some(put.clone()))
                    .set_expression_attribute_values(values)
                    .set_condition_expression(condition)
                    .return_values_on_condition_check_failure(ALL_OLD)
                    .build()
                    .map_err(Error::bad_item)?;
                item.put(put).build()
            }
            Action::Delete(key) => {
                let delete = Delete::builder()
                    .table_name(&*self.name)
                    .set_key(Some(key.clone()))
                    .set_expression_attribute_values(values)
                    .set_condition_expression(condition)
                    .return_values_on_condition_check_failure(ALL_OLD)
                    .build()
                    .map_err(Error::bad_item)?;
                item.delete(delete).build()
            }
            Action::Update { key, expression } => {
                let update = Update::builder()
                    .table_name(&*self.name)
                    .set_key(Some(key.clone()))
                    .update_expression(expression)
                    .set_expression_attribute_values(values)
                    .set_condition_expression(condition)
                    .return_values_on_condition_check_failure(ALL_OLD)
                    .build()
                    .map_err(Error::bad_item)?;
                item.update(update).build()
            }
        })
    }
}

/// The capacity units of one table, or of each table of a batch or a transaction.
fn units<'c>(consumed: impl IntoIterator<Item = &'c ConsumedCapacity>) -> f64 {
    consumed.into_iter().filter_map(|table| table.capacity_units).sum()
}
