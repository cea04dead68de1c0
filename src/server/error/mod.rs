//! Turns failures into SCIM error bodies (RFC 7644 §3.12), problems (RFC 9457) and pages.
//! `admin/messages.rs` and `pages/messages.rs` have the texts of their own readers.
//!
//! 4xx texts are for the reader who can mend the request: the administrator of the identity provider, or the tenant's
//! administrator. 5xx texts are fixed. They name the request, so that
//! operations can find the cause in the log. The outermost layer writes the body ([`render`]), so the code that
//! detects a failure does not need the request.

pub(super) mod fallback;
pub(super) mod render;
mod messages;
pub(super) mod failure_note;
pub(super) mod noted;
mod time_and_size;
mod administrator;
mod destination;
mod sso;

use crate::directory;
use crate::directory::sso::error::SsoCode;
use crate::model::cause::Cause;
use crate::server::problems::ProblemCause;
use axum::response::{IntoResponse, Response};
use failure_note::FailureNote;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use std::num::NonZeroU16;
use std::sync::Arc;
use uuid::Uuid;

/// The result of a handler.
pub(super) type Answer = Result<Response, ApiError>;

/// The text of a 500. The request id follows it.
const SERVICE_FAILED: &str =
    "The service failed. Give the request id to the operator of this service";

/// A failure that becomes a response.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    scim_type: Option<&'static str>,
    /// The cause of a problem (RFC 9457 §3.1.1); `None` when the status tells enough.
    problem: Option<ProblemCause>,
    /// The wrong attributes of a body.
    fields: Vec<FieldError>,
    /// The id of the other record of a conflict.
    record_id: Option<Uuid>,
    detail: String,
    /// The stable code of the refused rule, beside the cause; `None` for most failures.
    code: Option<SsoCode>,
    retry_after_secs: Option<NonZeroU16>,
    cause: Option<LoggedCause>,
    /// The failure for the tenant's administrator, without any text of the client.
    note: Option<Box<FailureNote>>,
}

/// A wrong attribute of a body.
#[derive(Debug, Clone, Serialize)]
struct FieldError {
    field: String,
    detail: String,
}

/// The cause of a server error, for the log.
#[derive(Debug)]
enum LoggedCause {
    Directory(Box<directory::Error>),
    OverShare,
    Text(String),
}

impl LoggedCause {
    fn text(&self) -> String {
        match self {
            LoggedCause::Directory(error) => crate::error_chain(&**error),
            LoggedCause::OverShare => "the tenant used its share of capacity units".to_owned(),
            LoggedCause::Text(text) => text.clone(),
        }
    }
}

/// An [`ApiError`] that a response carries to the outermost layer.
#[derive(Debug, Clone)]
struct Failure(Arc<ApiError>);

/// The error of a response to a committed write, for the log.
#[derive(Debug, Clone)]
struct UnreadableAnswer(Arc<ApiError>);

impl ApiError {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            problem: None,
            fields: Vec::new(),
            record_id: None,
            detail: detail.into(),
            code: None,
            retry_after_secs: None,
            cause: None,
            note: None,
        }
    }

    /// 400.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 400 for a query parameter.
    pub(super) fn bad_parameter(detail: impl Into<String>) -> Self {
        Self::bad_request(detail).because(ProblemCause::InvalidParameter)
    }

    /// 404.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409.
    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 500 for a response that cannot be written, which is a defect.
    pub(crate) fn unwritable() -> Self {
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, SERVICE_FAILED);
        error.cause = Some(LoggedCause::Text("a response cannot be written".to_owned()));
        error.noted(Cause::ServiceFailed)
    }

    /// Names the cause for the tenant's administrator.
    pub(crate) fn noted(self, cause: Cause) -> Self {
        Self { note: Some(Box::new(FailureNote::of(cause))), ..self }
    }

    /// Attaches the error to the response to a committed write, so that `render` logs it.
    pub(super) fn logged_with(self, mut answer: Response) -> Response {
        answer.extensions_mut().insert(UnreadableAnswer(Arc::new(self)));
        answer
    }

    /// Names the cause of the problem.
    pub(super) fn because(self, cause: ProblemCause) -> Self {
        Self { problem: Some(cause), ..self }
    }

    /// Names the attribute of the body that is wrong. The text of the failure is about it.
    pub(super) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.fields.push(FieldError { field: field.into(), detail: self.detail.clone() });
        self.problem.get_or_insert(ProblemCause::InvalidBody);
        self
    }

    /// Names the other record of a conflict.
    pub(super) fn about_record(self, id: Option<Uuid>) -> Self {
        Self { record_id: id, ..self }
    }

    /// Replaces the text. The status and the cause for the log stay.
    pub(super) fn with_detail(mut self, detail: &str) -> Self {
        detail.clone_into(&mut self.detail);
        self
    }

    pub(crate) fn retry_later(status: StatusCode, seconds: u16, detail: &str) -> Self {
        let mut error = Self::new(status, detail);
        error.retry_after_secs = NonZeroU16::new(seconds);
        error
    }
}

/// Replaces the text of a failed response. The log keeps its cause.
pub(crate) fn reword(response: &mut Response, detail: &str) {
    if let Some(Failure(failure)) = response.extensions_mut().get_mut()
        && let Some(failure) = Arc::get_mut(failure)
    {
        detail.clone_into(&mut failure.detail);
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after_secs {
            // A whole number of seconds: Okta waits exactly this time, and five minutes for any other value.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.get()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"rollcall\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}
