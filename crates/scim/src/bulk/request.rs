//! Reading the body of a bulk request (RFC 7644 §3.7): its structure, not yet what it does.

use super::{BulkPath, MAX_OPERATIONS};
use crate::error::quoted;
use crate::json::Body;
use crate::message::{self, member};
use crate::{Error, urn};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// A parsed bulk request (RFC 7644 §3.7).
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After how many failures to stop; `None` for never.
    pub fail_on_errors: Option<u64>,
    /// What to do; never empty, and no more than [`MAX_OPERATIONS`].
    pub operations: Vec<Operation>,
}

/// One operation. A malformed one fails alone: the others are to be done all the same (RFC 7644 §3.7).
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// The method, as far as it could be read: the answer repeats it.
    pub method: Option<Method>,
    /// The client's name for it; the answer repeats it.
    pub bulk_id: Option<String>,
    /// What is to be done, or why it cannot be understood.
    pub task: Result<Task, Malformed>,
}

/// An operation that cannot be understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Malformed {
    /// Why.
    pub error: Error,
    /// The resource that its path names all the same: the answer repeats it.
    pub path: Option<BulkPath>,
}

/// What an operation is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// How.
    pub method: Method,
    /// Where.
    pub path: BulkPath,
    /// The body of the request that it stands for; none for `DELETE`.
    pub data: Option<Value>,
    /// The version that the resource must have, as in `If-Match`.
    pub version: Option<String>,
}

/// What an operation can do (RFC 7644 §3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// Delete.
    Delete,
}

/// Why a bulk request is refused as a whole, with nothing done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is none.
    Malformed(Error),
    /// 413 (RFC 7644 §3.7.4), with the detail for the error body.
    TooLarge(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Malformed(error)
    }
}

impl Operation {
    /// Where it goes, or what it names although it is malformed.
    pub(super) fn path(&self) -> Option<&BulkPath> {
        match &self.task {
            Ok(task) => Some(&task.path),
            Err(malformed) => malformed.path.as_ref(),
        }
    }
}

impl Method {
    /// The method as HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    fn read(method: Option<&Value>) -> Result<Self, Error> {
        const ALL: [Method; 4] = [Method::Post, Method::Put, Method::Patch, Method::Delete];
        let found = match method {
            Some(Value::String(word)) => {
                let known = ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(word));
                if let Some(method) = known {
                    return Ok(method);
                }
                quoted(word)
            }
            Some(_) => "a value that is not text".to_owned(),
            None => "none".to_owned(),
        };
        Err(Error::invalid_syntax(format!(
            "method must be POST, PUT, PATCH or DELETE, found {found}"
        )))
    }
}

impl BulkRequest {
    /// Reads a request body. Names of members, the message URI and methods are taken in any case; members that are not
    /// known are ignored.
    ///
    /// # Errors
    /// `invalidSyntax`: no `BulkRequest` in `schemas`, no `Operations`, or a `failOnErrors` that is not a whole number;
    /// `invalidValue` when that is below 1. [`Refusal::TooLarge`] for more than [`MAX_OPERATIONS`].
    pub fn read(body: &Body) -> Result<Self, Refusal> {
        let body = body.as_object();
        message::require(body, urn::BULK_REQUEST)?;
        let fail_on_errors = read_fail_on_errors(member(body, "failOnErrors")?)?;
        let operations = match member(body, "Operations")? {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            _ => {
                return Err(Refusal::Malformed(Error::invalid_syntax(
                    "Operations must be a list with at least one operation",
                )));
            }
        };
        if operations.len() > MAX_OPERATIONS {
            return Err(Refusal::TooLarge(format!(
                "The bulk request has {} operations, more than maxOperations ({MAX_OPERATIONS})",
                operations.len()
            )));
        }
        let mut operations: Vec<Operation> = operations.iter().map(read_operation).collect();
        refuse_repeated(&mut operations);
        Ok(Self { fail_on_errors, operations })
    }
}

fn read_fail_on_errors(value: Option<&Value>) -> Result<Option<u64>, Error> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) if !number.is_f64() => number,
        Some(_) => return Err(Error::invalid_syntax("failOnErrors must be a whole number")),
    };
    match number.as_u64() {
        Some(errors) if errors > 0 => Ok(Some(errors)),
        _ => Err(Error::invalid_value("failOnErrors must be at least 1")),
    }
}

fn read_operation(operation: &Value) -> Operation {
    let Value::Object(operation) = operation else {
        let error = Error::invalid_syntax("an operation must be an object");
        return Operation {
            method: None,
            bulk_id: None,
            task: Err(Malformed { error, path: None }),
        };
    };
    let method = member(operation, "method").and_then(Method::read);
    let bulk_id = text(operation, "bulkId");
    let task = match (&method, &bulk_id) {
        (Ok(method), Ok(bulk_id)) => read_task(operation, *method, bulk_id.as_deref()),
        (Err(error), _) | (_, Err(error)) => Err(error.clone()),
    };
    let (method, bulk_id) = (method.ok(), bulk_id.ok().flatten());
    let task = task.map_err(|error| Malformed { error, path: named_resource(operation, method) });
    Operation { method, bulk_id, task }
}

/// The resource that the path of a malformed operation names: there is one for all but a `POST` (RFC 7644 §3.7.3).
fn named_resource(operation: &Map<String, Value>, method: Option<Method>) -> Option<BulkPath> {
    let path = BulkPath::parse(&text(operation, "path").ok()??)?;
    (path.id.is_some() && method != Some(Method::Post)).then_some(path)
}

fn read_task(
    operation: &Map<String, Value>,
    method: Method,
    bulk_id: Option<&str>,
) -> Result<Task, Error> {
    if method == Method::Post && bulk_id.is_none() {
        return Err(Error::required("The bulkId of a POST"));
    }
    let path = text(operation, "path")?.ok_or_else(|| Error::required("path"))?;
    Ok(Task {
        method,
        path: BulkPath::read(&path, method)?,
        data: read_data(operation, method)?,
        version: text(operation, "version")?,
    })
}

fn read_data(operation: &Map<String, Value>, method: Method) -> Result<Option<Value>, Error> {
    match (method, member(operation, "data")?) {
        (Method::Delete, _) => Ok(None),
        (_, Some(data @ Value::Object(_))) => Ok(Some(data.clone())),
        // The example of RFC 7644 §3.7.3 has a bare list of operations here, in braces that make it no JSON.
        (Method::Patch, Some(operations @ Value::Array(_))) => {
            Ok(Some(json!({"schemas": [urn::PATCH_OP], "Operations": operations})))
        }
        _ => Err(Error::invalid_syntax(format!(
            "the data of a {} must be an object: the body that it would have alone",
            method.as_str()
        ))),
    }
}

/// A member that is text; `null` and empty text are none.
fn text(operation: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match member(operation, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
        Some(_) => Err(Error::invalid_syntax(format!("{name} must be text"))),
    }
}

/// A `bulkId` is unique (RFC 7644 §3.7). Which of two new resources a reference means cannot be known: both fail.
fn refuse_repeated(operations: &mut [Operation]) {
    let is_post = |operation: &Operation| operation.method == Some(Method::Post);
    let mut uses: HashMap<String, usize> = HashMap::new();
    for operation in operations.iter().filter(|operation| is_post(operation)) {
        if let Some(bulk_id) = &operation.bulk_id {
            *uses.entry(bulk_id.clone()).or_default() += 1;
        }
    }
    for operation in operations.iter_mut().filter(|operation| is_post(operation)) {
        let Some(bulk_id) = &operation.bulk_id else { continue };
        if operation.task.is_ok() && uses.get(bulk_id).is_some_and(|uses| *uses > 1) {
            let error = Error::invalid_value(format!(
                "the bulkId {} is there more than once; each POST must have its own",
                quoted(bulk_id)
            ));
            operation.task = Err(Malformed { error, path: None });
        }
    }
}
