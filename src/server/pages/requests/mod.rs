//! *Requests*: the failed, unauthorized and recorded requests of the identity provider, with the cause of each failure
//! and what to do.

mod chart;
mod entry;
mod filter;
pub(super) mod detail;
pub(super) mod list;
pub(super) mod record;
mod unauthorized;

pub(super) use entry::sentence;
