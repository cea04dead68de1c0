//! The retries and timeouts of the SDK's clients. They are the same on AWS and on a local endpoint.

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use std::time::Duration;

/// Sets the retries and timeouts of a client of this store.
///
/// A gateway waits 29 seconds, and an identity provider waits 60 seconds. A call fails well before. So the client gets
/// a response with `Retry-After` instead of a cut connection.
pub fn patience(config: Builder) -> Builder {
    config.retry_config(retries()).timeout_config(timeouts())
}

/// The retries of a call: at most four attempts. DynamoDB answers in milliseconds. The SDK's own first pause of up to 1
/// second would be longer than most requests.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_secs(1))
}

/// The timeouts of a call: 2 s to connect, 3 s for an attempt, 8 s in all.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build()
}
