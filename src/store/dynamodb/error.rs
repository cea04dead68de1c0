//! The errors of the store, by the reaction that is open to the caller.

use super::retry::GaveUp;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use std::error::Error as StdError;

type Cause = Box<dyn StdError + Send + Sync>;

/// An error of the store other than a failed condition.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many requests or too much contention. A retry after a pause can succeed.
    #[error("DynamoDB asks to slow down")]
    Throttled(#[source] Cause),
    /// A call met a transaction that is being committed. The store retries the call.
    #[error("an item is being written by a transaction")]
    Conflict(#[source] Cause),
    /// The limit of concurrent full reads is reached. A retry after the end of a full read can succeed.
    #[error("the limit of concurrent full reads is reached")]
    TooManyFullReads,
    /// No answer, or a server-side failure. A later retry can succeed.
    #[error("DynamoDB did not answer")]
    Unavailable(#[source] Cause),
    /// A member has reached the limit of groups, and cannot join another.
    #[error("a member has reached the limit of groups")]
    MemberFull(uuid::Uuid),
    /// The items of the table have another format than this program's.
    #[error("{}", describe_format(*found, *expected))]
    OtherFormat {
        /// The format of the table; 0 when it has no valid one.
        found: u64,
        /// The format of this program.
        expected: u64,
    },
    /// The table does not exist.
    #[error("the DynamoDB table does not exist")]
    NoTable(#[source] Cause),
    /// The credentials or the policy do not allow the call.
    #[error("DynamoDB denied access")]
    Denied(#[source] Cause),
    /// DynamoDB refused the request as malformed: a defect of this program.
    #[error("DynamoDB refused the request")]
    Refused(#[source] Cause),
    /// An item does not have the shape that this program writes.
    #[error("an item cannot be read")]
    BadItem(#[source] Cause),
}

fn describe_format(found: u64, expected: u64) -> String {
    match found {
        0 => "the table has no valid format number; an older program wrote it. Use that program, or another table or data \
              folder"
            .to_owned(),
        found => format!(
            "the table's items have format {found}; this version of Rollcall reads format {expected} only. Use the version \
             that wrote them, or another table or data folder"
        ),
    }
}

/// Whether an AWS error code means that credentials or policy do not allow a call.
pub fn is_denial(code: &str) -> bool {
    matches!(
        code,
        "AccessDeniedException"
            | "UnrecognizedClientException"
            | "ExpiredTokenException"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
    )
}

impl Error {
    /// Classifies an error by its DynamoDB code and HTTP status.
    pub fn classify(code: &str, status: Option<u16>, cause: Cause) -> Self {
        match code {
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "TransactionInProgressException"
            | "LimitExceededException" => Error::Throttled(cause),
            // `aws.rs` reads the reasons of a cancelled `TransactWriteItems`, so the first one is a `TransactGetItems`. The
            // second one is an `UpdateItem`.
            "TransactionCanceledException" | "TransactionConflictException" => {
                Error::Conflict(cause)
            }
            "ResourceNotFoundException" => Error::NoTable(cause),
            code if is_denial(code) => Error::Denied(cause),
            _ => match status {
                Some(400..=499) => Error::Refused(cause),
                _ => Error::Unavailable(cause),
            },
        }
    }

    /// Makes the error for an item that cannot be read or written.
    pub(in crate::store) fn bad_item(cause: impl Into<Cause>) -> Self {
        Error::BadItem(cause.into())
    }
}

impl From<GaveUp> for Error {
    fn from(_: GaveUp) -> Self {
        Error::Throttled("an item was contended, or a batch cut short, for too long".into())
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.code().unwrap_or_default().to_owned();
        let malformed = matches!(error, SdkError::ConstructionFailure(_));
        let cause: Cause = Box::new(error);
        if malformed {
            return Error::Refused(cause);
        }
        Error::classify(&code, status, cause)
    }
}
