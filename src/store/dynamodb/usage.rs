//! What a piece of work asks of DynamoDB: calls, consumed capacity, and the time spent waiting for answers.
//!
//! [`metered`] measures everything a future does in its own task, however deep; nothing has to be handed down.

use super::error::Error;
use super::port::Answered;
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

/// Waits for the answer to a call that reads, and counts it for whoever measures.
pub(in crate::store) async fn counted_read<T>(
    call: impl Future<Output = Result<Answered<T>, Error>>,
) -> Result<T, Error> {
    counted(call, |usage, units| usage.read_units += units).await
}

/// Waits for the answer to a call that writes, and counts it for whoever measures.
pub(in crate::store) async fn counted_write<T>(
    call: impl Future<Output = Result<Answered<T>, Error>>,
) -> Result<T, Error> {
    counted(call, |usage, units| usage.write_units += units).await
}

async fn counted<T>(
    call: impl Future<Output = Result<Answered<T>, Error>>,
    add: impl FnOnce(&mut Usage, f64),
) -> Result<T, Error> {
    let Ok(tally) = TALLY.try_with(Arc::clone) else { return Ok(call.await?.value) };
    let wait = Wait::start(&tally);
    let answer = call.await;
    drop(wait);
    let Answered { value, units } = answer?;
    add(&mut lock(&tally).usage, units);
    Ok(value)
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
