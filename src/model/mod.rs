//! The records of the product, independent of their storage.

pub mod actor;
pub mod employee;
pub mod event;
pub mod id;
pub mod kind;
pub mod tenant;
pub mod group;
pub mod member;
pub mod history;
pub mod silence;
pub mod sync;
pub mod sync_findings;
pub mod unfinished;
pub mod claim;
pub mod memberships;
pub mod signed_out;
pub mod destination;
pub mod due_item;
