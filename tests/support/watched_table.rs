//! The table under a test. A recorder keeps every call that reaches the engine, with its consumed capacity. A test can
//! make calls fail as they fail on a throttled, slow or contended DynamoDB.
//!
//! [`WatchedTable`] watches the store's port, in front of the embedded engine. `support/sdk.rs` watches the AWS SDK's
//! HTTP requests instead, with the same recorder and the same faults.

use super::faults::{Fault, Faults, Recorder};
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::store::Error;
use rollcall::store::dynamodb::embedded::{EmbeddedTable, Engine};
use rollcall::store::dynamodb::port::{
    Action, Answered, BatchGetCall, BatchPart, CallFuture, CancellationReason, Consistency,
    DynamoDb, GetCall, Item, QueryCall, QueryPage, TransactWriteCall, Transacted, UpdateCall,
    Updated, Write,
};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A table of the embedded engine in memory, with a recorder in front of it.
#[derive(Debug, Clone)]
pub struct WatchedTable {
    engine: Engine,
    table: EmbeddedTable,
    recorder: Recorder,
}

impl WatchedTable {
    /// A table on a new engine, and the means to watch it. The table is not created yet.
    pub fn new(name: &str) -> (Self, Faults) {
        Self::on(Engine::in_memory().expect("an engine"), name)
    }

    /// Writes all data into a new file.
    pub fn copy_to(&self, file: &Path) {
        self.engine.copy_to(file).expect("a copy");
    }

    /// A watched table on a new engine, with the data of the copy in `file`. The copied table's
    /// faults, `of`, list the partitions that have items.
    pub fn copied_from(file: &Path, name: &str, of: &Faults) -> (Self, Faults) {
        let (table, faults) = Self::on(Engine::copied_from(file).expect("a copy"), name);
        for partition in of.written_partitions() {
            table.recorder.note_partition(&partition);
        }
        (table, faults)
    }

    fn on(engine: Engine, name: &str) -> (Self, Faults) {
        let recorder = Recorder::default();
        let faults = Faults::of(recorder.clone());
        (Self { table: EmbeddedTable::new(engine.clone(), name), engine, recorder }, faults)
    }

    fn note_partition(&self, key: &Item) {
        if let Some(AttributeValue::S(partition)) = key.get("PK") {
            self.recorder.note_partition(partition);
        }
    }

    async fn watch<T>(
        &self,
        operation: &str,
        request: impl FnOnce() -> Value + Send + 'static,
        call: CallFuture<'_, T>,
        cancelled: impl FnOnce(&Value) -> Option<T>,
        is_done: impl FnOnce(&T) -> bool,
    ) -> Result<Answered<T>, Error> {
        let fault = self.recorder.next(operation);
        let begun = self.recorder.tick();
        // Concurrent calls all begin before one of them ends, as on a network.
        tokio::task::yield_now().await;
        let cut = || Err(Error::Unavailable("the connection was cut".into()));
        match &fault {
            Some(Fault::Error { status, body }) => {
                let body: Value = serde_json::from_str(body).expect("JSON");
                let code = body["__type"].as_str().and_then(|name| name.rsplit('#').next());
                return match cancelled(&body) {
                    Some(value) => Ok(Answered { value, units: 0.0 }),
                    None => {
                        let code = code.unwrap_or_default();
                        Err(Error::classify(code, Some(*status), body.to_string().into()))
                    }
                };
            }
            Some(Fault::Cut) => return cut(),
            Some(Fault::Silence) => std::future::pending().await,
            Some(Fault::Held(let_go)) => let_go.notified().await,
            Some(Fault::CutAfter | Fault::Spared | Fault::Late(_)) | None => {}
        }
        let answer = call.await;
        let (succeeded, units) = match &answer {
            Ok(Answered { value, units }) => (is_done(value), *units),
            Err(_) => (false, 0.0),
        };
        self.recorder.record(operation, request, (succeeded, units), begun);
        match fault {
            Some(Fault::CutAfter) => cut(),
            Some(Fault::Late(let_go)) => {
                let_go.notified().await;
                answer
            }
            _ => answer,
        }
    }
}

/// The outcome of a transaction that meets a planned error. `None` for an error that is no outcome of a transaction.
fn cancelled_transaction(body: &Value) -> Option<Transacted> {
    let code = body["__type"].as_str()?.rsplit('#').next()?;
    match code {
        "TransactionInProgressException" => Some(Transacted::InProgress),
        "TransactionCanceledException" => {
            let reasons = body["CancellationReasons"].as_array()?.iter();
            let reasons = reasons.map(|reason| CancellationReason {
                code: reason["Code"].as_str().unwrap_or_default().to_owned(),
                item: None,
            });
            Some(Transacted::Cancelled(reasons.collect()))
        }
        _ => None,
    }
}

impl DynamoDb for WatchedTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        let seen = call.clone();
        let request =
            move || json!({"Key": item(&seen.key), "ConsistentRead": strong(seen.consistency)});
        let call = self.table.get(call);
        Box::pin(self.watch("GetItem", request, call, |_| None, |_| true))
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        let seen = call.clone();
        let request = move || {
            let keys: Vec<Value> = seen.keys.iter().map(item).collect();
            json!({"RequestItems": {"table": {"Keys": keys, "ConsistentRead": strong(seen.consistency)}}})
        };
        let call = self.table.batch_get(call);
        Box::pin(self.watch("BatchGetItem", request, call, |_| None, |_| true))
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        let seen = call.clone();
        let request = move || {
            json!({
                "IndexName": seen.index,
                "KeyConditionExpression": seen.condition,
                "ExpressionAttributeValues": item(&seen.values),
                "Limit": seen.limit,
                "ConsistentRead": strong(seen.consistency),
            })
        };
        let call = self.table.query(call);
        Box::pin(self.watch("Query", request, call, |_| None, |_| true))
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        let seen = keys.clone();
        let request = move || {
            let gets = seen.iter().map(|key| json!({"Get": {"Key": item(key)}}));
            json!({"TransactItems": gets.collect::<Vec<Value>>()})
        };
        let call = self.table.transact_get(keys);
        Box::pin(self.watch("TransactGetItems", request, call, |_| None, |_| true))
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        for write in &call.writes {
            match &write.action {
                Action::Put(key) | Action::Update { key, .. } => self.note_partition(key),
                Action::Delete(_) => {}
            }
        }
        let seen = call.clone();
        let request = move || {
            let writes = seen.writes.iter().map(write);
            json!({"TransactItems": writes.collect::<Vec<Value>>()})
        };
        let is_done = |end: &Transacted| matches!(end, Transacted::Committed);
        let call = self.table.transact_write(call);
        Box::pin(self.watch("TransactWriteItems", request, call, cancelled_transaction, is_done))
    }

    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        self.note_partition(&call.key);
        let seen = call.clone();
        let request = move || json!({"Key": item(&seen.key), "UpdateExpression": seen.expression});
        let is_done = |end: &Updated| *end == Updated::Done;
        let call = self.table.update(call);
        Box::pin(self.watch("UpdateItem", request, call, |_| None, is_done))
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        let seen = keys.clone();
        let request = move || {
            let deletes = seen.iter().map(|key| json!({"DeleteRequest": {"Key": item(key)}}));
            json!({"RequestItems": {"table": deletes.collect::<Vec<Value>>()}})
        };
        let call = self.table.batch_delete(keys);
        Box::pin(self.watch("BatchWriteItem", request, call, |_| None, |_| true))
    }

    fn create_table(&self) -> CallFuture<'_, ()> {
        let call = self.table.create_table();
        Box::pin(self.watch("CreateTable", || json!({}), call, |_| None, |_| true))
    }
}

fn strong(consistency: Consistency) -> bool {
    consistency == Consistency::Strong
}

fn write(write: &Write) -> Value {
    let condition = &write.condition;
    match &write.action {
        Action::Put(put) => json!({"Put": {"Item": item(put), "ConditionExpression": condition}}),
        Action::Delete(key) => {
            json!({"Delete": {"Key": item(key), "ConditionExpression": condition}})
        }
        Action::Update { key, expression } => json!({"Update": {
            "Key": item(key), "UpdateExpression": expression, "ConditionExpression": condition,
        }}),
    }
}

/// An item in the JSON of the DynamoDB API.
pub fn item(item: &Item) -> Value {
    let members = item.iter().map(|(name, value)| (name.clone(), attribute(value)));
    Value::Object(members.collect::<Map<String, Value>>())
}

fn attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::Bool(flag) => json!({"BOOL": flag}),
        AttributeValue::Null(flag) => json!({"NULL": flag}),
        AttributeValue::Ss(texts) => json!({"SS": texts}),
        AttributeValue::B(bytes) => json!({"B": bytes.as_ref()}),
        AttributeValue::L(values) => {
            json!({"L": values.iter().map(attribute).collect::<Vec<_>>()})
        }
        AttributeValue::M(map) => json!({"M": item(map)}),
        other => panic!("{other:?} is no attribute that this program writes"),
    }
}
