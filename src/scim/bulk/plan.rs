//! What to do next in a bulk request, and what was done (RFC 7644 §3.7.1 to §3.7.3).
//!
//! Operations are done in their order, but one that refers to a resource that a later one creates waits for it, and so
//! does what comes after it for the same resource. Where new resources refer to each other in a circle, the first is
//! created without those references, and gets them when the others are there.

use super::request::{BulkRequest, Malformed, Method, Operation, Task};
use super::result::{OperationResult, Outcome, bulk_response};
use super::{BulkPath, references};
use crate::scim::Error;
use crate::scim::error::quoted;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// A bulk request that is being done. Ask for the [`next`](Plan::next) step, do it, say how it went with
/// [`done`](Plan::done), until there is none; then write the [`response`](Plan::response).
#[derive(Debug)]
pub struct Plan {
    entries: Vec<Entry>,
    /// Which operation creates what a `bulkId` names.
    creators: HashMap<String, usize>,
    errors_left: Option<u64>,
    running: Option<Running>,
}

/// A request to carry out.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which operation it belongs to, from 0. One operation can take a second step, a PATCH of what it created.
    pub index: usize,
    /// How.
    pub method: Method,
    /// Where.
    pub path: BulkPath,
    /// The body; none for `DELETE`.
    pub data: Option<Value>,
    /// The version that the resource must have, as in `If-Match`.
    pub version: Option<String>,
}

#[derive(Debug)]
struct Entry {
    operation: Operation,
    /// The `bulkId`s that it refers to.
    references: BTreeSet<String>,
    /// What is to be done before it: the operations that create what it refers to, and the last one before it on the same
    /// resource. What is at the end and was done is taken off.
    waits_for: Vec<usize>,
    /// Once it was done or has failed.
    result: Option<OperationResult>,
    /// What is to be added to the resource yet.
    left_out: Option<LeftOut>,
}

#[derive(Debug)]
struct LeftOut {
    operations: Vec<Value>,
    references: BTreeSet<String>,
}

#[derive(Debug)]
struct Running {
    index: usize,
    path: BulkPath,
    left_out: Option<LeftOut>,
    is_second: bool,
    /// Why the operation fails even if the step does not.
    lost: Option<String>,
}

/// What a reference stands for at the moment.
enum Reference<'p> {
    Id(&'p str),
    Open,
    Failed,
    Unknown,
}

impl Plan {
    /// A plan in which nothing was done yet.
    pub fn new(request: BulkRequest) -> Self {
        let mut creators = HashMap::new();
        let mut last = HashMap::new();
        let mut entries = Vec::with_capacity(request.operations.len());
        for (index, mut operation) in request.operations.into_iter().enumerate() {
            if let (Some(Method::Post), Some(bulk_id)) = (operation.method, &operation.bulk_id) {
                creators.entry(bulk_id.clone()).or_insert(index);
            }
            let (mut references, mut waits_for) = (BTreeSet::new(), Vec::new());
            if let Some(path @ BulkPath { id: Some(id), .. }) = operation.path() {
                references.extend(references::name(id).map(str::to_owned));
                waits_for.extend(last.insert(path.clone(), index));
            }
            if let Ok(Task { data: Some(data), .. }) = &mut operation.task {
                references::visit(data, &mut |name| {
                    references.insert(name.to_owned());
                    None
                });
            }
            entries.push(Entry { operation, references, waits_for, result: None, left_out: None });
        }
        for entry in &mut entries {
            entry.waits_for.extend(entry.references.iter().filter_map(|name| creators.get(name)));
        }
        Self { entries, creators, errors_left: request.fail_on_errors, running: None }
    }

    /// What to do now; `None` when all is done, or as many operations failed as the client lets (RFC 7644 §3.7.3).
    /// Also `None` as long as nobody said how the step before went.
    #[expect(
        clippy::should_implement_trait,
        reason = "between two steps it must be told the outcome"
    )]
    pub fn next(&mut self) -> Option<Step> {
        while self.running.is_none() {
            if let Some(index) = self.second_step() {
                if let Some(step) = self.start_second(index) {
                    return Some(step);
                }
                continue;
            }
            if self.is_stopped() {
                return None;
            }
            let step = match self.ready() {
                Some(index) => self.start(index),
                None => {
                    let index = self.circle()?;
                    self.start(index)
                }
            };
            if step.is_some() {
                return step;
            }
        }
        None
    }

    /// How the last step went. Without one it means nothing.
    pub fn done(&mut self, outcome: Outcome) {
        let Some(Running { index, path, left_out, is_second, lost }) = self.running.take() else {
            return;
        };
        let (path, outcome) = match (outcome, lost) {
            (Outcome::Done { id, .. }, Some(detail)) => {
                (BulkPath { id: Some(id), ..path }, Outcome::conflict(detail))
            }
            (Outcome::Done { status, id, version }, None) => {
                // A second step is no operation of the client's: what was created is 201 still.
                let status = if is_second { 201 } else { status };
                let path = BulkPath { id: Some(id.clone()), ..path };
                (path, Outcome::Done { status, id, version })
            }
            (failed @ Outcome::Failed { .. }, _) => (path, failed),
        };
        if let (Some(entry), Outcome::Done { .. }) = (self.entries.get_mut(index), &outcome) {
            entry.left_out = left_out;
        }
        self.settle(index, Some(path), outcome);
    }

    /// The answer: what was done and what failed, in the order of the request. `base_url` is the tenant's SCIM root
    /// without a final slash.
    pub fn response(&self, base_url: &str) -> Value {
        let results = self.entries.iter().filter_map(|entry| entry.result.as_ref());
        bulk_response(results.map(|result| result.to_json(base_url)).collect())
    }

    fn is_stopped(&self) -> bool {
        self.errors_left == Some(0)
    }

    fn reference(&self, name: &str) -> Reference<'_> {
        let Some(index) = self.creators.get(name) else { return Reference::Unknown };
        match self.entries.get(*index).map(|entry| &entry.result) {
            // What was created counts, also when something could not be added to it.
            Some(Some(OperationResult { path: Some(BulkPath { id: Some(id), .. }), .. })) => {
                Reference::Id(id)
            }
            Some(None) if !self.is_stopped() => Reference::Open,
            _ => Reference::Failed,
        }
    }

    fn is_open(&self, name: &str) -> bool {
        matches!(self.reference(name), Reference::Open)
    }

    /// The first operation that waits for nothing.
    fn ready(&mut self) -> Option<usize> {
        let waiting: Vec<bool> = self.entries.iter().map(|entry| entry.result.is_none()).collect();
        let is_waiting = |index: &usize| waiting.get(*index) == Some(&true);
        self.entries.iter_mut().position(|entry| {
            while entry.waits_for.pop_if(|index| !is_waiting(index)).is_some() {}
            entry.result.is_none() && entry.waits_for.is_empty()
        })
    }

    /// The first operation of a circle, when each one that is left waits for another: by what is last in `waits_for`,
    /// the way from any of them leads into one.
    fn circle(&self) -> Option<usize> {
        let mut at = self.entries.iter().position(|entry| entry.result.is_none())?;
        let mut way = Vec::new();
        loop {
            if let Some(start) = way.iter().position(|passed| *passed == at) {
                return way.into_iter().skip(start).min();
            }
            way.push(at);
            at = *self.entries.get(at)?.waits_for.last()?;
        }
    }

    /// Begins an operation, or settles it at once when it cannot be done.
    fn start(&mut self, index: usize) -> Option<Step> {
        let entry = self.entries.get_mut(index)?;
        // The task goes, so that a body is not kept twice.
        let error = Error::invalid_syntax("the operation was begun");
        let taken = Err(Malformed { error, path: None });
        let Task { method, path, mut data, version } =
            match std::mem::replace(&mut entry.operation.task, taken) {
                Ok(task) => task,
                Err(Malformed { error, path }) => {
                    let path = path.map(|path| self.resolve(path));
                    self.settle(index, path, Outcome::refused(&error));
                    return None;
                }
            };
        let path = self.resolve(path);
        let entry = self.entries.get(index)?;
        if let Some(outcome) = entry.references.iter().find_map(|name| self.refusal(name)) {
            self.settle(index, (method != Method::Post).then_some(path), outcome);
            return None;
        }
        let left_out = data.as_mut().and_then(|data| self.leave_out(entry, data));
        if let Some(data) = &mut data {
            self.fill_in(data);
        }
        self.running =
            Some(Running { index, path: path.clone(), left_out, is_second: false, lost: None });
        Some(Step { index, method, path, data, version })
    }

    /// A path with the id that its reference stands for, and without one when nothing was created.
    fn resolve(&self, path: BulkPath) -> BulkPath {
        let Some(name) = path.id.as_deref().and_then(references::name) else { return path };
        let id = match self.reference(name) {
            Reference::Id(id) => Some(id.to_owned()),
            Reference::Open | Reference::Failed | Reference::Unknown => None,
        };
        BulkPath { id, ..path }
    }

    /// Why a reference lets its operation fail.
    fn refusal(&self, name: &str) -> Option<Outcome> {
        match self.reference(name) {
            Reference::Id(_) | Reference::Open => None,
            Reference::Failed => Some(Outcome::conflict(format!(
                "The operation refers to the bulkId {}, whose resource was not created",
                quoted(name)
            ))),
            Reference::Unknown => Some(Outcome::refused(&Error::invalid_value(format!(
                "The operation refers to the bulkId {}, which no POST of this request has",
                quoted(name)
            )))),
        }
    }

    /// What refers to resources that are not there yet: something only in a circle.
    fn leave_out(&self, entry: &Entry, data: &mut Value) -> Option<LeftOut> {
        let open = entry.references.iter().filter(|name| self.is_open(name));
        let references: BTreeSet<String> = open.cloned().collect();
        if references.is_empty() {
            return None;
        }
        let operations = references::take_open(data, &|name| references.contains(name));
        Some(LeftOut { operations, references })
    }

    fn fill_in(&self, data: &mut Value) {
        references::visit(data, &mut |name| match self.reference(name) {
            Reference::Id(id) => Some(id.to_owned()),
            Reference::Open | Reference::Failed | Reference::Unknown => None,
        });
    }

    /// An operation that left something out, for which nothing is open any more.
    fn second_step(&self) -> Option<usize> {
        self.entries.iter().position(|entry| {
            let left_out = entry.left_out.as_ref();
            left_out.is_some_and(|left| !left.references.iter().any(|name| self.is_open(name)))
        })
    }

    /// Begins to add what was left out, or settles the operation when something of it will never be there.
    fn start_second(&mut self, index: usize) -> Option<Step> {
        let entry = self.entries.get_mut(index)?;
        let LeftOut { operations, references } = entry.left_out.take()?;
        let path = entry.result.as_ref()?.path.clone()?;
        let is_lost = |name: &str| matches!(self.reference(name), Reference::Failed);
        let lost = references.iter().find(|name| is_lost(name)).map(|name| {
            format!(
                "The resource was created, but without what refers to the bulkId {}, whose resource \
                 was not",
                quoted(name)
            )
        });
        let mut data = references::patch(operations);
        if lost.is_some() {
            drop_lost(&mut data, &is_lost);
        }
        self.fill_in(&mut data);
        let is_empty = data.get("Operations").and_then(Value::as_array).is_none_or(Vec::is_empty);
        if let (true, Some(detail)) = (is_empty, &lost) {
            let outcome = Outcome::conflict(detail.clone());
            self.settle(index, Some(path), outcome);
            return None;
        }
        self.running =
            Some(Running { index, path: path.clone(), left_out: None, is_second: true, lost });
        Some(Step { index, method: Method::Patch, path, data: Some(data), version: None })
    }

    /// Keeps how an operation went, and counts it when it failed.
    fn settle(&mut self, index: usize, path: Option<BulkPath>, outcome: Outcome) {
        if let (Outcome::Failed { .. }, Some(left)) = (&outcome, &mut self.errors_left) {
            *left = left.saturating_sub(1);
        }
        if let Some(entry) = self.entries.get_mut(index) {
            let Operation { method, bulk_id, .. } = &entry.operation;
            let (method, bulk_id) = (*method, bulk_id.clone());
            entry.result = Some(OperationResult { method, bulk_id, path, outcome });
        }
    }
}

/// Takes out of a PATCH of ours what refers to resources that will never be there.
fn drop_lost(data: &mut Value, is_lost: &dyn Fn(&str) -> bool) {
    let Some(operations) = data.get_mut("Operations").and_then(Value::as_array_mut) else { return };
    operations.retain_mut(|operation| {
        let Some(value) = operation.get_mut("value") else { return false };
        references::drop_open(value, is_lost)
    });
}
