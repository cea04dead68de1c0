//! The feed: its order and its numbers, while DynamoDB shows the items of a transaction one by one.

pub(crate) mod slow_visibility;
pub(crate) mod api;
mod committed;
mod throttled;
mod unguarded;
mod sync;
pub(crate) mod ordering;
pub(crate) mod race;
pub(crate) mod kill;
