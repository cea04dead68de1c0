//! Records as DynamoDB items, one file for each record.

pub(crate) mod attributes;
pub(crate) mod employee;
pub(crate) mod packed_changes;
