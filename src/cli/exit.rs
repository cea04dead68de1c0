//! Exit codes, so that a script can tell what happened. They are listed in `--help`.

use rollcall::directory::Error;
use std::process::ExitCode;

/// A rule of this command, not of the directory, said no.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// The check of a tenant found damage, and reported it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(pub String);

/// The AWS settings of this machine have no region.
#[derive(Debug, thiserror::Error)]
#[error("there is no AWS region: set AWS_REGION, or region in the profile (AWS_PROFILE)")]
pub struct NoRegion;

/// The AWS settings of this machine lead to no credentials.
#[derive(Debug, thiserror::Error)]
#[error(
    "there are no AWS credentials: log in (aws sso login, aws login), or set AWS_PROFILE or \
     AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)]
pub struct NoCredentials(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Nothing goes by a name that was given.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotFound(pub String);

const FAILED: u8 = 1;
const NOT_FOUND: u8 = 3;
const REFUSED: u8 = 4;
const DAMAGED: u8 = 5;
const NO_AWS_LOGIN: u8 = 6;

/// The exit code of a failure.
pub fn code_of(failure: &anyhow::Error) -> ExitCode {
    if failure.is::<Refused>() {
        return ExitCode::from(REFUSED);
    }
    if failure.is::<Damaged>() {
        return ExitCode::from(DAMAGED);
    }
    if failure.is::<NoRegion>() || failure.is::<NoCredentials>() {
        return ExitCode::from(NO_AWS_LOGIN);
    }
    if failure.is::<NotFound>() {
        return ExitCode::from(NOT_FOUND);
    }
    let code = match failure.downcast_ref::<Error>() {
        Some(Error::NoTenant | Error::NoEmployee(_) | Error::NoGroup(_) | Error::NoAttribute) => {
            NOT_FOUND
        }
        Some(
            Error::TenantTaken
            | Error::AttributeRefused(_)
            | Error::PreviousTokenValid { .. }
            | Error::NotArchived(_)
            | Error::BadCursor
            | Error::TokenEnded
            | Error::TokenReplaced
            | Error::LastAdminToken
            | Error::AlreadyRotated
            | Error::UserNameTaken { .. }
            | Error::GroupNameTaken { .. }
            | Error::VersionDiffers { .. }
            | Error::Protocol(_),
        ) => REFUSED,
        Some(
            Error::Contention
            | Error::NoPepper(_)
            | Error::NoRandomness(_)
            | Error::Busy(_)
            | Error::TooManyFullReads
            | Error::Unavailable(_)
            | Error::Broken(_),
        )
        | None => FAILED,
    };
    ExitCode::from(code)
}
