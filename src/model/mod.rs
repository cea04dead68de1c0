//! The records of the product, independent of their storage.

pub mod employee;
pub mod id;
pub mod kind;
pub mod tenant;
pub mod group;
pub mod member;
pub mod history;
pub mod sync;
pub mod unfinished;
pub mod claim;
pub mod memberships;
pub mod signed_out;
