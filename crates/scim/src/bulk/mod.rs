//! Bulk requests (RFC 7644 §3.7): many operations in one, which can name each other's new resources.
//!
//! A [`Plan`](plan::Plan) says what to do next and is told how it went; who does it, and how, is not known here.
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

/// The most operations of one request; discovery gives it as `bulk.maxOperations` (RFC 7643 §5).
pub const MAX_OPERATIONS: usize = 500;
/// The largest body in bytes; discovery gives it as `bulk.maxPayloadSize` (RFC 7643 §5).
pub const MAX_PAYLOAD_BYTES: usize = 1_048_576;
