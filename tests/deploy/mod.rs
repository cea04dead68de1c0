//! The Lambda functions, their templates and their logs.

pub(crate) mod deliver;
pub(crate) mod deliver_policy;
pub(crate) mod deliver_template;
pub(crate) mod gateway;
pub(crate) mod response_size;
pub(crate) mod template;
pub(crate) mod alarms;
pub(crate) mod policy;
pub(crate) mod health;
pub(crate) mod secrets;
pub(crate) mod logs;
pub(crate) mod metrics;
