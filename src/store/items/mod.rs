//! Records as DynamoDB items, one file for each record.

pub(in crate::store) mod account;
pub(in crate::store) mod attributes;
pub mod claim;
pub(in crate::store) mod credential;
pub(in crate::store) mod day_counts;
pub(in crate::store) mod delivery_run;
pub(in crate::store) mod destination;
pub(in crate::store) mod due;
pub(in crate::store) mod employee;
pub mod event;
pub(in crate::store) mod group;
pub(in crate::store) mod history;
pub(in crate::store) mod link;
pub mod member;
pub mod memberships;
pub(in crate::store) mod packed_changes;
pub(in crate::store) mod position;
pub(in crate::store) mod redo_part;
pub mod request_page;
pub(in crate::store) mod retry_item;
pub mod sign_ins;
pub mod signed_out;
pub(in crate::store) mod sync;
pub(in crate::store) mod tenant;
pub(in crate::store) mod unfinished;
