//! Writes failures into the bodies of responses, and logs their causes.

use super::{ApiError, Failure, UnreadableAnswer};
use crate::server::page_urls::{PageFailure, PageVisit};
use crate::server::problems::{ProblemCause, ProblemText, find_text};
use crate::server::response;
use crate::server::tenant_urls::PROBLEMS_ROOT;
use axum::response::Response;
use http::StatusCode;
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
    /// A problem (RFC 9457), for the administration of a tenant. The text is the URL of the service, which has a page for
    /// each cause.
    Problem(Arc<str>),
    /// A page, for this visit.
    Page(PageVisit),
}

/// Whether a response refuses a read token. Its operation may not exist.
pub(in crate::server) fn refuses_read_token(response: &Response) -> bool {
    let failure = response.extensions().get::<Failure>();
    failure.is_some_and(|Failure(failure)| failure.problem == Some(ProblemCause::ReadOnlyToken))
}

/// The log message about a response to a committed write.
const UNREADABLE: &str = "the change is committed, but its answer could not be read";

/// Writes the body of a failure into its response: a SCIM error or a problem (RFC 9457). Returns the failure of a page,
/// which the caller writes. Logs the cause of a server error; only this function and [`in_bulk`] do so.
pub(in crate::server) fn render(
    response: &mut Response,
    request: &LoggedRequest,
) -> Option<PageFailure> {
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
    let Failure(failure) = response.extensions_mut().remove::<Failure>()?;
    let detail = detail_for(&failure, request_id);
    if let Some(cause) = &failure.cause {
        let cause = cause.text();
        tracing::error!(request_id = &**request_id, operation, tenant, cause, "request failed");
    }
    match failure_format {
        FailureFormat::ScimError => response::set_json(response, &scim_error(&failure, detail)),
        FailureFormat::Problem(url) => {
            response::set_problem(response, &problem(&failure, &detail, request_id, url));
        }
        FailureFormat::Page(_) => {
            let is_of_service = failure.status.is_server_error();
            let request_id = is_of_service.then(|| Arc::clone(request_id));
            return Some(PageFailure { detail: failure.detail.clone(), request_id });
        }
    }
    None
}

/// Returns the text for the client. A server error names the request, so that operations can find its cause.
fn detail_for(failure: &ApiError, request_id: &str) -> String {
    match failure.status.is_server_error() {
        true => format!("{} (request id {request_id})", failure.detail),
        false => failure.detail.clone(),
    }
}

/// Builds a problem (RFC 9457). `url` is the URL of the service.
fn problem(failure: &ApiError, detail: &str, request_id: &str, url: &str) -> Value {
    let named = failure.problem.map(ProblemCause::text);
    let noted = failure.note.as_ref().and_then(|note| find_text(note.cause.name()));
    let by_status = || ProblemCause::of_status(failure.status).text();
    let ProblemText { name, title, .. } = named.or(noted).unwrap_or_else(by_status);
    let mut body = Map::new();
    body.insert("type".to_owned(), Value::from(format!("{url}{PROBLEMS_ROOT}{name}")));
    body.insert("cause".to_owned(), Value::from(name));
    body.insert("title".to_owned(), Value::from(title));
    body.insert("status".to_owned(), Value::from(failure.status.as_u16()));
    body.insert("detail".to_owned(), Value::from(detail));
    if let Some(code) = failure.code {
        body.insert("code".to_owned(), Value::from(code.as_str()));
    }
    let attribute = failure.note.as_ref().and_then(|note| note.attribute.as_deref());
    if !failure.fields.is_empty() {
        body.insert("errors".to_owned(), json!(failure.fields));
    } else if let Some(field) = attribute.filter(|_| failure.status == StatusCode::BAD_REQUEST) {
        body.insert("errors".to_owned(), json!([{"field": field, "detail": detail}]));
    }
    if let Some(id) = failure.record_id {
        body.insert("recordId".to_owned(), Value::from(id.to_string()));
    }
    body.insert("requestId".to_owned(), Value::from(request_id));
    Value::Object(body)
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
