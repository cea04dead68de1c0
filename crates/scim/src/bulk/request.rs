//! Reads the body of a bulk request (RFC 7644 §3.7): its structure, but not the effect of its operations.

use super::BulkPath;
use crate::error::quoted;
use crate::json::Body;
use crate::message::{self, member};
use crate::{Error, Limits, urn};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use strum::{EnumString, IntoStaticStr};

/// A parsed bulk request (RFC 7644 §3.7).
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// The number of failures after which the request stops; `None` for no limit.
    pub fail_on_errors: Option<u64>,
    /// The operations: at least one, and at most [`Limits::bulk_operations`].
    pub operations: Vec<BulkOperation>,
}

/// One operation. A malformed operation fails alone, and the other operations still run (RFC 7644 §3.7).
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// The method, if it is valid. The response repeats it.
    pub method: Option<Method>,
    /// The client's name for the operation. The response repeats it.
    pub bulk_id: Option<String>,
    /// The task, or the reason why the operation is malformed.
    pub task: Result<Task, Malformed>,
}

/// The reason why an operation is malformed.
#[derive(Debug, Clone, PartialEq)]
pub struct Malformed {
    /// The error.
    pub error: Error,
    /// The resource in the operation's path, if the path is valid. The response repeats it.
    pub path: Option<BulkPath>,
}

/// The task of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: BulkPath,
    /// The body that the operation would have as a request of its own; `None` for `DELETE`.
    pub data: Option<Value>,
    /// The version that the resource must have, as in `If-Match`.
    pub version: Option<String>,
}

/// The methods of an operation (RFC 7644 §3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE", ascii_case_insensitive)]
pub enum Method {
    /// Creates a resource.
    Post,
    /// Replaces a resource.
    Put,
    /// Changes a part of a resource.
    Patch,
    /// Deletes a resource.
    Delete,
}

/// Why a whole bulk request fails before any of its operations runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkError {
    /// The body is not a bulk request.
    Malformed(Error),
    /// The request has too many operations: 413 (RFC 7644 §3.7.4), with the detail for the error body.
    TooLarge(String),
}

impl From<Error> for BulkError {
    fn from(error: Error) -> Self {
        BulkError::Malformed(error)
    }
}

impl BulkOperation {
    /// The path of the operation, also of a malformed operation.
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
        self.into()
    }

    fn read(method: Option<&Value>) -> Result<Self, Error> {
        let found = match method {
            Some(Value::String(word)) => {
                if let Ok(method) = word.parse() {
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
    /// Reads a request body. Member names, the message URI and methods are equal in any case. Unknown members are
    /// ignored.
    ///
    /// # Errors
    /// - `invalidSyntax` when `schemas` does not name `BulkRequest`, or `Operations` is missing or empty.
    /// - `invalidSyntax` when `failOnErrors` is not a whole number.
    /// - `invalidValue` when `failOnErrors` is below 1.
    /// - [`BulkError::TooLarge`] for more than [`Limits::bulk_operations`] operations.
    pub fn read(body: &Body, limits: &Limits) -> Result<Self, BulkError> {
        let body = body.as_object();
        message::require(body, urn::BULK_REQUEST)?;
        let fail_on_errors = read_fail_on_errors(member(body, "failOnErrors")?)?;
        let operations = match member(body, "Operations")? {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            _ => {
                return Err(BulkError::Malformed(Error::invalid_syntax(
                    "Operations must be a list with at least one operation",
                )));
            }
        };
        let most = limits.bulk_operations;
        if operations.len() > most {
            return Err(BulkError::TooLarge(format!(
                "The bulk request has {} operations, more than maxOperations ({most})",
                operations.len()
            )));
        }
        let mut operations: Vec<BulkOperation> = operations.iter().map(read_operation).collect();
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

fn read_operation(operation: &Value) -> BulkOperation {
    let Value::Object(operation) = operation else {
        let error = Error::invalid_syntax("an operation must be an object with method and path");
        return BulkOperation {
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
    BulkOperation { method, bulk_id, task }
}

/// The resource in the path of a malformed operation. A `POST` has none (RFC 7644 §3.7.3).
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
        // RFC 7644 §3.7.3 shows a bare list of operations here, in braces that make its example invalid JSON.
        (Method::Patch, Some(operations @ Value::Array(_))) => {
            Ok(Some(json!({"schemas": [urn::PATCH_OP], "Operations": operations})))
        }
        _ => Err(Error::invalid_syntax(format!(
            "the data of a {} must be an object, as in the body of a single request",
            method.as_str()
        ))),
    }
}

/// A member that is text. `null` and empty text count as absent.
fn text(operation: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match member(operation, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
        Some(_) => Err(Error::invalid_syntax(format!("{name} must be text"))),
    }
}

/// Makes POSTs with the same `bulkId` fail, because a `bulkId` is unique (RFC 7644 §3.7). A reference could mean any of
/// their resources.
fn refuse_repeated(operations: &mut [BulkOperation]) {
    let is_post = |operation: &BulkOperation| operation.method == Some(Method::Post);
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
                "the bulkId {} occurs more than once; give each POST its own bulkId",
                quoted(bulk_id)
            ));
            operation.task = Err(Malformed { error, path: None });
        }
    }
}
