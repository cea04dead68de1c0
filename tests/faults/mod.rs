//! DynamoDB when it is contended, throttled, broken or gone: what was answered with success is there, whole and once;
//! what was answered with an error says when to try again, and left nothing behind unless the answer itself was lost.

pub(crate) mod requests;
pub(crate) mod retries;
pub(crate) mod lasting_faults;
pub(crate) mod crashes;
pub(crate) mod damage;
pub(crate) mod model;
pub(crate) mod concurrency;
pub(crate) mod sdk;
