//! The port: the calls of the DynamoDB API that the store makes, each on one table.
//!
//! There are two implementations. [`AwsTable`](super::aws::AwsTable) sends the calls with the AWS SDK.
//! [`EmbeddedTable`](super::embedded::EmbeddedTable) calls the embedded engine in process. Keys, items, conditions and
//! transactions are made above the port, so both see the same calls. Errors are classified below the port, so no caller
//! sees an error type of either implementation.

use super::error::Error;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// A DynamoDB item, or the key of one: attribute names and values.
pub type Item = HashMap<String, AttributeValue>;

/// The answer to a call, under way.
pub type CallFuture<'a, T> = Pin<Box<dyn Future<Output = Result<Answered<T>, Error>> + Send + 'a>>;

/// The result of a call, with the capacity units that it consumed in table and indexes.
#[derive(Debug, Clone)]
pub struct Answered<T> {
    /// The result.
    pub value: T,
    /// Read units of a read, write units of a write, as DynamoDB reports them.
    pub units: f64,
}

/// One DynamoDB table.
pub trait DynamoDb: Debug + Send + Sync {
    /// `GetItem`.
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>>;
    /// `BatchGetItem`.
    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart>;
    /// `Query`.
    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage>;
    /// `TransactGetItems`: the items that exist, in the order of the keys.
    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>>;
    /// `TransactWriteItems`.
    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted>;
    /// `UpdateItem`.
    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated>;
    /// `BatchWriteItem` with deletions only: gives the keys that DynamoDB left unprocessed.
    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>>;
    /// `CreateTable`, with the definition in `super::definition`. An existing table is no error. The Lambda makes no table.
    #[cfg(feature = "local")]
    fn create_table(&self) -> CallFuture<'_, ()>;
}

/// Whether a read sees every write that was acknowledged before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// The read sees every such write, at one read unit for 4 KB.
    Strong,
    /// The read may miss the writes of about the last second, at half the read units.
    Eventual,
}

/// A read of one item.
#[derive(Debug, Clone)]
pub struct GetCall {
    /// The key of the item.
    pub key: Item,
    /// Whether the read sees the last write.
    pub consistency: Consistency,
}

/// A read of up to 100 items.
#[derive(Debug, Clone)]
pub struct BatchGetCall {
    /// The keys of the items, each once.
    pub keys: Vec<Item>,
    /// Whether the read sees the last writes.
    pub consistency: Consistency,
}

/// A part of a batch.
#[derive(Debug, Clone, Default)]
pub struct BatchPart {
    /// The items that were read, in any order.
    pub items: Vec<Item>,
    /// The keys that DynamoDB left unprocessed: beyond 16 MB, or throttled.
    pub unprocessed: Vec<Item>,
}

/// A read of a range of sort keys of one partition, of the table or of an index.
#[derive(Debug, Clone)]
pub struct QueryCall {
    /// The index; `None` for the table.
    pub index: Option<&'static str>,
    /// The key condition, with values as `:name`.
    pub condition: String,
    /// The values that the condition names.
    pub values: Item,
    /// The most items to read. A page also ends at 1 MB.
    pub limit: Option<usize>,
    /// The key after which the page starts; `None` at the start of the range.
    pub start: Option<Item>,
    /// Whether the sort keys ascend; otherwise they descend.
    pub forward: bool,
    /// Whether the read sees the last writes. Indexes are eventually consistent only.
    pub consistency: Consistency,
    /// Whether the query may read 1 MB. The embedded engine then reads on another thread, so that short calls do not
    /// wait.
    pub is_long: bool,
}

/// A page of a query.
#[derive(Debug, Clone, Default)]
pub struct QueryPage {
    /// The items, in key order.
    pub items: Vec<Item>,
    /// The key after which the range goes on; `None` at its end.
    pub next: Option<Item>,
}

/// A transaction of up to 100 writes, all or nothing.
#[derive(Debug, Clone)]
pub struct TransactWriteCall {
    /// The writes, each of another item.
    pub writes: Vec<Write>,
    /// The client request token: a call that is sent twice applies once.
    pub token: Uuid,
}

/// One write of a transaction.
#[derive(Debug, Clone)]
pub struct Write {
    /// The change.
    pub action: Action,
    /// The condition for the commit of the whole transaction, with values as `:name`.
    pub condition: Option<String>,
    /// The values that condition and update expression name.
    pub values: Item,
}

/// A change of an item.
#[derive(Debug, Clone)]
pub enum Action {
    /// Writes the whole item.
    Put(Item),
    /// Removes the item with this key.
    Delete(Item),
    /// Changes the item with this key.
    Update {
        /// The key.
        key: Item,
        /// The update expression, with values as `:name`.
        expression: String,
    },
}

/// The outcome of a transaction that DynamoDB decided.
#[derive(Debug, Clone)]
pub enum Transacted {
    /// All writes are committed.
    Committed,
    /// No write is committed. There is a reason for each write, in the order of the writes.
    Cancelled(Vec<CancellationReason>),
    /// An earlier call with the same token is not finished.
    InProgress,
}

/// The reason for which a write cancelled its transaction.
#[derive(Debug, Clone)]
pub struct CancellationReason {
    /// DynamoDB's code: the text `None` if this write did not cause the cancellation.
    pub code: String,
    /// The item as found, when the condition of the write failed.
    pub item: Option<Item>,
}

/// A change of one item, outside of a transaction. Only the notes on the identity provider, the sign-ins and the
/// signed-out sessions are written so: such a change may be applied twice, and a note may be lost.
#[derive(Debug, Clone)]
pub struct UpdateCall {
    /// The key of the item.
    pub key: Item,
    /// The update expression, with names as `#name` and values as `:name`.
    pub expression: String,
    /// The names that expression and condition use.
    pub names: HashMap<String, String>,
    /// The values that expression and condition use.
    pub values: Item,
    /// The condition of the change.
    pub condition: Option<String>,
}

/// The outcome of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// The change is written.
    Done,
    /// Nothing is written: the condition failed, or a transaction is changing the item.
    Refused,
}
