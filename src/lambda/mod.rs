//! The Lambda's edge: the gateway's events, metrics, hanging requests, and messages at the start.

pub mod gateway;
pub mod hang_watch;
pub mod metrics;
pub mod startup;
