//! Reads the body of a PATCH request (RFC 7644 §3.5.2) and checks its structure. Operations are applied elsewhere.

use super::in_operation;
use crate::error::quoted;
use crate::json::{self, Body};
use crate::message::{self, member};
use crate::values::{is_absent_list, unwrapped};
use crate::{Error, Limits, urn};
use serde_json::{Map, Value};

/// A parsed PATCH request (RFC 7644 §3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRequest {
    /// The operations, in the order in which they apply.
    pub operations: Vec<PatchOperation>,
}

/// One operation (RFC 7644 §3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct PatchOperation {
    /// The kind of operation.
    pub op: Op,
    /// The path, without white space around it. `None` for the resource itself, also when the client sent `null` or an
    /// empty text.
    pub path: Option<String>,
    /// The value. A `null` that the client sent is a value.
    pub value: Option<Value>,
}

/// The three kinds of operation (RFC 7644 §3.5.2.1 to §3.5.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Adds values (§3.5.2.1).
    Add,
    /// Removes values (§3.5.2.2).
    Remove,
    /// Replaces values (§3.5.2.3).
    Replace,
}

impl PatchRequest {
    /// Reads a request body (RFC 7644 §3.5.2).
    ///
    /// The names of members, the message URI and `op` are accepted in any case: Entra ID sends `Replace`. Unknown
    /// members are ignored. `schemas` and `Operations` may be missing or empty. A request without operations changes
    /// nothing. But a body with other members and no operations fails: its attributes would be ignored.
    ///
    /// # Errors
    /// `invalidSyntax` for:
    /// - another message in `schemas`
    /// - too many `Operations`, or `Operations` that are no list
    /// - a malformed operation
    /// - a member that appears twice in different case
    pub fn read(body: Body, limits: &Limits) -> Result<PatchRequest, Error> {
        let mut body = body.into_object();
        message::require_if_named(&body, urn::PATCH_OP)?;
        let operations = message::take(&mut body, "Operations")?.unwrap_or_default();
        let is_bare = body.keys().all(|key| key.eq_ignore_ascii_case("schemas"));
        let operations = match operations {
            nothing if is_absent_list(&nothing) && is_bare => Vec::new(),
            Value::Array(operations) if !operations.is_empty() => operations,
            nothing if is_absent_list(&nothing) => {
                return Err(Error::invalid_syntax(
                    "Operations is missing or empty; put the attributes beside it into the value of an operation",
                ));
            }
            _ => return Err(Error::invalid_syntax("Operations must be a list of operations")),
        };
        let operations = operations
            .into_iter()
            .zip(1_usize..)
            .map(|(operation, number)| {
                read_operation(operation).map_err(|error| in_operation(number, error))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let number = operations.iter().map(weight).sum::<usize>();
        let most = limits.patch_operations;
        if number > most {
            return Err(Error::invalid_syntax(format!(
                "Operations has {number} operations; at most {most} are accepted, and \
                 a value that is an object counts one for each member, or for each member of a \
                 member that is an object"
            )));
        }
        Ok(PatchRequest { operations })
    }
}

/// The number of operations that one operation counts as, for the limit.
///
/// A value that is an object counts one for each member. A member that is itself an object, such as the object of a
/// schema, counts one for each of its own members. The count ignores the path, because a path may name a whole schema.
fn weight(operation: &PatchOperation) -> usize {
    let value = operation.value.as_ref().map(unwrapped);
    value.and_then(Value::as_object).map_or(1, |members| {
        let weights =
            members.values().map(|value| unwrapped(value).as_object().map_or(1, Map::len));
        weights.sum::<usize>().max(1)
    })
}

fn read_operation(operation: Value) -> Result<PatchOperation, Error> {
    let Value::Object(mut operation) = operation else {
        return Err(Error::invalid_syntax(
            "an operation must be an object with op, path and value",
        ));
    };
    let op = read_op(member(&operation, "op")?)?;
    let path = read_path(member(&operation, "path")?)?;
    let value = message::take(&mut operation, "value")?;
    let value = if path.is_none() { value.map(read_attributes) } else { value };
    Ok(PatchOperation { op, path, value })
}

/// The object in a value without a path. Client libraries also send this object as JSON text, or in a list of one.
fn read_attributes(value: Value) -> Value {
    let value = match value {
        Value::String(text) => json::read_value(text.as_bytes()).unwrap_or(Value::String(text)),
        value => value,
    };
    match value {
        Value::Array(_) => unwrapped(&value).clone(),
        value => value,
    }
}

fn read_op(op: Option<&Value>) -> Result<Op, Error> {
    let found = match op {
        Some(Value::String(word)) if word.eq_ignore_ascii_case("add") => return Ok(Op::Add),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("remove") => return Ok(Op::Remove),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("replace") => {
            return Ok(Op::Replace);
        }
        Some(Value::String(word)) => quoted(word),
        Some(_) => "a value that is not text".to_owned(),
        None => "none".to_owned(),
    };
    Err(Error::invalid_syntax(format!("op must be add, remove or replace, found {found}")))
}

fn read_path(path: Option<&Value>) -> Result<Option<String>, Error> {
    match path {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(path)) => {
            let path = path.trim();
            Ok((!path.is_empty()).then(|| path.to_owned()))
        }
        Some(_) => Err(Error::invalid_syntax("path must be text, such as name.familyName")),
    }
}
