//! The results of the operations in a bulk request, and the response with them (RFC 7644 §3.7.3).

use super::BulkPath;
use super::request::Method;
use crate::{Error, urn};
use serde_json::{Map, Value, json};

/// The outcome of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepOutcome {
    /// The step succeeded.
    Done {
        /// The HTTP status that the step would have as a request of its own.
        status: u16,
        /// The resource's `id`.
        id: String,
        /// The resource's version, if it still has a version.
        version: Option<String>,
    },
    /// The step failed.
    Failed {
        /// The HTTP status that the step would have as a request of its own.
        status: u16,
        /// The SCIM error that the step would have as a request of its own (RFC 7644 §3.12).
        response: Value,
    },
}

impl StepOutcome {
    /// Makes a failure from an error of the protocol layer.
    pub(super) fn refused(error: &Error) -> Self {
        let status = error.scim_type.status();
        let response = json!({
            "schemas": [urn::ERROR],
            "scimType": error.scim_type.as_str(),
            "detail": error.detail,
            "status": status.to_string(),
        });
        StepOutcome::Failed { status, response }
    }

    /// Makes a failure with 409: a reference to a resource that was not created (RFC 7644 §3.7.1). SCIM has no keyword
    /// for it.
    pub(super) fn conflict(detail: String) -> Self {
        let response = json!({"schemas": [urn::ERROR], "detail": detail, "status": "409"});
        StepOutcome::Failed { status: 409, response }
    }
}

/// The result of one operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OperationResult {
    pub(super) method: Option<Method>,
    pub(super) bulk_id: Option<String>,
    /// The path of the resource; `None` when the resource was not created, or is unknown.
    pub(super) path: Option<BulkPath>,
    pub(super) outcome: StepOutcome,
}

impl OperationResult {
    /// Writes the result as JSON. `location` is absent when the path has no id, as for a POST that created nothing.
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
            StepOutcome::Done { status, version, .. } => {
                if let Some(version) = version {
                    set("version", version.as_str().into());
                }
                set("status", status.to_string().into());
            }
            StepOutcome::Failed { status, response } => {
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
