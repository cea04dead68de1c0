//! The failures of bulk requests, and of requests that take too much time or capacity.

use super::{ApiError, LoggedCause};
use crate::model::cause::Cause;
use http::StatusCode;

impl ApiError {
    /// 404 for an operation of a bulk request.
    pub(in crate::server) fn no_such_bulk_endpoint() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no endpoint at the path of this operation. The path must begin with /Users or /Groups",
        )
        .noted(Cause::UnknownBulkPath)
    }

    /// 413 for a bulk request beyond the limits that `/ServiceProviderConfig` announces (RFC 7644 §3.7.4).
    pub(in crate::server) fn bulk_too_large(detail: String) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail).noted(Cause::TooManyOperations)
    }

    /// 503 for a bulk operation that did not start in time.
    pub(in crate::server) fn no_time_left() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            1,
            "The operation did not start, because the operations before it took too long. Send it again",
        )
        .noted(Cause::NotStarted)
    }

    /// 429 for a tenant that used its share of the table.
    pub(crate) fn over_its_share(wait: time::Duration) -> Self {
        let seconds = u16::try_from(wait.whole_seconds().saturating_add(1)).unwrap_or(u16::MAX);
        let mut error = Self::retry_later(
            StatusCode::TOO_MANY_REQUESTS,
            seconds,
            "This tenant used its share of the capacity. Wait for the seconds in Retry-After and repeat \
             the request",
        );
        error.cause = Some(LoggedCause::OverShare);
        error.noted(Cause::ShareUsed)
    }

    /// 503 for a request that took too long.
    pub(in crate::server) fn too_slow(seconds: u64) -> Self {
        let mut error = Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            5,
            "The request took too long and was stopped. Its change may be committed: read the resource \
             before you repeat the request",
        );
        error.cause = Some(LoggedCause::Text(format!("not finished after {seconds} seconds")));
        error.noted(Cause::TooSlow)
    }
}
