//! Reading the body of a PATCH request (RFC 7644 §3.5.2): its structure, not yet what it does.

use super::in_operation;
use crate::scim::error::quoted;
use crate::scim::json::Body;
use crate::scim::message::{self, member};
use crate::scim::{Error, urn};
use serde_json::{Map, Value};

/// The most operations one request may hold. Okta removes up to 1,000 group members at once, one operation each.
const MAX_OPERATIONS: usize = 2_000;

/// A parsed PATCH request (RFC 7644 §3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRequest {
    /// What to do, in this order.
    pub operations: Vec<Operation>,
}

/// One operation (RFC 7644 §3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// Where, as written; `None` for the resource itself, which is also what `null` and an empty text mean.
    pub path: Option<String>,
    /// With what; a `null` that was sent is a value.
    pub value: Option<Value>,
}

/// The three kinds of operation (RFC 7644 §3.5.2.1 to §3.5.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// §3.5.2.1.
    Add,
    /// §3.5.2.2.
    Remove,
    /// §3.5.2.3.
    Replace,
}

impl PatchRequest {
    /// Reads a request body (RFC 7644 §3.5.2).
    ///
    /// The names of members, the message URI and `op` are taken in any case: Entra ID sends `Replace`. Members that
    /// are not known are ignored. `schemas` may be missing or empty. So may `Operations`: such a request changes nothing.
    /// But a body of other members alone would set attributes, and nothing would come of them.
    ///
    /// # Errors
    /// `invalidSyntax`: another message in `schemas`, too many `Operations` or something else in their place, an operation
    /// that is malformed, or a member that is there twice in different case.
    pub fn read(body: Body) -> Result<PatchRequest, Error> {
        let mut body = body.into_object();
        message::require_if_named(&body, urn::PATCH_OP)?;
        let operations = match message::take(&mut body, "Operations")? {
            Some(Value::Array(operations)) => operations,
            Some(Value::Null) => Vec::new(),
            None if body.keys().all(|key| key.eq_ignore_ascii_case("schemas")) => Vec::new(),
            _ => return Err(Error::invalid_syntax("Operations must be a list of operations")),
        };
        let number = operations.iter().map(weight).sum::<usize>();
        if number > MAX_OPERATIONS {
            return Err(Error::invalid_syntax(format!(
                "Operations holds {number} operations; at most {MAX_OPERATIONS} are accepted, and \
                 each member of a value without a path counts as one"
            )));
        }
        let operations = operations
            .into_iter()
            .zip(1_usize..)
            .map(|(operation, number)| {
                read_operation(operation).map_err(|error| in_operation(number, error))
            })
            .collect::<Result<_, _>>()?;
        Ok(PatchRequest { operations })
    }
}

/// For how many operations one stands: an object has one for each of its members, also of a schema's object in it. A path
/// may be that of a whole schema, so it changes nothing.
fn weight(operation: &Value) -> usize {
    let members = operation.as_object().and_then(|operation| {
        let value = operation.iter().find(|(key, _)| key.eq_ignore_ascii_case("value"))?.1;
        value.as_object()
    });
    members.map_or(1, |members| {
        let weights = members.values().map(|value| value.as_object().map_or(1, Map::len));
        weights.sum::<usize>().max(1)
    })
}

fn read_operation(operation: Value) -> Result<Operation, Error> {
    let Value::Object(mut operation) = operation else {
        return Err(Error::invalid_syntax(
            "an operation must be an object with op, path and value",
        ));
    };
    Ok(Operation {
        op: read_op(member(&operation, "op")?)?,
        path: read_path(member(&operation, "path")?)?,
        value: message::take(&mut operation, "value")?,
    })
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
        Some(Value::String(path)) => Ok((!path.is_empty()).then(|| path.clone())),
        Some(_) => Err(Error::invalid_syntax("path must be text, such as name.familyName")),
    }
}
