//! Logs the causes that keep a Lambda from answering, with advice for operations.
//!
//! The Lambda starts all the same, unless a setting is wrong or the table has another format. Each request then gets a
//! SCIM error with a request id. The next start tries again.

use crate::config::ConfigError;
use crate::directory::access::pepper::LoadError;
use crate::error_chain;
use crate::store;

/// Logs a setting that is missing or wrong.
pub fn report_settings(error: &ConfigError) {
    tracing::error!(cause = error_chain(error), "cannot start: a setting is missing or wrong");
}

/// Logs a failed first read of the table.
pub fn report_table(error: &store::Error, table: &str, region: &str) {
    let check = match error {
        store::Error::NoTable(_) => {
            "there is no such table in this region: check ROLLCALL_TABLE, and that stack and table \
             are in one region"
        }
        store::Error::Denied(_) => {
            "the function's role may not read the table: check its policy, and that of the table's \
             key if it has one"
        }
        store::Error::Unavailable(_) => {
            "DynamoDB does not answer: check the region, and the function's way out if it is in a \
             VPC"
        }
        store::Error::Throttled(_) => "DynamoDB is throttling: check the table's limits",
        store::Error::OtherFormat { .. } => {
            "another version of Rollcall wrote this table: deploy that version, or use another table"
        }
        store::Error::Refused(_)
        | store::Error::BadItem(_)
        | store::Error::MemberFull(_)
        | store::Error::TooManyFullReads => {
            "DynamoDB refuses the first read: check that the table has the keys PK and SK"
        }
    };
    tracing::error!(table, region, cause = error_chain(error), check, "the table cannot be read");
}

/// Logs a failed read of the pepper. `secret` is the ARN, or the name of the setting on a developer's machine.
pub fn report_secret(error: &LoadError, secret: &str, region: &str) {
    let check = match error {
        LoadError::Missing(_) => {
            "there is no such secret in this region, or it is marked for deletion: check the \
             setting, and restore the secret if it is"
        }
        LoadError::Denied(_) => {
            "the function's role may not read the secret: check its policy, and that of the \
             secret's key if it has one"
        }
        LoadError::Read(_) => {
            "Secrets Manager does not answer: check the region, and the function's way out if it \
             is in a VPC"
        }
        LoadError::Shape => "the secret must be {\"pepper\": \"...\"}: put the value back",
        LoadError::Sample => "make a secret with a random pepper",
    };
    tracing::error!(secret, region, cause = error_chain(error), check, "the pepper cannot be read");
}
