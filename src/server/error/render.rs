//! Writes failures into the bodies of responses, and logs their causes.

use super::{ApiError, Failure, LoggedCause, READ_ONLY_TOKEN, UnreadableAnswer};
use crate::server::page_urls::{Site, WriteFailure};
use crate::server::response;
use axum::response::Response;
use scim::urn;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A request, as its log lines name it, with the format of its failures.
#[derive(Debug)]
pub(in crate::server) struct LoggedRequest {
    pub(in crate::server) request_id: Arc<str>,
    /// Method and route, such as `PATCH /Users/{id}`, or `other`. The number of values is limited, because the
    /// operation is a dimension of metrics.
    pub(in crate::server) operation: String,
    /// The tenant in the URL, whether it exists or not. `-` if the URL names no tenant.
    pub(in crate::server) tenant: String,
    pub(in crate::server) failure_format: FailureFormat,
}

/// The format of a failure. The route of the request decides it.
#[derive(Debug, Clone)]
pub(in crate::server) enum FailureFormat {
    /// A SCIM error (RFC 7644 §3.12).
    ScimError,
    /// A problem (RFC 9457), for the administration of a tenant.
    Problem,
    /// A page, with the URLs of the tenant's pages.
    Page(Site),
}

/// Returns the status and the text of a response that the identity provider's administrator should act on. 404, 412 and
/// most 429 are routine and not reported. A 429 for the tenant's share is reported.
pub(in crate::server) fn refusal(response: &Response) -> Option<(u16, String)> {
    let Failure(failure) = response.extensions().get()?;
    let status = failure.status.as_u16();
    let is_news = matches!(status, 400 | 403 | 405 | 409 | 413 | 415)
        || matches!(failure.cause, Some(LoggedCause::OverShare));
    is_news.then(|| (status, failure.detail.chars().take(MOST_NOTED_CHARS).collect()))
}

/// Whether a response refuses a read token. Its operation may not exist.
pub(in crate::server) fn refuses_read_token(response: &Response) -> bool {
    let failure = response.extensions().get::<Failure>();
    failure.is_some_and(|Failure(failure)| failure.problem_type == Some(READ_ONLY_TOKEN))
}

/// The log message about a response to a committed write.
const UNREADABLE: &str = "the change is committed, but its answer could not be read";

/// The number of characters that are kept of a text.
const MOST_NOTED_CHARS: usize = 200;

/// Writes the body of a failure into its response: a SCIM error, a problem (RFC 9457) or a page. Logs the cause of a
/// server error; only this function and [`in_bulk`] do so.
pub(in crate::server) fn render(
    response: &mut Response,
    request: &LoggedRequest,
    write_page: WriteFailure,
) {
    let LoggedRequest { request_id, operation, tenant, failure_format } = request;
    if let Some(UnreadableAnswer(error)) = response.extensions_mut().remove::<UnreadableAnswer>() {
        let request_id = &**request_id;
        match &error.cause {
            Some(cause) => {
                let cause = cause.text();
                tracing::error!(request_id, operation, tenant, cause, "{UNREADABLE}");
            }
            None => {
                tracing::warn!(request_id, operation, tenant, cause = error.detail, "{UNREADABLE}");
            }
        }
    }
    let Some(Failure(failure)) = response.extensions_mut().remove::<Failure>() else { return };
    let detail = detail_for(&failure, request_id);
    if let Some(cause) = &failure.cause {
        let cause = cause.text();
        tracing::error!(request_id = &**request_id, operation, tenant, cause, "request failed");
    }
    match failure_format {
        FailureFormat::ScimError => response::set_json(response, &scim_error(&failure, detail)),
        FailureFormat::Problem => {
            response::set_problem(response, &problem(&failure, &detail, request_id));
        }
        FailureFormat::Page(site) => write_page(response, site, &detail),
    }
}

/// Returns the text for the client. A server error names the request, so that operations can find its cause.
fn detail_for(failure: &ApiError, request_id: &str) -> String {
    match failure.status.is_server_error() {
        true => format!("{} (request id {request_id})", failure.detail),
        false => failure.detail.clone(),
    }
}

/// Builds a problem (RFC 9457).
fn problem(failure: &ApiError, detail: &str, request_id: &str) -> Value {
    json!({
        "type": failure.problem_type.unwrap_or("about:blank"),
        "title": failure.status.canonical_reason(),
        "status": failure.status.as_u16(),
        "detail": detail,
        "requestId": request_id,
    })
}

/// Builds a SCIM error (RFC 7644 §3.12).
fn scim_error(failure: &ApiError, detail: String) -> Value {
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([urn::ERROR]));
    body.insert("status".to_owned(), Value::from(failure.status.as_u16().to_string()));
    if let Some(scim_type) = failure.scim_type {
        body.insert("scimType".to_owned(), Value::from(scim_type));
    }
    body.insert("detail".to_owned(), Value::from(detail));
    Value::Object(body)
}

/// Returns the status and the error of a failed bulk operation, as the operation alone would get them. Logs the cause
/// of a server error.
pub(in crate::server) fn in_bulk(failure: &ApiError, request_id: &str) -> (u16, Value) {
    let detail = detail_for(failure, request_id);
    if let Some(cause) = &failure.cause {
        tracing::error!(request_id, cause = cause.text(), "bulk operation failed");
    }
    (failure.status.as_u16(), scim_error(failure, detail))
}
