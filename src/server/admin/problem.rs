//! The body of a failed request, for the OpenAPI description. `server/error/render.rs` writes it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A failure of a request (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Problem {
    /// The address of the page about the cause.
    #[serde(rename = "type")]
    kind: String,
    /// The name of the cause. It is the same on every host and never changes.
    cause: String,
    /// The cause in a few words.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The problem, its place, and the expected value.
    detail: String,
    /// The rule of single sign-on that refused the request, such as `secretRequired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    code: Option<String>,
    /// The wrong attributes of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<ProblemField>,
    /// The id of the other record of a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    record_id: Option<Uuid>,
    /// The id of the request, as in the log.
    request_id: String,
}

/// A wrong attribute of a body.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemField {
    /// The path of the attribute.
    field: String,
    /// The problem, and the expected value.
    detail: String,
}
