//! Bulk requests (RFC 7644 §3.7): many operations in one request, which can refer to each other's new resources.
//!
//! A [`Plan`](plan::Plan) gives the next step and takes its outcome. The caller executes the steps.
//! [`Locks`](locks::Locks) say which operations can run at the same time.

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
