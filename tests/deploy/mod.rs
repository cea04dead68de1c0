//! The Lambda function, its templates and its logs.

pub(crate) mod gateway;
pub(crate) mod response_size;
pub(crate) mod template;
pub(crate) mod alarms;
pub(crate) mod policy;
pub(crate) mod health;
pub(crate) mod secrets;
pub(crate) mod logs;
pub(crate) mod metrics;
