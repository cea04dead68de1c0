//! Failures as SCIM error bodies (RFC 7644 §3.12), problems (RFC 9457) and pages: one place decides what a client sees
//! and what the log keeps.
//!
//! 4xx texts are for the administrator of an identity provider. 5xx texts are fixed, and name the request so that
//! operations can find the cause in the log. Who notices a failure need not know the request: the outermost layer
//! writes the body ([`render`]).

use super::context::Part;
use super::observe::Seen;
use super::response;
use super::site::WriteFailure;
use crate::directory::{self, Kind, Scope};
use crate::scim::{self, urn};
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use std::any::Any;
use std::sync::Arc;

/// A failure on its way out.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    scim_type: Option<&'static str>,
    detail: String,
    retry_after_secs: Option<u16>,
    cause: Option<Cause>,
}

/// What the log keeps of a server error.
#[derive(Debug)]
enum Cause {
    Directory(Box<directory::Error>),
    Text(String),
}

impl Cause {
    fn text(&self) -> String {
        match self {
            Cause::Directory(error) => crate::error_chain(&**error),
            Cause::Text(text) => text.clone(),
        }
    }
}

/// An [`ApiError`] on its way to the outermost layer.
#[derive(Debug, Clone)]
struct Failure(Arc<ApiError>);

impl ApiError {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), retry_after_secs: None, cause: None }
    }

    /// 401, the same for every reason (RFC 7644 §3.12, RFC 6750 §3).
    pub(super) fn unauthorized(scope: Scope) -> Self {
        let detail = match scope {
            Scope::Scim => {
                "The Authorization header must be \"Bearer\" and a valid Secret Token of this \
                 tenant; check that Tenant URL and Secret Token belong together, or rotate the \
                 token and paste the new one"
            }
            Scope::Admin => {
                "The Authorization header must be \"Bearer\" and a valid admin token of this tenant"
            }
        };
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    pub(super) fn no_such_resource(kind: Kind) -> Self {
        let text = match kind {
            Kind::Employee => {
                "There is no user with this id; it may have been deleted. Look it up by userName"
            }
            Kind::Group => {
                "There is no group with this id; it may have been deleted. Look it up by displayName"
            }
        };
        Self::new(StatusCode::NOT_FOUND, text)
    }

    pub(super) fn no_such_resource_type() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such resource type; see /ResourceTypes")
    }

    pub(super) fn no_such_schema() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such schema; see /Schemas")
    }

    pub(super) fn no_filter_on_discovery() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Discovery documents cannot be filtered (RFC 7644 section 4)",
        )
    }

    pub(super) fn too_large(max_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body is too large; at most {max_bytes} bytes are accepted"),
        )
    }

    pub(super) fn page_too_large(bytes: usize, max_bytes: usize) -> Self {
        scim::Error::new(
            scim::ScimType::TooMany,
            format!(
                "The answer would have {bytes} bytes, and at most {max_bytes} can be sent; ask for \
                 fewer rows with count, or for fewer attributes (excludedAttributes=members leaves \
                 the members of groups out)"
            ),
        )
        .into()
    }

    pub(crate) fn broken_body() -> Self {
        scim::Error::invalid_syntax("The body ended before it was complete").into()
    }

    pub(super) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The Content-Type must be application/scim+json or application/json",
        )
    }

    /// 404 for an operation of a bulk request.
    pub(super) fn no_such_bulk_endpoint() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such endpoint; the path of an operation begins with /Users or /Groups",
        )
    }

    /// 413 for a bulk request beyond what `/ServiceProviderConfig` announces (RFC 7644 §3.7.4).
    pub(super) fn bulk_too_large(detail: String) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// 503 for what a bulk request had no time for.
    pub(super) fn no_time_left() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            1,
            "The operation was not done: those before it took too long. Send it again",
        )
    }

    /// 500 for an answer that cannot be written: a defect.
    pub(crate) fn unwritable() -> Self {
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The service failed");
        error.cause = Some(Cause::Text("an answer cannot be written".to_owned()));
        error
    }

    pub(crate) fn retry_later(status: StatusCode, seconds: u16, detail: &str) -> Self {
        let mut error = Self::new(status, detail);
        error.retry_after_secs = Some(seconds);
        error
    }

    /// 503 for a request that took too long.
    pub(super) fn too_slow(seconds: u64) -> Self {
        let mut error = Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            5,
            "The request took too long and was given up; a change it asked for may be there",
        );
        error.cause = Some(Cause::Text(format!("not finished after {seconds} seconds")));
        error
    }
}

/// The status and the text of an answer that tells the identity provider's administrator what to mend. Not found and
/// not modified by others are every day's work.
pub(super) fn refusal(response: &Response) -> Option<(u16, String)> {
    let Failure(failure) = response.extensions().get()?;
    let status = failure.status.as_u16();
    let is_news = matches!(status, 400 | 403 | 405 | 409 | 413 | 415);
    is_news.then(|| (status, failure.detail.chars().take(MOST_NOTED_CHARS).collect()))
}

/// How much of a text is kept.
const MOST_NOTED_CHARS: usize = 200;

/// Writes the body of a failure into its response, a SCIM error, a problem (RFC 9457) or a page, and logs the cause of
/// a server error: here, and nowhere else.
pub(super) fn render(response: &mut Response, seen: &Seen, write_page: WriteFailure) {
    let Some(Failure(failure)) = response.extensions_mut().remove::<Failure>() else { return };
    let Seen { request_id, operation, tenant, .. } = seen;
    let mut detail = failure.detail.clone();
    if failure.status.is_server_error() {
        detail = format!("{detail} (request id {request_id})");
    }
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

/// A SCIM error (RFC 7644 §3.12).
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

/// What a bulk request says of an operation that failed: the status and the error that it would have been answered with
/// alone. The cause of a server error is logged here.
pub(super) fn in_bulk(failure: &ApiError, request_id: &str) -> (u16, Value) {
    let mut detail = failure.detail.clone();
    if failure.status.is_server_error() {
        detail = format!("{detail} (request id {request_id})");
    }
    if let Some(cause) = &failure.cause {
        tracing::error!(request_id, cause = cause.text(), "bulk operation failed");
    }
    (failure.status.as_u16(), scim_error(failure, detail))
}

impl From<scim::Error> for ApiError {
    fn from(error: scim::Error) -> Self {
        let status = StatusCode::from_u16(error.scim_type.status());
        let mut api_error = Self::new(status.unwrap_or(StatusCode::BAD_REQUEST), error.detail);
        api_error.scim_type = Some(error.scim_type.as_str());
        api_error
    }
}

impl From<directory::Error> for ApiError {
    fn from(error: directory::Error) -> Self {
        use directory::Error;
        let mut api_error = match &error {
            Error::Protocol(refused) => return refused.clone().into(),
            Error::NoEmployee(_) => return Self::no_such_resource(Kind::Employee),
            Error::NoGroup(_) => return Self::no_such_resource(Kind::Group),
            Error::GroupNameTaken { holder } => {
                return scim::Error::new(
                    scim::ScimType::Uniqueness,
                    format!(
                        "displayName is in use by group {holder}, in this or another spelling. Find \
                         it with the filter displayName eq, and update it"
                    ),
                )
                .into();
            }
            Error::UserNameTaken { holder } => {
                return scim::Error::new(
                    scim::ScimType::Uniqueness,
                    format!(
                        "userName is in use by user {holder}, in this or another spelling; it may \
                         be a deactivated one. Find it with the filter userName eq, and update it"
                    ),
                )
                .into();
            }
            Error::VersionDiffers { current } => {
                return Self::new(
                    StatusCode::PRECONDITION_FAILED,
                    format!(
                        "The current version is {}, and If-Match or If-None-Match does not let it be \
                         changed; read the resource again and repeat the change",
                        scim::version::entity_tag(*current)
                    ),
                );
            }
            Error::BadCursor => {
                return scim::Error::invalid_value(
                    "The cursor is none that this list gave out; start again without one",
                )
                .into();
            }
            Error::TokenEnded => return Self::unauthorized(Scope::Admin),
            Error::AlreadyRotated => {
                return Self::new(StatusCode::CONFLICT, "The token was rotated meanwhile");
            }
            Error::LastAdminToken => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "It is the last admin token, and without it nobody could administer the tenant; \
                     rotate it instead, with overlapSecs 0",
                );
            }
            Error::NoAttribute => {
                return Self::new(
                    StatusCode::NOT_FOUND,
                    "There is no such custom attribute; the list has those there are",
                );
            }
            Error::AttributeRefused(why) => return Self::new(StatusCode::CONFLICT, why.clone()),
            Error::NotArchived(_) => {
                return Self::new(
                    StatusCode::CONFLICT,
                    "The employee is not archived; deactivate the user in the identity provider first",
                );
            }
            Error::NoTenant => return Self::unauthorized(Scope::Scim),
            Error::PreviousTokenValid { .. } => {
                return Self::new(StatusCode::CONFLICT, "An earlier token is still valid");
            }
            Error::TenantTaken => {
                return Self::new(StatusCode::CONFLICT, "The tenant id is in use");
            }
            // Okta waits and tries again after a 429; after any other failure its task ends.
            Error::Contention => Self::retry_later(
                StatusCode::TOO_MANY_REQUESTS,
                1,
                "The resource is being changed by too many requests at once; nothing was changed",
            ),
            Error::Busy(_) => Self::retry_later(
                StatusCode::TOO_MANY_REQUESTS,
                2,
                "Too many requests at the moment",
            ),
            Error::Unavailable(_) => Self::retry_later(
                StatusCode::SERVICE_UNAVAILABLE,
                5,
                "The service cannot reach its data at the moment",
            ),
            Error::NoPepper(_) => Self::retry_later(
                StatusCode::SERVICE_UNAVAILABLE,
                30,
                "The service cannot check credentials at the moment",
            ),
            Error::Broken(_) | Error::NoRandomness(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The service failed")
            }
        };
        api_error.cause = Some(Cause::Directory(Box::new(error)));
        api_error
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = response::empty(self.status);
        if let Some(seconds) = self.retry_after_secs {
            // A whole number: Okta waits exactly so long, and five minutes for anything else.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"rollcall\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// 404 under a tenant's administration.
pub(super) async fn no_such_operation() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "There is no such operation; see openapi.json here")
}

/// 501 for `/Me` (RFC 7644 §3.11).
pub(super) async fn no_me() -> ApiError {
    ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "A Secret Token belongs to an identity provider and not to a user, so there is no /Me",
    )
}

/// 404 under a tenant's SCIM root.
pub(super) async fn no_such_endpoint() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "There is no such endpoint; /Users, /Groups, /ServiceProviderConfig, /ResourceTypes and /Schemas \
         stand directly under the Tenant URL",
    )
}

/// 404 everywhere else: most often a Tenant URL that was not pasted whole.
pub(super) async fn no_such_path() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "There is no such path; a Tenant URL ends with /tenants/{tenant}/scim/v2",
    )
}

/// 405; the router adds `Allow`.
pub(super) async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "The endpoint does not take this method; the Allow header names those it takes",
    )
}

/// 500 for a panic: a defect, and this request's only. Its text is not looked at: it may quote what a client sent.
pub(super) fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    let mut error = ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The service failed");
    error.cause = Some(Cause::Text("panic".to_owned()));
    error.into_response()
}
