//! The facts that a SCIM handler finds out about its request, for the notes on the requests of an identity provider.

use super::error::failure_note::NotedFailure;
use crate::directory::Kind;
use crate::model::meaning::Meaning;
use crate::model::noted_request::RecordRef;
use scim::document::Document;
use scim::patch::{Op, PatchOperation, PatchRequest};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most failed operations of a bulk request that are noted.
const MOST_OPERATIONS: usize = 10;

/// The facts about a request. The layer that checks the token reads them after the response.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestTrace(Arc<Mutex<Traced>>);

/// The facts about a request.
#[derive(Debug, Default)]
pub(super) struct Traced {
    /// The meaning, when the body or the query decides it.
    pub(super) meaning: Option<Meaning>,
    /// The record that the request made.
    pub(super) record: Option<RecordRef>,
    /// The attributes that the request sets, while requests are recorded.
    pub(super) attributes: BTreeSet<String>,
    /// The failed operations of a bulk request.
    pub(super) operations: Vec<FailedOperation>,
}

/// A failed operation of a bulk request.
#[derive(Debug)]
pub(super) struct FailedOperation {
    /// The meaning.
    pub(super) meaning: Meaning,
    /// The record that the operation names.
    pub(super) record: Option<RecordRef>,
    /// The failure.
    pub(super) failure: NotedFailure,
}

impl RequestTrace {
    /// Sets the meaning.
    pub(super) fn means(&self, meaning: Meaning) {
        self.lock().meaning = Some(meaning);
    }

    /// Sets the record that the request made.
    pub(super) fn made(&self, record: RecordRef) {
        self.lock().record = Some(record);
    }

    /// Adds a failed operation of a bulk request.
    pub(super) fn failed(&self, operation: FailedOperation) {
        let mut traced = self.lock();
        if traced.operations.len() < MOST_OPERATIONS {
            traced.operations.push(operation);
        }
    }

    /// Adds the attributes of a POST or PUT, and finds out what it means.
    pub(super) fn read_body(&self, kind: Kind, is_new: bool, document: &Document) {
        let mut traced = self.lock();
        if kind == Kind::Employee && !is_new && document.get("active") == Some(&Value::Bool(false))
        {
            traced.meaning = Some(Meaning::DeactivateUser);
        }
        for (name, value) in document.as_object() {
            match value {
                Value::Object(parts) if name.contains(':') => {
                    traced.attributes.extend(parts.keys().map(|part| format!("{name}:{part}")));
                }
                _ => drop(traced.attributes.insert(name.clone())),
            }
        }
    }

    /// Adds the attributes of a PATCH, and finds out what it means.
    pub(super) fn read_patch(&self, kind: Kind, request: &PatchRequest) {
        let mut traced = self.lock();
        traced.meaning = match kind {
            Kind::Employee => meaning_for_user(&request.operations),
            Kind::Group => meaning_for_group(&request.operations),
        };
        for operation in &request.operations {
            match (&operation.path, &operation.value) {
                (Some(path), _) => {
                    let end = path.find('[').unwrap_or(path.len());
                    traced.attributes.extend(path.get(..end).map(str::to_owned));
                }
                (None, Some(Value::Object(parts))) => {
                    traced.attributes.extend(parts.keys().cloned());
                }
                (None, _) => {}
            }
        }
    }

    /// Takes out the facts.
    pub(super) fn take(&self) -> Traced {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Traced> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds out whether a PATCH only sets `active`.
fn meaning_for_user(operations: &[PatchOperation]) -> Option<Meaning> {
    let [operation] = operations else { return None };
    let value = operation.value.as_ref()?;
    let value = match (&operation.path, value) {
        (Some(path), value) if path.eq_ignore_ascii_case("active") => value,
        (None, Value::Object(parts)) if parts.len() == 1 => {
            let (_, value) = parts.iter().find(|(name, _)| name.eq_ignore_ascii_case("active"))?;
            value
        }
        _ => return None,
    };
    let is_active = match value {
        Value::Bool(is_active) => *is_active,
        Value::String(text) if text.eq_ignore_ascii_case("true") => true,
        Value::String(text) if text.eq_ignore_ascii_case("false") => false,
        _ => return None,
    };
    Some(if is_active { Meaning::ActivateUser } else { Meaning::DeactivateUser })
}

/// Finds out whether a PATCH only adds or removes members.
fn meaning_for_group(operations: &[PatchOperation]) -> Option<Meaning> {
    let is_members = |operation: &PatchOperation| {
        let path = operation.path.as_deref().unwrap_or_default();
        path.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("members"))
    };
    let all = |op: Op| {
        !operations.is_empty()
            && operations.iter().all(|operation| operation.op == op && is_members(operation))
    };
    match () {
        () if all(Op::Add) => Some(Meaning::AddMembers),
        () if all(Op::Remove) => Some(Meaning::RemoveMembers),
        () => None,
    }
}
