//! Destinations: the receivers of a tenant's events, their positions in the feed, the events that wait for another try,
//! the delivery logs, the work that is due, and the count of calls.

pub mod calls;
pub mod deliveries;
#[allow(clippy::module_inception, reason = "the destinations themselves, beside their positions")]
pub mod destinations;
pub mod due;
pub mod positions;
pub mod retries;
