//! The integration tests. Most of them send requests to the HTTP service that Lambda and the local server run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed, and says so"
)]

mod support;
mod scim;
mod groups;
mod admin;
mod pages;
mod access;
mod faults;
mod feed;
mod sso;
mod store;
mod delivery;
mod outbound;
mod cli;
mod deploy;
mod docs;
