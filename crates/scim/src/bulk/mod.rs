//! Bulk requests (RFC 7644 §3.7): many operations in one request, which can refer to each other's new resources.
//!
//! A request passes through these files:
//!
//! - `request.rs` reads the body, and `path.rs` the path of each operation.
//! - `order.rs` sorts the operations, and `references.rs` finds and replaces `bulkId:` references.
//! - `plan.rs` has the [`Plan`](plan::Plan). It gives the next step and takes its outcome. The caller executes the
//!   steps.
//! - `locks.rs` has the [`Locks`](locks::Locks). They say which operations can run at the same time.
//! - `result.rs` writes the results and the response.
//!
//! In this repository, the caller is `src/server/scim/bulk.rs`.

pub mod locks;
mod order;
mod path;
pub mod plan;
mod references;
pub mod request;
pub mod result;
#[cfg(test)]
mod tests;

pub use path::BulkPath;
