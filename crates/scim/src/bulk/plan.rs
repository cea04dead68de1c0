//! The steps of a bulk request, and its response (RFC 7644 §3.7.1 to §3.7.3).
//!
//! The steps have the order of the request. An operation that refers to a new resource runs after the POST of that
//! resource. Later operations on the same path run after the operation. New resources may refer to each other in a
//! circle. Then the first one is created without these references, and a second step adds them.

mod second_step;

use super::order::{Turn, in_order};
use super::request::{BulkOperation, BulkRequest, Malformed, Method, Task};
use super::result::{OperationResult, StepOutcome, bulk_response};
use super::{BulkPath, references};
use crate::Error;
use crate::error::quoted;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// A bulk request in execution. Ask for the [`next`](Plan::next) steps, execute them, and report each outcome with
/// [`done`](Plan::done). When no step is left and none runs, write the [`response`](Plan::response).
#[derive(Debug)]
pub struct Plan {
    entries: Vec<PlannedOperation>,
    /// The remaining turns, in order.
    turns: VecDeque<Turn>,
    /// The index of the operation that creates the resource of a `bulkId`.
    creators: HashMap<String, usize>,
    errors_left: Option<u64>,
    /// The running steps, by the index of their operation.
    running: BTreeMap<usize, Running>,
    /// The number of operations that failed before their first step.
    refused: usize,
}

/// A request that the caller executes.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkStep {
    /// The index of the operation, from 0. An operation can have a second step: a PATCH of the resource that it
    /// created.
    pub index: usize,
    /// The method.
    pub method: Method,
    /// The path.
    pub path: BulkPath,
    /// The body; `None` for `DELETE`.
    pub data: Option<Value>,
    /// The version that the resource must have, as in `If-Match`.
    pub version: Option<String>,
}

#[derive(Debug)]
struct PlannedOperation {
    method: Option<Method>,
    bulk_id: Option<String>,
    /// The task, until the first step takes it.
    task: Option<Result<Task, Malformed>>,
    /// The `bulkId`s that the operation refers to.
    references: BTreeSet<String>,
    /// The result, once the operation is done or has failed.
    result: Option<OperationResult>,
    /// The parts that a second step adds to the resource.
    left_out: Option<LeftOut>,
}

#[derive(Debug)]
struct LeftOut {
    operations: Vec<Value>,
    references: BTreeSet<String>,
}

#[derive(Debug)]
struct Running {
    path: BulkPath,
    left_out: Option<LeftOut>,
    is_second: bool,
    /// Why the operation fails even if the step succeeds.
    lost: Option<String>,
}

/// The current state of a reference.
enum ReferenceState<'p> {
    Id(&'p str),
    Open,
    Failed,
    Unknown,
}

impl Plan {
    /// Makes a plan in which no operation has started.
    pub fn new(BulkRequest { fail_on_errors, operations }: BulkRequest) -> Self {
        let mut creators = HashMap::new();
        for (index, operation) in operations.iter().enumerate() {
            if let (Some(Method::Post), Some(bulk_id)) = (operation.method, &operation.bulk_id) {
                creators.entry(bulk_id.clone()).or_insert(index);
            }
        }
        let mut last_at = HashMap::new();
        let (mut entries, mut follows) = (Vec::new(), Vec::new());
        for (index, mut operation) in operations.into_iter().enumerate() {
            let mut references = BTreeSet::new();
            let mut before = Vec::new();
            if let Some(BulkPath { endpoint, id: Some(id) }) = operation.path() {
                references.extend(references::name(id).map(str::to_owned));
                before.extend(last_at.insert((endpoint.to_ascii_lowercase(), id.clone()), index));
            }
            if let Ok(Task { data: Some(data), .. }) = &mut operation.task {
                references::visit(data, &mut |name| {
                    references.insert(name.to_owned());
                    None
                });
            }
            before.extend(references.iter().filter_map(|name| creators.get(name)));
            follows.push(before);
            let BulkOperation { method, bulk_id, task } = operation;
            let task = Some(task);
            entries.push(PlannedOperation {
                method,
                bulk_id,
                task,
                references,
                result: None,
                left_out: None,
            });
        }
        let (turns, running) = (in_order(follows), BTreeMap::new());
        Self { entries, turns, creators, errors_left: fail_on_errors, running, refused: 0 }
    }

    /// The next step, which may run beside the running steps. `None` while the step needs the outcome of a running
    /// step, and when no step is left. After `failOnErrors` failures, no further operation starts (RFC 7644 §3.7.3).
    #[expect(
        clippy::should_implement_trait,
        reason = "between two steps it may have to be told an outcome"
    )]
    pub fn next(&mut self) -> Option<BulkStep> {
        loop {
            let turn = *self.turns.front()?;
            if self.is_awaiting(turn) {
                return None;
            }
            self.turns.pop_front();
            let step = match turn {
                Turn::First(_) if self.is_stopped() => None,
                Turn::First(index) => self.start(index),
                Turn::Second(index) => self.start_second(index),
            };
            if step.is_some() {
                return step;
            }
        }
    }

    /// Whether a turn depends on the outcome of a running step.
    fn is_awaiting(&self, turn: Turn) -> bool {
        let (Turn::First(index) | Turn::Second(index)) = turn;
        let is_running = |index: &usize| self.running.contains_key(index);
        // Each running step may fail, and these failures may end the request.
        let may_stop = matches!(turn, Turn::First(_))
            && !self.running.is_empty()
            && self.errors_left.is_some_and(|left| left <= count(self.running.len()));
        let references = self.entries.get(index).map(|entry| entry.references.iter());
        let mut creators =
            references.into_iter().flatten().filter_map(|name| self.creators.get(name));
        may_stop || is_running(&index) || creators.any(is_running)
    }

    /// Records the outcome of a step.
    pub fn done(&mut self, index: usize, outcome: StepOutcome) {
        let Some(Running { path, left_out, is_second, lost }) = self.running.remove(&index) else {
            return;
        };
        let (path, outcome) = match (outcome, lost) {
            (StepOutcome::Done { id, .. }, Some(detail)) => {
                (BulkPath { id: Some(id), ..path }, StepOutcome::conflict(detail))
            }
            (StepOutcome::Done { status, id, version }, None) => {
                // The client did not send the second step, so the status of the operation stays 201.
                let status = if is_second { 201 } else { status };
                let path = BulkPath { id: Some(id.clone()), ..path };
                (path, StepOutcome::Done { status, id, version })
            }
            (failed @ StepOutcome::Failed { .. }, _) => (path, failed),
        };
        if let (Some(entry), StepOutcome::Done { .. }) = (self.entries.get_mut(index), &outcome) {
            entry.left_out = left_out;
        }
        self.record_result(index, Some(path), outcome);
    }

    /// The response: the results of the operations so far, in the order of the request. `base_url` is the SCIM root
    /// without a final slash.
    pub fn response(&self, base_url: &str) -> Value {
        let results = self.entries.iter().filter_map(|entry| entry.result.as_ref());
        bulk_response(results.map(|result| result.to_json(base_url)).collect())
    }

    /// The number of operations that failed before their first step: they are malformed, or refer to an operation that
    /// failed or is missing.
    pub fn refused(&self) -> usize {
        self.refused
    }

    fn is_stopped(&self) -> bool {
        self.errors_left == Some(0)
    }

    fn reference(&self, name: &str) -> ReferenceState<'_> {
        let Some(index) = self.creators.get(name) else { return ReferenceState::Unknown };
        match self.entries.get(*index).map(|entry| &entry.result) {
            // A created resource counts, even if the second step failed to add a part.
            Some(Some(OperationResult { path: Some(BulkPath { id: Some(id), .. }), .. })) => {
                ReferenceState::Id(id)
            }
            Some(None) if !self.is_stopped() => ReferenceState::Open,
            _ => ReferenceState::Failed,
        }
    }

    fn is_open(&self, name: &str) -> bool {
        matches!(self.reference(name), ReferenceState::Open)
    }

    /// Starts an operation. Records its failure at once when it cannot run.
    fn start(&mut self, index: usize) -> Option<BulkStep> {
        let Task { method, path, mut data, version } =
            match self.entries.get_mut(index)?.task.take()? {
                Ok(task) => task,
                Err(Malformed { error, path }) => {
                    let path = path.map(|path| self.resolve(path));
                    self.refused += 1;
                    self.record_result(index, path, StepOutcome::refused(&error));
                    return None;
                }
            };
        let entry = self.entries.get(index)?;
        let path = self.resolve(path);
        if let Some(outcome) = entry.references.iter().find_map(|name| self.refusal(name)) {
            self.refused += 1;
            self.record_result(index, (method != Method::Post).then_some(path), outcome);
            return None;
        }
        let left_out = data.as_mut().and_then(|data| self.leave_out(entry, data));
        if let Some(data) = &mut data {
            self.fill_in(data);
        }
        let running = Running { path: path.clone(), left_out, is_second: false, lost: None };
        self.running.insert(index, running);
        Some(BulkStep { index, method, path, data, version })
    }

    /// Replaces a reference in a path by the id of the new resource. The path has no id when no resource was created.
    fn resolve(&self, path: BulkPath) -> BulkPath {
        let Some(name) = path.id.as_deref().and_then(references::name) else { return path };
        let id = match self.reference(name) {
            ReferenceState::Id(id) => Some(id.to_owned()),
            ReferenceState::Open | ReferenceState::Failed | ReferenceState::Unknown => None,
        };
        BulkPath { id, ..path }
    }

    /// The failure of an operation that refers to `name`; `None` when the reference allows it to run.
    fn refusal(&self, name: &str) -> Option<StepOutcome> {
        match self.reference(name) {
            ReferenceState::Id(_) | ReferenceState::Open => None,
            ReferenceState::Failed => Some(StepOutcome::conflict(format!(
                "The operation refers to the bulkId {}, whose resource was not created",
                quoted(name)
            ))),
            ReferenceState::Unknown => Some(StepOutcome::refused(&Error::invalid_value(format!(
                "The operation refers to the bulkId {}, but no POST of this request has this bulkId",
                quoted(name)
            )))),
        }
    }

    fn fill_in(&self, data: &mut Value) {
        references::visit(data, &mut |name| match self.reference(name) {
            ReferenceState::Id(id) => Some(id.to_owned()),
            ReferenceState::Open | ReferenceState::Failed | ReferenceState::Unknown => None,
        });
    }

    /// Records the result of an operation, and counts a failure.
    fn record_result(&mut self, index: usize, path: Option<BulkPath>, outcome: StepOutcome) {
        if let (StepOutcome::Failed { .. }, Some(left)) = (&outcome, &mut self.errors_left) {
            *left = left.saturating_sub(1);
        }
        if let Some(entry) = self.entries.get_mut(index) {
            let (method, bulk_id) = (entry.method, entry.bulk_id.clone());
            entry.result = Some(OperationResult { method, bulk_id, path, outcome });
        }
    }
}

fn count(steps: usize) -> u64 {
    u64::try_from(steps).unwrap_or(u64::MAX)
}
