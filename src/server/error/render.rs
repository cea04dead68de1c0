//! Writes failures into the bodies of responses, and logs their causes.

use super::{ApiError, Cause, Failure, UnreadableAnswer};
use crate::server::context::Part;
use crate::server::observe::Seen;
use crate::server::page_urls::WriteFailure;
use crate::server::response;
use axum::response::Response;
use scim::urn;
use serde_json::{Map, Value, json};

/// Returns the status and the text of a response that the identity provider's administrator should act on. 404, 412 and
/// most 429 are routine and not reported. A 429 for the tenant's share is reported.
pub(in crate::server) fn refusal(response: &Response) -> Option<(u16, String)> {
    let Failure(failure) = response.extensions().get()?;
    let status = failure.status.as_u16();
    let is_news = matches!(status, 400 | 403 | 405 | 409 | 413 | 415)
        || matches!(failure.cause, Some(Cause::OverShare));
    is_news.then(|| (status, failure.detail.chars().take(MOST_NOTED_CHARS).collect()))
}

/// The log message about a response to a committed write.
const UNREADABLE: &str = "the change is committed, but its answer could not be read";

/// The number of characters that are kept of a text.
const MOST_NOTED_CHARS: usize = 200;

/// Writes the body of a failure into its response: a SCIM error, a problem (RFC 9457) or a page. Logs the cause of a
/// server error; only this function and [`in_bulk`] do so.
pub(in crate::server) fn render(response: &mut Response, seen: &Seen, write_page: WriteFailure) {
    let Seen { request_id, operation, tenant, .. } = seen;
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
    if let Some(site) = &seen.site {
        return write_page(response, site, &detail);
    }
    if seen.part == Part::Administration {
        let status = failure.status;
        let problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
            "requestId": &**request_id,
        });
        return response::set_problem(response, &problem);
    }
    response::set_json(response, &scim_error(&failure, detail));
}

/// Returns the text for the client. A server error names the request, so that operations can find its cause.
fn detail_for(failure: &ApiError, request_id: &str) -> String {
    match failure.status.is_server_error() {
        true => format!("{} (request id {request_id})", failure.detail),
        false => failure.detail.clone(),
    }
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
