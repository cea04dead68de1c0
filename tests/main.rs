//! Behaviour through the front door: the same HTTP service that Lambda and the local server run.

mod support;
mod users;
mod concurrency;
mod paging;
mod capacity;
mod faults;
