//! The events of a tenant: every change, once, under a number.

pub mod activity;
pub mod body;
pub mod cursor;
pub mod day_counts;
pub mod feed;
pub mod names;
pub mod resolve;
pub mod sequencer;
pub mod subject;
pub mod types;

use super::context::Context;
pub use crate::store::events::NumberedEvent;

/// The events of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a>(pub(in crate::directory) &'a Context);
