//! A table that throttles some calls, and loses some answers after a commit.

use rollcall::store::Error;
use rollcall::store::dynamodb::port::{
    BatchGetCall, BatchPart, CallFuture, DynamoDb, GetCall, Item, QueryCall, QueryPage,
    TransactWriteCall, Transacted, UpdateCall, Updated,
};
use std::sync::Arc;

/// One of this many calls is throttled.
const THROTTLED: u32 = 50;
/// The answer to one of this many transactions is lost.
const LOST: u32 = 100;

/// A table with random faults.
#[derive(Debug)]
pub struct ThrottledTable(pub Arc<dyn DynamoDb>);

/// Fails one of [`THROTTLED`] calls, before the engine sees the call.
fn throttle<'a, T: 'a>(call: CallFuture<'a, T>) -> CallFuture<'a, T> {
    match fastrand::u32(..THROTTLED) {
        0 => Box::pin(async { Err(Error::Throttled("slow down".into())) }),
        _ => call,
    }
}

impl DynamoDb for ThrottledTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        throttle(self.0.get(call))
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        throttle(self.0.batch_get(call))
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        throttle(self.0.query(call))
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        throttle(self.0.transact_get(keys))
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        let committed = Box::pin(async move {
            let answer = self.0.transact_write(call).await?;
            match fastrand::u32(..LOST) {
                0 => Err(Error::Unavailable("the connection was cut".into())),
                _ => Ok(answer),
            }
        });
        throttle(committed)
    }

    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        throttle(self.0.update(call))
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        throttle(self.0.batch_delete(keys))
    }

    fn create_table(&self) -> CallFuture<'_, ()> {
        self.0.create_table()
    }
}
