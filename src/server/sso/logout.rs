//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the identity provider ends sessions by a signed logout
//! token. The token is the proof, so the route has no cookie and no check of the origin.

use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::form_body::read_form;
use crate::server::observe::OfStranger;
use crate::server::response::{empty, plain_json};
use crate::server::tenant_urls::tenant_in;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

/// The maximum length of the form, in bytes: a token of 16 KiB, percent-encoded.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// Ends the sessions that a logout token names. The answer is 200, or 400 for every token that is not valid here
/// (§2.8). A token about an unknown person is valid, and changes nothing.
pub(super) async fn log_out(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let token = logout_token(&headers, body).await;
    let (Some(tenant), Some(token)) = (tenant_in(uri.path()), token) else { return invalid() };
    match services.sso.end_by_logout_token(&tenant, &token).await? {
        true => Ok(of_stranger(empty(StatusCode::OK))),
        false => invalid(),
    }
}

/// Reads the field `logout_token` of the form (§2.5); `None` without it.
async fn logout_token(headers: &HeaderMap, body: Body) -> Option<String> {
    let form = read_form(headers, body, MAX_FORM_BYTES).await.ok()?;
    form.get("logout_token").map(ToOwned::to_owned)
}

fn invalid() -> Answer {
    let body = json!({"error": "invalid_request"});
    plain_json(StatusCode::BAD_REQUEST, &body).map(of_stranger)
}

fn of_stranger(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(OfStranger);
    response
}
