//! The protocol through the front door: what clients send, and what they get.

pub(crate) mod users;
pub(crate) mod leniency;
pub(crate) mod exchanges;
pub(crate) mod filters;
pub(crate) mod patch;
pub(crate) mod lifecycle;
pub(crate) mod discovery;
pub(crate) mod custom;
pub(crate) mod bad_input;
pub(crate) mod limits;
pub(crate) mod compression;
pub(crate) mod paging;
pub(crate) mod queries;
pub(crate) mod bulk;
pub(crate) mod bulk_order;
pub(crate) mod rfc_examples;
pub(crate) mod full_reads;
