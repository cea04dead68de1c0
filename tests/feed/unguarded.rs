//! A table that takes one guard out of the sequencer's calls. The feed is then wrong, so a test of the feed must fail.

use crate::support::key_condition::text;
use rollcall::store::dynamodb::port::{
    Action, Answered, BatchGetCall, BatchPart, CallFuture, DynamoDb, GetCall, Item, QueryCall,
    QueryPage, TransactWriteCall, Transacted, UpdateCall, Updated, Write,
};
use std::sync::Arc;

/// A guard of the sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The condition that a number has no event yet.
    NumberIsFree,
    /// The condition that the outbox still has the item.
    OutboxHasItem,
    /// The read of the predecessors, which conflicts with the transaction of a predecessor.
    NoPredecessor,
}

/// A table without one guard.
#[derive(Debug)]
pub struct UnguardedTable {
    table: Arc<dyn DynamoDb>,
    guard: Guard,
}

impl UnguardedTable {
    /// `table` without `guard`.
    pub fn new(table: Arc<dyn DynamoDb>, guard: Guard) -> Self {
        Self { table, guard }
    }

    fn is_guarded(&self, write: &Write) -> bool {
        match (self.guard, &write.action) {
            (Guard::NumberIsFree, Action::Put(item)) => is_in(item, "FEED"),
            (Guard::OutboxHasItem, Action::Delete(key)) => is_in(key, "OUTBOX"),
            _ => false,
        }
    }
}

/// Whether an item is in a partition of this kind.
fn is_in(item: &Item, kind: &str) -> bool {
    text(item, "PK").is_some_and(|partition| partition.rsplit('#').next() == Some(kind))
}

impl DynamoDb for UnguardedTable {
    fn get(&self, call: GetCall) -> CallFuture<'_, Option<Item>> {
        self.table.get(call)
    }

    fn batch_get(&self, call: BatchGetCall) -> CallFuture<'_, BatchPart> {
        self.table.batch_get(call)
    }

    fn query(&self, call: QueryCall) -> CallFuture<'_, QueryPage> {
        self.table.query(call)
    }

    fn transact_get(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        let is_of_predecessors = keys.iter().all(|key| is_in(key, "OUTBOX"));
        if self.guard == Guard::NoPredecessor && is_of_predecessors {
            return Box::pin(async { Ok(Answered { value: Vec::new(), units: 0.0 }) });
        }
        self.table.transact_get(keys)
    }

    fn transact_write<'a>(&'a self, call: &'a TransactWriteCall) -> CallFuture<'a, Transacted> {
        let mut call = call.clone();
        for write in &mut call.writes {
            if self.is_guarded(write) {
                write.condition = None;
                write.values.clear();
            }
        }
        Box::pin(async move { self.table.transact_write(&call).await })
    }

    fn update(&self, call: UpdateCall) -> CallFuture<'_, Updated> {
        self.table.update(call)
    }

    fn batch_delete(&self, keys: Vec<Item>) -> CallFuture<'_, Vec<Item>> {
        self.table.batch_delete(keys)
    }

    fn create_table(&self) -> CallFuture<'_, ()> {
        self.table.create_table()
    }
}
