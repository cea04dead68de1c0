//! The Lambda's edge: events of the gateway, metrics, and what is said when it starts.

pub mod gateway;
pub mod hang_watch;
pub mod metrics;
pub mod startup;
