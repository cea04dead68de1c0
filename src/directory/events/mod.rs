//! The events of a tenant: every change, once, under a number.

pub mod activity;
pub mod arrivals;
pub mod body;
pub mod cursor;
pub mod day_actors;
pub mod day_counts;
pub mod feed;
pub mod names;
pub mod overview;
pub mod resolve;
pub mod sequencer;
pub mod subject;
pub mod types;

use super::context::Context;
pub use crate::store::events::NumberedEvent;
use time::Duration;

/// Numbers follow the time only roughly. A search by time goes on for this time after the searched time and before it.
const SLACK: Duration = Duration::hours(1);

/// The events of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a>(pub(in crate::directory) &'a Context);
