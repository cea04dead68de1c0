//! How the operations of a bulk request went, and the answer that says so (RFC 7644 §3.7.3).

use super::BulkPath;
use super::request::Method;
use crate::{Error, urn};
use serde_json::{Map, Value, json};

/// How a step went.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was done.
    Done {
        /// The HTTP status that it would have been answered with alone.
        status: u16,
        /// The resource's `id`.
        id: String,
        /// The resource's version, where it still has one.
        version: Option<String>,
    },
    /// It was refused, or failed.
    Failed {
        /// The HTTP status that it would have been answered with alone.
        status: u16,
        /// The SCIM error that it would have been answered with alone (RFC 7644 §3.12).
        response: Value,
    },
}

impl Outcome {
    /// A failure that the protocol layer found.
    pub(super) fn refused(error: &Error) -> Self {
        let status = error.scim_type.status();
        let response = json!({
            "schemas": [urn::ERROR],
            "scimType": error.scim_type.as_str(),
            "detail": error.detail,
            "status": status.to_string(),
        });
        Outcome::Failed { status, response }
    }

    /// 409 for a reference to what was not created (RFC 7644 §3.7.1), for which there is no keyword.
    pub(super) fn conflict(detail: String) -> Self {
        let response = json!({"schemas": [urn::ERROR], "detail": detail, "status": "409"});
        Outcome::Failed { status: 409, response }
    }
}

/// The result of one operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OperationResult {
    pub(super) method: Option<Method>,
    pub(super) bulk_id: Option<String>,
    /// Where the resource is; none when it was not created, or when it cannot be known.
    pub(super) path: Option<BulkPath>,
    pub(super) outcome: Outcome,
}

impl OperationResult {
    /// `location` is there for all but a POST that failed.
    pub(super) fn to_json(&self, base_url: &str) -> Value {
        let mut result = Map::new();
        let mut set = |name: &str, value: Value| result.insert(name.to_owned(), value);
        if let Some(BulkPath { endpoint, id: Some(id) }) = &self.path {
            set("location", format!("{base_url}{endpoint}/{id}").into());
        }
        if let Some(method) = self.method {
            set("method", method.as_str().into());
        }
        if let Some(bulk_id) = &self.bulk_id {
            set("bulkId", bulk_id.as_str().into());
        }
        match &self.outcome {
            Outcome::Done { status, version, .. } => {
                if let Some(version) = version {
                    set("version", version.as_str().into());
                }
                set("status", status.to_string().into());
            }
            Outcome::Failed { status, response } => {
                set("status", status.to_string().into());
                set("response", response.clone());
            }
        }
        Value::Object(result)
    }
}

/// A `BulkResponse` (RFC 7644 §3.7).
pub(super) fn bulk_response(operations: Vec<Value>) -> Value {
    json!({"schemas": [urn::BULK_RESPONSE], "Operations": operations})
}
