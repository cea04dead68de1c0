//! Groups: their members, the `groups` of users, and the departure and return of members.

pub(crate) mod resources;
pub(crate) mod members;
pub(crate) mod user_groups;
pub(crate) mod large_changes;
pub(crate) mod stale_rows;
pub(crate) mod departures;
pub(crate) mod unfinished_departures;
pub(crate) mod departures_in_large_changes;
pub(crate) mod returns;
