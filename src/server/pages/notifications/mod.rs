//! *Notifications*: the destinations of the tenant's events, with their forms, their states and their delivery logs.

mod fields;
mod event_boxes;
mod problem;
mod state;
pub(super) mod list;
pub(super) mod create;
mod secret;
mod deliveries;
pub(super) mod page;
pub(super) mod change;
pub(super) mod actions;
pub(super) mod calls;
