//! What a piece of work asks of DynamoDB: calls, consumed capacity, and the time spent waiting for answers.
//!
//! [`metered`] measures everything a future does in its own task, however deep; nothing has to be handed down.

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemOutput;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsOutput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What was asked of DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// Calls, whatever came of them. The SDK's own retries are part of a call.
    pub calls: u32,
    /// Read capacity units, as DynamoDB reports them: half ones exist, and none for a call that failed.
    pub read_units: f64,
    /// Write capacity units, as DynamoDB reports them. It reports none for a call that failed.
    pub write_units: f64,
    /// How long at least one call was under way.
    pub waited: Duration,
}

/// What is counted so far, and the calls that are under way.
#[derive(Debug, Default)]
struct Tally {
    usage: Usage,
    under_way: u32,
    waiting_since: Option<Instant>,
}

tokio::task_local! {
    static TALLY: Arc<Mutex<Tally>>;
}

/// Does `work`, and says what it asked of DynamoDB. What is spawned from it is not counted, and what a `metered` within
/// it counts is not counted again.
pub async fn metered<W: Future>(work: W) -> (W::Output, Usage) {
    let tally = Arc::<Mutex<Tally>>::default();
    let output = TALLY.scope(Arc::clone(&tally), work).await;
    let usage = lock(&tally).usage;
    (output, usage)
}

/// Waits for the answer to one call, and counts it for whoever measures.
pub(in crate::store) async fn counted<O: Consumption, E>(
    call: impl Future<Output = Result<O, E>>,
) -> Result<O, E> {
    let Ok(tally) = TALLY.try_with(Arc::clone) else { return call.await };
    let wait = Wait::start(&tally);
    let answer = call.await;
    drop(wait);
    if let Ok(output) = &answer {
        let usage = &mut lock(&tally).usage;
        match O::WRITES {
            true => usage.write_units += output.units(),
            false => usage.read_units += output.units(),
        }
    }
    answer
}

/// A call under way. It ends when this is dropped, also when nobody waits for the answer any more.
struct Wait<'t>(&'t Mutex<Tally>);

impl<'t> Wait<'t> {
    fn start(shared: &'t Mutex<Tally>) -> Self {
        let mut tally = lock(shared);
        tally.usage.calls += 1;
        tally.under_way += 1;
        tally.waiting_since.get_or_insert_with(clock);
        Self(shared)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut tally = lock(self.0);
        tally.under_way -= 1;
        if tally.under_way == 0
            && let Some(since) = tally.waiting_since.take()
        {
            tally.usage.waited += since.elapsed();
        }
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The start of a duration, by the clock of the runtime's timeouts: for logs, metrics and deadlines. It never gets into an
/// answer.
#[allow(clippy::disallowed_methods, reason = "the one place that takes durations")]
pub fn clock() -> Instant {
    Instant::now()
}

/// An answer that says what it consumed.
pub(in crate::store) trait Consumption {
    /// Whether the units are write units.
    const WRITES: bool;
    /// Capacity units, of all tables.
    fn units(&self) -> f64;
}

macro_rules! consumption {
    ($($output:ty: $writes:literal;)*) => {$(
        impl Consumption for $output {
            const WRITES: bool = $writes;
            fn units(&self) -> f64 {
                self.consumed_capacity().into_iter().filter_map(|table| table.capacity_units).sum()
            }
        }
    )*};
}

consumption! {
    GetItemOutput: false;
    QueryOutput: false;
    BatchGetItemOutput: false;
    TransactGetItemsOutput: false;
    TransactWriteItemsOutput: true;
    BatchWriteItemOutput: true;
}
