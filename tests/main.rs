//! Behaviour through the front door: the same HTTP service that Lambda and the local server run.
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
mod gateway;
mod template;
mod policy;
mod layers;
mod command;
mod users;
mod leniency;
mod groups;
mod departures;
mod stale_rows;
mod crashes;
mod damage;
mod model;
mod exchanges;
mod filters;
mod patch;
mod lifecycle;
mod discovery;
mod custom;
mod bad_input;
mod limits;
mod isolation;
mod admin;
mod admin_groups;
mod export;
mod compression;
mod web;
mod web_groups;
mod tokens;
mod health;
mod secrets;
mod logs;
mod metrics;
mod concurrency;
mod paging;
mod queries;
mod bulk;
mod bulk_order;
mod rfc_examples;
mod capacity;
mod conformance;
mod documents;
mod faults;
mod full_reads;
mod sync_note;
mod table_format;
mod sdk;
mod shared_folder;
