//! Every call that reaches the engine is recorded with its consumed capacity. A test can make calls fail the way DynamoDB
//! does when it is throttled, slow or contended.

use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// What a call is answered with instead of the engine's answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// An error answer; the engine never sees the call.
    Error { status: u16, body: String },
    /// No answer: the connection breaks before the engine sees the call.
    Cut,
    /// No answer, although the engine did what it was asked: the connection breaks after.
    CutAfter,
    /// No answer, ever: the connection stays open, and the engine never sees the call.
    Silence,
    /// The engine's own answer: the fault planned after it is for a later call.
    Spared,
    /// The engine's own answer, but it does not see the call before it is let go.
    Held(Arc<Notify>),
    /// The engine's own answer, but it is on its way until it is let go.
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

    /// A transaction cancelled because of another one on the first of `items` items.
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
}

fn error_body(name: &str, message: &str, more: &str) -> String {
    format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}","message":"{message}"{more}}}"#)
}

/// One call the service made.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GetItem`, `TransactWriteItems`, …
    pub operation: String,
    /// The request, as the wire's JSON.
    pub request: Value,
    /// Whether DynamoDB did what it was asked.
    pub succeeded: bool,
    /// Capacity units in all, as DynamoDB reports them; it reports none with an error.
    pub capacity_units: f64,
    /// When it began and ended, counted in beginnings and ends of calls.
    pub span: (usize, usize),
}

/// How many of these calls were made one after another: the length of the longest chain of calls of which each begins
/// after the one before it has ended.
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

/// The calls of a test's table, and the faults it is to answer with.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Arc<Mutex<VecDeque<(String, Fault)>>>,
    calls: Arc<Mutex<Vec<Recorded>>>,
    ticks: Arc<Mutex<usize>>,
    pub(super) written: Arc<Mutex<BTreeSet<String>>>,
}

/// A call as it was seen: most are never looked at, so their requests are not rendered before that.
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

impl Faults {
    /// Answers the next call of `operation` with `fault`; several plans are used up in order.
    pub fn plan(&self, operation: &str, fault: Fault) {
        self.planned.lock().unwrap().push_back((operation.to_owned(), fault));
    }

    /// Lets some transactions pass, and breaks the one after them for good.
    pub fn end_writes_after(&self, passed: usize) {
        for _ in 0..passed {
            self.plan("TransactWriteItems", Fault::Spared);
        }
        let body = error_body("ValidationException", "", "");
        self.plan("TransactWriteItems", Fault::Error { status: 400, body });
    }

    /// Forgets the faults that were not used.
    pub fn clear(&self) {
        self.planned.lock().unwrap().clear();
    }

    /// How many planned faults were not used yet.
    pub fn left(&self) -> usize {
        self.planned.lock().unwrap().len()
    }

    /// The calls since this was last asked.
    pub fn take_calls(&self) -> Vec<Call> {
        let recorded = std::mem::take(&mut *self.calls.lock().unwrap());
        let read = |call: Recorded| Call {
            operation: call.operation,
            request: (call.request)(),
            succeeded: call.succeeded,
            capacity_units: call.capacity_units,
            span: call.span,
        };
        recorded.into_iter().map(read).collect()
    }

    /// The partitions that ever had an item.
    pub fn written_partitions(&self) -> BTreeSet<String> {
        self.written.lock().unwrap().clone()
    }

    /// The fault that the next call of `operation` meets.
    pub fn next(&self, operation: &str) -> Option<Fault> {
        let mut planned = self.planned.lock().unwrap();
        let position = planned.iter().position(|(name, _)| name == operation)?;
        planned.remove(position).map(|(_, fault)| fault)
    }

    /// The next point in time.
    pub fn tick(&self) -> usize {
        let mut ticks = self.ticks.lock().unwrap();
        *ticks += 1;
        *ticks
    }

    /// Keeps a call; `answer` has whether it succeeded, and its capacity units.
    pub fn record(
        &self,
        operation: &str,
        request: impl FnOnce() -> Value + Send + 'static,
        (succeeded, capacity_units): (bool, f64),
        begun: usize,
    ) {
        let (operation, request) = (operation.to_owned(), Box::new(request));
        let span = (begun, self.tick());
        let call = Recorded { operation, request, succeeded, capacity_units, span };
        self.calls.lock().unwrap().push(call);
    }
}
