//! Rollcall: a SCIM 2.0 service provider that keeps a company's employee list in step with its identity provider.
//!
//! The modules stand in reading order. Calls go down only: [`lambda`] is the edge of AWS, and [`app`] puts the parts
//! together. [`server`] speaks HTTP, [`delivery`] sends events, [`directory`] has the rules of the product, and [`store`]
//! keeps the records of [`model`] in DynamoDB. [`outbound`] calls other hosts. The protocol is the crate [`scim`], which
//! does no I/O.

pub mod limits;
pub mod outbound;
pub mod model;
pub mod store;
pub mod directory;
pub mod delivery;
pub mod server;
pub mod app;
pub mod lambda;
pub mod secrets;
pub mod config;

/// Makes a panic log its place in the code, without its text. The text may quote a client's data.
pub fn log_panics_without_text() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// Writes an error and its causes in one line, for a log.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Several of the SDK's errors repeat their cause in their own text.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
