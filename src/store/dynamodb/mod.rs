//! How DynamoDB is reached: clients and engines, calls and their retries, the table itself.

pub mod error;
pub mod client;
pub mod table;
pub mod retry;
pub mod usage;
pub(in crate::store) mod transact;
pub(in crate::store) mod read;
#[cfg(feature = "local")]
pub mod embedded;
