//! Reaches DynamoDB: the port and its two implementations, calls and their retries, and the table.

pub mod error;
pub mod port;
pub mod client;
pub mod aws;
#[cfg(feature = "local")]
mod aws_definition;
#[cfg(feature = "local")]
pub mod embedded;
#[cfg(feature = "local")]
pub mod definition;
pub mod table;
pub mod retry;
pub mod usage;
pub(in crate::store) mod read;
pub(in crate::store) mod transact;
