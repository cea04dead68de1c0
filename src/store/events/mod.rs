//! The events of a tenant: the outbox of committed events, and the feed of numbered events.

pub mod announcements;
pub mod days;
pub mod feed;
pub mod outbox;

pub use crate::store::items::event::{NumberedEvent, WaitingEvent};
