//! Bulk requests (RFC 7644 §3.7): many operations in one request, which can refer to each other's new resources.
//!
//! A [`Plan`](plan::Plan) gives the next step and takes its outcome. The caller executes the steps.
//! [`Locks`](locks::Locks) say which operations can run at the same time.

pub mod locks;
mod path;
pub mod plan;
mod references;
pub mod request;
pub mod result;
#[cfg(test)]
mod tests;

pub use path::BulkPath;

/// The maximum number of operations in a request. Discovery shows it as `bulk.maxOperations` (RFC 7643 §5).
pub const MAX_OPERATIONS: usize = 500;
/// The maximum size of a body, in bytes. Discovery shows it as `bulk.maxPayloadSize` (RFC 7643 §5).
pub const MAX_PAYLOAD_BYTES: usize = 1_048_576;
