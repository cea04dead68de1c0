//! The faults that a test plans, and the calls that its table records.
//!
//! Each planned fault must meet a call. A fault without a call tests nothing, so it fails its test. The test fails when
//! it drops its last [`Faults`], or when a [`Lasting`] fault ends.

use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

/// A test fails when it waits longer than this for a call. The bound only ends a hang; no test measures time with it.
const HANGS_AFTER: Duration = Duration::from_secs(60);

/// A planned answer to a call, in place of the engine's undisturbed answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// An error answer. The engine never sees the call.
    Error { status: u16, body: String },
    /// No answer. The connection breaks before the engine sees the call.
    Cut,
    /// No answer. The connection breaks after the engine carries out the call.
    CutAfter,
    /// No answer. The connection stays open for good, and the engine never sees the call.
    Silence,
    /// The engine's own answer. The fault that is planned next meets a later call.
    Spared,
    /// The engine's own answer. The engine sees the call only after the test notifies.
    Held(Arc<Notify>),
    /// The engine's own answer. The answer arrives only after the test notifies.
    Late(Arc<Notify>),
}

impl Fault {
    /// `ProvisionedThroughputExceededException`.
    pub fn throttled() -> Self {
        let name = "ProvisionedThroughputExceededException";
        Self::Error { status: 400, body: error_body(name, "slow down", "") }
    }

    /// `InternalServerError`.
    pub fn internal() -> Self {
        Self::Error { status: 500, body: error_body("InternalServerError", "sorry", "") }
    }

    /// A cancelled transaction. Another transaction conflicts with it on the first of its `items` items.
    pub fn conflict(items: usize) -> Self {
        let reasons: Vec<&str> = (0..items)
            .map(
                |n| if n == 0 { r#"{"Code":"TransactionConflict"}"# } else { r#"{"Code":"None"}"# },
            )
            .collect();
        let reasons = format!(",\"CancellationReasons\":[{}]", reasons.join(","));
        let name = "TransactionCanceledException";
        Self::Error { status: 400, body: error_body(name, "Transaction cancelled", &reasons) }
    }

    /// `TransactionConflictException`: a change of one item met a transaction.
    pub fn met_transaction() -> Self {
        let name = "TransactionConflictException";
        Self::Error { status: 400, body: error_body(name, "Transaction is ongoing", "") }
    }
}

fn error_body(name: &str, message: &str, more: &str) -> String {
    format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}","message":"{message}"{more}}}"#)
}

/// One call that the service made.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GetItem`, `TransactWriteItems`, …
    pub operation: String,
    /// The request in the JSON of the DynamoDB API.
    pub request: Value,
    /// Whether DynamoDB carried out the call.
    pub succeeded: bool,
    /// The total capacity units that DynamoDB reports. DynamoDB reports none with an error.
    pub capacity_units: f64,
    /// The ticks at which the call began and ended. Each begin and each end of a call is one tick.
    pub span: (usize, usize),
}

/// The number of calls that ran one after another: the length of the longest chain of calls. In a chain, each call
/// begins after the previous call has ended.
pub fn one_after_another(calls: &[Call]) -> usize {
    let mut spans: Vec<(usize, usize)> = calls.iter().map(|call| call.span).collect();
    spans.sort_unstable_by_key(|(_, end)| *end);
    let mut chain = 0;
    let mut last = None;
    for (begin, end) in spans {
        if last.is_none_or(|last| begin > last) {
            chain += 1;
            last = Some(end);
        }
    }
    chain
}

/// The table's access to the faults. The table asks for the fault of each call, and records the call.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    has_changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    planned: VecDeque<(String, Fault)>,
    /// Operation, fault, and the number of calls that met the fault.
    lasting: Vec<(String, Fault, usize)>,
    calls: Vec<Recorded>,
    ticks: usize,
    written: BTreeSet<String>,
}

/// A recorded call. Tests read few calls, so the request is rendered only when a test reads the call.
struct Recorded {
    operation: String,
    request: Box<dyn FnOnce() -> Value + Send>,
    succeeded: bool,
    capacity_units: f64,
    span: (usize, usize),
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.operation)
    }
}

impl State {
    fn tick(&mut self) -> usize {
        self.ticks += 1;
        self.ticks
    }
}

impl Recorder {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Takes the fault that the next call of `operation` meets, if any.
    pub fn next(&self, operation: &str) -> Option<Fault> {
        let mut state = self.state();
        let position = state.planned.iter().position(|(name, _)| name == operation);
        if let Some((_, fault)) = position.and_then(|position| state.planned.remove(position)) {
            self.0.has_changed.notify_waiters();
            return Some(fault);
        }
        let lasting = state.lasting.iter_mut().find(|(name, _, _)| name == operation);
        lasting.map(|(_, fault, met)| {
            *met += 1;
            fault.clone()
        })
    }

    /// Counts one tick, and returns the count.
    pub fn tick(&self) -> usize {
        self.state().tick()
    }

    /// Keeps a call, with its success, its capacity units and the tick at which it began.
    pub fn record(
        &self,
        operation: &str,
        request: impl FnOnce() -> Value + Send + 'static,
        (succeeded, capacity_units): (bool, f64),
        begun: usize,
    ) {
        let (operation, request) = (operation.to_owned(), Box::new(request));
        let mut state = self.state();
        let span = (begun, state.tick());
        state.calls.push(Recorded { operation, request, succeeded, capacity_units, span });
        self.0.has_changed.notify_waiters();
    }

    /// Keeps the name of a partition to which a call writes an item.
    pub fn note_partition(&self, partition: &str) {
        let mut state = self.state();
        if !state.written.contains(partition) {
            state.written.insert(partition.to_owned());
        }
    }
}

/// The test's access to the faults. The test plans faults, and reads the calls.
#[derive(Debug, Clone)]
pub struct Faults {
    recorder: Recorder,
    /// Only tests hold this value, so tasks of the service do not delay the check.
    _check: Arc<Check>,
}

/// Checks at the end of a test that no planned fault is left.
#[derive(Debug)]
struct Check(Recorder);

impl Faults {
    /// The faults of a table that uses `recorder`.
    pub fn of(recorder: Recorder) -> Self {
        Self { _check: Arc::new(Check(recorder.clone())), recorder }
    }

    /// Answers the next call of `operation` with `fault`. Several plans apply in order, and a call must meet each.
    pub fn plan(&self, operation: &str, fault: Fault) {
        self.recorder.state().planned.push_back((operation.to_owned(), fault));
    }

    /// Answers every call of `operation` with `fault`, after the planned faults. At least one call must meet it.
    pub fn plan_all(&self, operation: &str, fault: Fault) -> Lasting {
        self.recorder.state().lasting.push((operation.to_owned(), fault, 0));
        Lasting { recorder: self.recorder.clone(), operation: operation.to_owned() }
    }

    /// Lets `passed` transactions reach the engine, and fails the next transaction with a permanent error.
    pub fn end_writes_after(&self, passed: usize) {
        for _ in 0..passed {
            self.plan("TransactWriteItems", Fault::Spared);
        }
        let body = error_body("ValidationException", "", "");
        self.plan("TransactWriteItems", Fault::Error { status: 400, body });
    }

    /// The number of planned faults that have met no call yet.
    pub fn left(&self) -> usize {
        self.recorder.state().planned.len()
    }

    /// Removes the planned faults that met no call, and returns their number. The function is for tests with random
    /// faults on a random number of calls. Such a test must check by the numbers that some faults met a call.
    #[must_use]
    pub fn withdraw(&self) -> usize {
        std::mem::take(&mut self.recorder.state().planned).len()
    }

    /// Waits until all planned faults have met a call.
    pub async fn all_met(&self) {
        self.until(|state| state.planned.is_empty(), "a planned fault meets no call").await;
    }

    /// Waits until the recorder has a call that the test has not taken yet.
    pub async fn recorded(&self) {
        self.until(|state| !state.calls.is_empty(), "no call is made").await;
    }

    async fn until(&self, is_so: impl Fn(&State) -> bool, otherwise: &str) {
        let wait = async {
            loop {
                let mut changed = pin!(self.recorder.0.has_changed.notified());
                changed.as_mut().enable();
                if is_so(&self.recorder.state()) {
                    return;
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(HANGS_AFTER, wait).await;
        assert!(waited.is_ok(), "{otherwise}: {:?}", self.recorder.state());
    }

    /// Takes the calls since the test last took calls.
    pub fn take_calls(&self) -> Vec<Call> {
        let recorded = std::mem::take(&mut self.recorder.state().calls);
        let read = |call: Recorded| Call {
            operation: call.operation,
            request: (call.request)(),
            succeeded: call.succeeded,
            capacity_units: call.capacity_units,
            span: call.span,
        };
        recorded.into_iter().map(read).collect()
    }

    /// Takes the calls since the test last took calls. Returns their operations in order.
    pub fn take_operations(&self) -> Vec<String> {
        self.take_calls().into_iter().map(|call| call.operation).collect()
    }

    /// The names of the partitions to which a call ever wrote an item.
    pub fn written_partitions(&self) -> BTreeSet<String> {
        self.recorder.state().written.clone()
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let planned = std::mem::take(&mut self.0.state().planned);
        if !planned.is_empty() {
            fail(&format!("planned faults met no call: {planned:?}"));
        }
    }
}

/// A fault that every call of an operation meets, until this value ends or is dropped.
#[derive(Debug)]
#[must_use = "the fault ends when this value is dropped"]
pub struct Lasting {
    recorder: Recorder,
    operation: String,
}

impl Lasting {
    /// Ends the fault. Returns how many calls met it.
    pub fn end(self) -> usize {
        let state = self.recorder.state();
        let lasting = state.lasting.iter().find(|(name, _, _)| *name == self.operation);
        lasting.map_or(0, |(_, _, met)| *met)
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut state = self.recorder.state();
        let position = state.lasting.iter().position(|(name, _, _)| *name == self.operation);
        let Some(position) = position else { return };
        let (operation, fault, met) = state.lasting.remove(position);
        drop(state);
        if met == 0 {
            fail(&format!("no call of {operation} met {fault:?}"));
        }
    }
}

/// Fails the test. In a task, this function ends the process: the runtime catches a task's panic, and the test would
/// pass.
fn fail(message: &str) -> ! {
    if tokio::task::try_id().is_some() {
        let test = std::thread::current();
        let test = test.name().unwrap_or("a test");
        let _ = writeln!(std::io::stderr(), "{test}: {message}");
        std::process::abort();
    }
    panic!("{message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "planned faults met no call")]
    fn a_planned_fault_that_meets_no_call_fails_its_test() {
        let recorder = Recorder::default();
        let faults = Faults::of(recorder.clone());
        faults.plan("GetItem", Fault::Cut);
        assert!(recorder.next("Query").is_none());
    }

    #[test]
    #[should_panic(expected = "no call of GetItem met Cut")]
    fn a_lasting_fault_that_meets_no_call_fails_its_test() {
        let recorder = Recorder::default();
        let lasting = Faults::of(recorder.clone()).plan_all("GetItem", Fault::Cut);
        assert!(recorder.next("Query").is_none());
        lasting.end();
    }

    #[test]
    fn faults_that_meet_their_calls_are_counted() {
        let recorder = Recorder::default();
        let faults = Faults::of(recorder.clone());
        let lasting = faults.plan_all("GetItem", Fault::Cut);
        faults.plan("GetItem", Fault::Spared);
        assert!(matches!(recorder.next("GetItem"), Some(Fault::Spared)));
        assert_eq!(faults.left(), 0);
        for _ in 0..2 {
            assert!(matches!(recorder.next("GetItem"), Some(Fault::Cut)));
        }
        assert_eq!(lasting.end(), 2);
        assert!(recorder.next("GetItem").is_none());
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "a planned fault meets no call")]
    async fn a_wait_for_a_call_that_never_comes_ends() {
        let faults = Faults::of(Recorder::default());
        faults.plan("GetItem", Fault::Cut);
        faults.all_met().await;
    }
}
