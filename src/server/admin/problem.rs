//! The body of a failed request, for the OpenAPI description. `server/error/render.rs` writes it.

use serde::Serialize;
use utoipa::ToSchema;

/// A failure of a request (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Problem {
    /// `about:blank`: the status describes the problem. `read-only-token`: a read token does not open the operation.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The error, its place, and the expected value.
    detail: String,
    /// The id of the request, as in the log.
    request_id: String,
}
