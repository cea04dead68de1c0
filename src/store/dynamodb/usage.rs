//! Measures the use of DynamoDB by a piece of work: calls, consumed capacity, and the time spent waiting for answers.
//!
//! [`metered`] measures all calls that a future makes in its own task, at any depth. No function takes a counter as an
//! argument.

use super::error::Error;
use super::port::Answered;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The use of DynamoDB.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// The number of calls, also of failed calls. The SDK's own retries are part of a call.
    pub calls: u32,
    /// Read capacity units, as DynamoDB reports them. There are half units. DynamoDB reports none for a failed call.
    pub read_units: f64,
    /// Write capacity units, as DynamoDB reports them. DynamoDB reports none for a failed call.
    pub write_units: f64,
    /// The time during which at least one call was under way.
    pub waited: Duration,
}

/// The use so far, and the calls that are under way.
#[derive(Debug, Default)]
struct Tally {
    usage: Usage,
    under_way: u32,
    waiting_since: Option<Instant>,
}

tokio::task_local! {
    static TALLY: Arc<Mutex<Tally>>;
}

/// Runs `work`, and gives its use of DynamoDB. Calls of spawned tasks are not counted. Calls within a nested `metered`
/// count for the nested measurement only.
pub async fn metered<W: Future>(work: W) -> (W::Output, Usage) {
    let tally = Arc::<Mutex<Tally>>::default();
    let output = TALLY.scope(Arc::clone(&tally), work).await;
    let usage = lock(&tally).usage;
    (output, usage)
}

/// Waits for the answer to a read, and adds the call to the measurement under way.
pub(in crate::store) async fn counted_read<T>(
    call: impl Future<Output = Result<Answered<T>, Error>>,
) -> Result<T, Error> {
    counted(call, |usage, units| usage.read_units += units).await
}

/// Waits for the answer to a write, and adds the call to the measurement under way.
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

/// A call under way. The call ends when this value is dropped, also when its caller is cancelled.
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

/// Takes the start of a duration, by the clock of the runtime's timeouts. The time is for logs, metrics and deadlines,
/// and never part of a response.
#[allow(clippy::disallowed_methods, reason = "the one place that takes durations")]
pub fn clock() -> Instant {
    Instant::now()
}
