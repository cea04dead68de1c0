//! `/health` and `/health/ready`, for monitors. They need neither a tenant nor a token.

use super::context::Services;
use super::error::ApiError;
use axum::extract::State;
use http::StatusCode;

/// Liveness: the process answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// Readiness: the process can also read the table, and has the pepper.
pub(super) async fn ready(State(services): State<Services>) -> Result<&'static str, ApiError> {
    let missing = services.readiness.missing().await;
    if missing.is_empty() {
        return Ok("ok\n");
    }
    let parts: Vec<&str> = missing.into_iter().map(|part| part.as_str()).collect();
    let text = format!("Not ready: {}. The log has the cause", parts.join(" and "));
    Err(ApiError::retry_later(StatusCode::SERVICE_UNAVAILABLE, 5, &text))
}
