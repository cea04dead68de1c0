//! Exit codes and error texts of the command. A script can tell failures apart by the code; `--help` lists the codes.

use super::output;
use rollcall::directory::Error;
use rollcall::directory::destinations::DestinationError;
use rollcall::directory::sso::error::SsoError;
use serde_json::json;
use std::io::ErrorKind;
use std::process::ExitCode;

/// A rule of the command, not of the directory, refused the request.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// The check of a tenant found damage and printed it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(pub String);

/// The AWS settings of this machine have no region.
#[derive(Debug, thiserror::Error)]
#[error("there is no AWS region: set AWS_REGION, or region in the profile (AWS_PROFILE)")]
pub struct NoRegion;

/// The AWS settings of this machine provide no credentials.
#[derive(Debug, thiserror::Error)]
#[error(
    "there are no AWS credentials: log in (aws sso login, aws login), or set AWS_PROFILE or \
     AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)]
pub struct NoCredentials(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Nothing exists under the given name.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotFound(pub String);

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
const NOT_FOUND: u8 = 3;
const REFUSED: u8 = 4;
const DAMAGED: u8 = 5;
const NO_AWS_LOGIN: u8 = 6;

/// Prints a failure to standard error, and returns its exit code.
pub fn report(failure: &anyhow::Error, json: bool) -> ExitCode {
    let code = code_of(failure);
    if json {
        output::print_error(&error_json(&format!("{failure:#}"), code));
    } else {
        output::print_error(&format!("rollcall: {failure:#}"));
    }
    ExitCode::from(code)
}

/// Prints the error in the arguments, or the requested help, and returns the exit code.
pub fn report_usage(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        let text = error.render().to_string();
        let text = text.trim().trim_start_matches("error: ");
        output::print_error(&error_json(text, WRONG_USAGE));
        return ExitCode::from(WRONG_USAGE);
    }
    // The text has colours on a terminal.
    match error.print() {
        _ if error.use_stderr() => ExitCode::from(WRONG_USAGE),
        Err(failed) if failed.kind() != ErrorKind::BrokenPipe => ExitCode::from(FAILED),
        _ => ExitCode::SUCCESS,
    }
}

fn error_json(text: &str, code: u8) -> String {
    json!({"error": text, "exitCode": code}).to_string()
}

/// Returns the exit code of a failure.
fn code_of(failure: &anyhow::Error) -> u8 {
    if failure.is::<Refused>() {
        return REFUSED;
    }
    if failure.is::<Damaged>() {
        return DAMAGED;
    }
    if failure.is::<NoRegion>() || failure.is::<NoCredentials>() {
        return NO_AWS_LOGIN;
    }
    if failure.is::<NotFound>() {
        return NOT_FOUND;
    }
    match failure.downcast_ref::<Error>() {
        Some(Error::NoTenant | Error::NoEmployee(_) | Error::NoGroup(_) | Error::NoAttribute) => {
            NOT_FOUND
        }
        Some(Error::Destination(DestinationError::NoDestination(_))) => NOT_FOUND,
        Some(Error::Sso(SsoError::NotConfigured | SsoError::NoAccount)) => NOT_FOUND,
        Some(
            Error::TenantTaken
            | Error::AttributeRefused(_)
            | Error::PreviousTokenValid { .. }
            | Error::TokenUsed
            | Error::NotArchived(_)
            | Error::BadCursor
            | Error::TokenEnded
            | Error::TokenReplaced
            | Error::LastAdminToken
            | Error::AlreadyReplaced
            | Error::UserNameTaken { .. }
            | Error::GroupNameTaken { .. }
            | Error::VersionDiffers { .. }
            | Error::Protocol(_)
            | Error::Destination(_)
            | Error::Sso(_),
        ) => REFUSED,
        Some(
            Error::Contention
            | Error::NoPepper(_)
            | Error::NoRandomness(_)
            | Error::NotSealed(_)
            | Error::Busy(_)
            | Error::TooManyFullReads
            | Error::Unavailable(_)
            | Error::Broken(_),
        )
        | None => FAILED,
    }
}
