//! Faults of DynamoDB: contention, throttling, errors and outages.
//!
//! A write that is answered with success is stored, whole and once. A 429 or 503 answer says when to try again.
//! A failed request changes nothing, unless DynamoDB's own answer was lost.

pub(crate) mod requests;
pub(crate) mod retries;
pub(crate) mod lasting_faults;
pub(crate) mod crashes;
pub(crate) mod damage;
mod damage_scene;
pub(crate) mod model;
pub(crate) mod concurrency;
pub(crate) mod sdk;
