//! What to do next in a bulk request, and what was done (RFC 7644 §3.7.1 to §3.7.3).
//!
//! Operations are done in their order, but one that refers to a resource that a later one creates waits for it, and so
//! does what comes after it for the same resource. Where new resources refer to each other in a circle, the first is
//! created without those references, and gets them when the others are there.
//!
//! Operations that name no resource and no unique value in common are independent, and run at the same time. An earlier
//! one may still free a name for a later one. So an operation that conflicts beside an earlier one is done again after it.

use super::request::{BulkRequest, Malformed, Method, Operation, Task};
use super::result::{OperationResult, Outcome, bulk_response};
use super::{BulkPath, references};
use crate::scim::Error;
use crate::scim::error::quoted;
use crate::scim::fold::fold;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A bulk request that is being done. Ask for the [`next`](Plan::next) steps, do them, say how each went with
/// [`done`](Plan::done), until there is none and none runs; then write the [`response`](Plan::response).
#[derive(Debug)]
pub struct Plan {
    entries: Vec<Entry>,
    /// Which operation creates what a `bulkId` names.
    creators: HashMap<String, usize>,
    errors_left: Option<u64>,
    /// The steps under way, by operation.
    running: BTreeMap<usize, Running>,
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
    /// What is to be done before it: the operations that create what it refers to, and the last ones before it that name
    /// the same resource or unique value. What is at the end and was done is taken off.
    waits_for: Vec<usize>,
    /// Once it was done or has failed.
    result: Option<OperationResult>,
    /// What is to be added to the resource yet.
    left_out: Option<LeftOut>,
    /// Whether it was done again already.
    is_repeated: bool,
}

#[derive(Debug)]
struct LeftOut {
    operations: Vec<Value>,
    references: BTreeSet<String>,
}

#[derive(Debug)]
struct Running {
    path: BulkPath,
    /// The task, if it has to be done again when it conflicts.
    task: Option<Task>,
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
    /// A plan in which nothing was done yet. `is_unique` tells the attributes whose values are unique.
    pub fn new(request: BulkRequest, is_unique: impl Fn(&str) -> bool) -> Self {
        let mut creators = HashMap::new();
        let (mut last, mut last_at) = (HashMap::new(), HashMap::new());
        let mut turns = HashMap::new();
        let mut entries = Vec::with_capacity(request.operations.len());
        for (index, mut operation) in request.operations.into_iter().enumerate() {
            if let (Some(Method::Post), Some(bulk_id)) = (operation.method, &operation.bulk_id) {
                creators.entry(bulk_id.clone()).or_insert(index);
            }
            let mut references = BTreeSet::new();
            let mut names = BTreeSet::new();
            let mut waits_for = BTreeSet::new();
            if let Some(path @ BulkPath { id: Some(id), .. }) = operation.path() {
                references.extend(references::name(id).map(str::to_owned));
                waits_for.extend(last_at.insert(path.clone(), index));
                names.insert(Name::Resource(id.to_ascii_lowercase()));
            }
            if let Ok(Task { data: Some(data), .. }) = &mut operation.task {
                references::visit(data, &mut |name| {
                    references.insert(name.to_owned());
                    None
                });
                collect_names(data, &is_unique, &mut names);
            }
            let takes_names = names.iter().any(|name| matches!(name, Name::Value(_)));
            waits_for.extend(names.iter().filter_map(|name| last.get(name)));
            // An operation with references may wait for a later one. So none waits for it because of a name.
            let is_waited_for = references.is_empty();
            if is_waited_for {
                last.extend(names.into_iter().map(|name| (name, index)));
            }
            if let Ok(Task { method, path, .. }) = &operation.task {
                let turns: &mut Turns =
                    turns.entry(path.endpoint.to_ascii_lowercase()).or_default();
                let turn = match method {
                    Method::Post => Some(Turn::Create),
                    Method::Delete => Some(Turn::Change),
                    Method::Put | Method::Patch => takes_names.then_some(Turn::Change),
                };
                if let Some(turn) = turn {
                    waits_for.extend(turns.add(index, turn, is_waited_for));
                }
            }
            entries.push(Entry {
                operation,
                references,
                waits_for: waits_for.into_iter().collect(),
                result: None,
                left_out: None,
                is_repeated: false,
            });
        }
        for entry in &mut entries {
            entry.waits_for.extend(entry.references.iter().filter_map(|name| creators.get(name)));
        }
        Self { entries, creators, errors_left: request.fail_on_errors, running: BTreeMap::new() }
    }

    /// What to do now, beside the steps that run. `None` when all is done, when as many operations failed as the client
    /// lets (RFC 7644 §3.7.3), and when all others wait for a step that runs.
    #[expect(
        clippy::should_implement_trait,
        reason = "between two steps it may have to be told an outcome"
    )]
    pub fn next(&mut self) -> Option<Step> {
        loop {
            if self.running.values().any(|running| running.is_second) {
                return None;
            }
            if let Some(index) = self.second_step() {
                // It changes a resource that others may be about: it runs alone.
                if !self.running.is_empty() {
                    return None;
                }
                if let Some(step) = self.start_second(index) {
                    return Some(step);
                }
                continue;
            }
            // Each of those that run may fail. One more must not begin that would not begin after all of these failures.
            let running = u64::try_from(self.running.len()).unwrap_or(u64::MAX);
            if self.errors_left.is_some_and(|left| left <= running) {
                return None;
            }
            let index = match self.ready() {
                Some(index) => index,
                None if self.running.is_empty() => self.circle()?,
                None => return None,
            };
            let step = self.start(index);
            if step.is_some() {
                return step;
            }
        }
    }

    /// How the step of an operation went.
    pub fn done(&mut self, index: usize, outcome: Outcome) {
        let Some(Running { path, task, left_out, is_second, lost }) = self.running.remove(&index)
        else {
            return;
        };
        if let (Outcome::Failed { status: 409, .. }, Some(task)) = (&outcome, task)
            && let Some(entry) = self.entries.get_mut(index)
        {
            entry.operation.task = Ok(task);
            entry.is_repeated = true;
            entry.waits_for.extend(self.running.range(..index).map(|(earlier, _)| *earlier));
            return;
        }
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
        let running = &self.running;
        let mut entries = self.entries.iter_mut().enumerate();
        entries.find_map(|(index, entry)| {
            while entry.waits_for.pop_if(|index| !is_waiting(index)).is_some() {}
            let is_begun = entry.result.is_some() || running.contains_key(&index);
            (!is_begun && entry.waits_for.is_empty()).then_some(index)
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
        // An operation beside an earlier one may conflict with what the earlier one is about to change.
        let is_beside = self.running.range(..index).next().is_some();
        let task =
            Task { method, path: path.clone(), data: data.clone(), version: version.clone() };
        let entry = self.entries.get(index)?;
        let task = (is_beside && !entry.is_repeated).then_some(task);
        let path = self.resolve(path);
        if let Some(outcome) = entry.references.iter().find_map(|name| self.refusal(name)) {
            self.settle(index, (method != Method::Post).then_some(path), outcome);
            return None;
        }
        let left_out = data.as_mut().and_then(|data| self.leave_out(entry, data));
        if let Some(data) = &mut data {
            self.fill_in(data);
        }
        let running = Running { path: path.clone(), task, left_out, is_second: false, lost: None };
        self.running.insert(index, running);
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
        let running =
            Running { path: path.clone(), task: None, left_out: None, is_second: true, lost };
        self.running.insert(index, running);
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

/// What operations have in common that are not independent.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Name {
    /// The id of a resource.
    Resource(String),
    /// The folded value of a unique attribute.
    Value(String),
}

/// The operations of an endpoint in turns: creations, and changes that may free the name of another creation. Each turn
/// waits for the one before it.
#[derive(Debug, Default)]
struct Turns {
    before: Vec<usize>,
    now: Option<(Turn, Vec<usize>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Create,
    Change,
}

impl Turns {
    /// Adds an operation to the turn, if the next turn is to wait for it. Gives the operations for which it waits.
    fn add(
        &mut self,
        index: usize,
        turn: Turn,
        is_waited_for: bool,
    ) -> impl Iterator<Item = usize> {
        if self.now.as_ref().is_none_or(|(now, _)| *now != turn) {
            let ended = self.now.replace((turn, Vec::new()));
            self.before = ended.map(|(_, indices)| indices).unwrap_or_default();
        }
        if let Some((_, indices)) = self.now.as_mut().filter(|_| is_waited_for) {
            indices.push(index);
        }
        self.before.iter().copied()
    }
}

/// Collects the ids of resources anywhere in a body, and the values of unique attributes.
fn collect_names(value: &Value, is_unique: &impl Fn(&str) -> bool, names: &mut BTreeSet<Name>) {
    let mut named = |attribute: &str, value: &Value| {
        let attribute = attribute.rsplit(':').next().unwrap_or_default();
        if let (true, Value::String(text)) = (is_unique(attribute), value) {
            names.insert(Name::Value(fold(text)));
        }
    };
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                named(name, value);
            }
            // An operation of a PATCH.
            if let (Some(Value::String(path)), Some(value)) =
                (object.get("path"), object.get("value"))
            {
                named(path, value);
            }
            object.values().for_each(|value| collect_names(value, is_unique, names));
        }
        Value::Array(elements) => {
            elements.iter().for_each(|element| collect_names(element, is_unique, names));
        }
        Value::String(text) => {
            let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
            let ids = words.filter(|word| word.len() == UUID_CHARS);
            names.extend(ids.map(|id| Name::Resource(id.to_ascii_lowercase())));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The length of a UUID as text.
const UUID_CHARS: usize = 36;

/// Takes out of a PATCH of ours what refers to resources that will never be there.
fn drop_lost(data: &mut Value, is_lost: &dyn Fn(&str) -> bool) {
    let Some(operations) = data.get_mut("Operations").and_then(Value::as_array_mut) else { return };
    operations.retain_mut(|operation| {
        let Some(value) = operation.get_mut("value") else { return false };
        references::drop_open(value, is_lost)
    });
}
