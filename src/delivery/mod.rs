//! Delivery of events to webhooks, Slack and Teams. The formats and the rules of retries are pure: time, random numbers
//! and answers are inputs. `runner.rs` runs the deliveries, and `worker.rs` starts the runs of the local server.

pub mod verdict;
pub mod schedule;
pub mod window;
pub mod words;
pub mod digest;
pub mod message;
pub mod slack;
pub mod teams;
mod plain_text;
pub mod run_report;
mod clock;
mod call;
mod failure_end;
mod matching;
mod tenant_run;
pub mod webhook;
mod chat;
pub mod runner;
mod manual;
pub mod worker;
