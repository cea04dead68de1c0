//! The Lambda's edge: the settings of the SDK, the gateway's events, the triggers of deliveries, metrics, hanging
//! requests, and messages at the start.

pub mod aws;
pub mod gateway;
pub mod trigger;
pub mod deliver;
pub mod hang_watch;
pub mod metrics;
pub mod startup;
