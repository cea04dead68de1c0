//! Records as DynamoDB items, one file for each record.

pub(in crate::store) mod attributes;
pub mod claim;
pub(in crate::store) mod employee;
pub(in crate::store) mod group;
pub(in crate::store) mod history;
pub mod member;
pub mod memberships;
pub(in crate::store) mod packed_changes;
pub(in crate::store) mod redo_part;
pub mod signed_out;
pub(in crate::store) mod sync;
pub(in crate::store) mod tenant;
pub(in crate::store) mod unfinished;
