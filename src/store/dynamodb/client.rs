//! How patient the SDK's clients are: the same on AWS and on a local endpoint.

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use std::time::Duration;

/// Retries and timeouts for a client of this store.
///
/// A gateway waits 29 seconds and an identity provider 60: a call gives up well before, so that the client gets an
/// answer with `Retry-After` and not a cut connection.
pub fn patience(config: Builder) -> Builder {
    config.retry_config(retries()).timeout_config(timeouts())
}

/// How often a call is tried. DynamoDB answers in milliseconds; the SDK's own first pause of up to a second would be
/// longer than most requests.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_secs(1))
}

/// How long a call may take: 2 s to connect, 3 s an attempt, 8 s in all.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build()
}
