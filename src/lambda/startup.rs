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
            "the table does not exist in this region: check ROLLCALL_TABLE, and that the function and \
             the table are in the same region"
        }
        store::Error::Denied(_) => {
            "the function's role may not read the table: check the policy of the role, and the policy \
             of the table's KMS key if it has one"
        }
        store::Error::Unavailable(_) => {
            "DynamoDB does not answer: check the region, and the route to DynamoDB if the function is \
             in a VPC"
        }
        store::Error::Throttled(_) | store::Error::Conflict(_) => {
            "DynamoDB throttles the first read: raise MaxReadUnits of the table, or wait"
        }
        store::Error::OtherFormat { .. } => {
            "another version of Rollcall wrote this table: deploy that version, or use another table"
        }
        store::Error::Refused(_)
        | store::Error::BadItem(_)
        | store::Error::MemberFull(_)
        | store::Error::TooManyFullReads => {
            "DynamoDB refuses the first read: check that the table has the key attributes PK and SK"
        }
    };
    tracing::error!(table, region, cause = error_chain(error), check, "the table cannot be read");
}

/// Logs a failed read of the pepper. `secret` is the ARN, or the name of the setting on a developer's machine.
pub fn report_secret(error: &LoadError, secret: &str, region: &str) {
    let check = match error {
        LoadError::Missing(_) => {
            "the secret does not exist in this region, or is marked for deletion: check the \
             setting that names it, or restore the secret"
        }
        LoadError::Denied(_) => {
            "the function's role may not read the secret: check the policy of the role, and the policy \
             of the secret's KMS key if it has one"
        }
        LoadError::Read(_) => {
            "Secrets Manager does not answer: check the region, and the route to Secrets Manager if \
             the function is in a VPC"
        }
        LoadError::Shape => {
            "the secret must have the form {\"pepper\": \"...\"}: restore its previous value"
        }
        LoadError::Sample => "the sample pepper is public: create a secret with a random pepper",
    };
    tracing::error!(secret, region, cause = error_chain(error), check, "the pepper cannot be read");
}
