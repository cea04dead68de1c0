//! `/tokens/{scope}` and `/tokens/{scope}/replace`: make a new token, which only this response shows.

use super::messages::explain;
use super::problem::Problem;
use super::request::{Call, JsonBody};
use super::tokens::{ScopeBody, read_scope};
use crate::directory::Error;
use crate::directory::access::token_set::{
    Earlier, IssuedToken, MAX_OVERLAP, Replacement, default_overlap,
};
use crate::server::compress::NeverCompressed;
use crate::server::error::{Answer, ApiError};
use crate::server::path::PathParts;
use crate::server::response::plain_json;
use crate::server::tenant_urls::SCIM_ROOT;
use http::StatusCode;
use scim::date_time;
use secrecy::ExposeSecret;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use time::Duration;
use utoipa::ToSchema;

/// The options of a replacement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReplacementBody {
    /// The number of seconds for which the current token stays valid. By default, a Secret Token or a read token stays
    /// valid for 24 hours, and an admin token ends at once.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 31_536_000)]
    overlap_secs: Option<u32>,
    /// A label for the new token, without invisible characters: control, format and blank characters. It must not
    /// contain a name that the history uses itself: `Identity Provider`, `Administrator`, `Read-only Client` or
    /// `rollcall command`. Spaces are not compared.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    label: Option<String>,
    /// The action while a token from the previous replacement is still valid. The default is `keep`.
    #[serde(default)]
    earlier: EarlierChoice,
}

/// The action while a token from the previous replacement is still valid.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum EarlierChoice {
    /// Refuses the replacement with 409.
    #[default]
    Keep,
    /// Ends the token from the previous replacement.
    Drop,
}

/// A new token. Only this response shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewTokenBody {
    /// The id of the token, for its revocation.
    id: String,
    /// The Tenant URL that an administrator pastes into the identity provider.
    tenant_url: String,
    /// The token. In the scope `scim`, it is the Secret Token.
    token: String,
    /// The tokens that worked before.
    earlier: Vec<EarlierTokenBody>,
}

/// A token that worked before the new one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EarlierTokenBody {
    id: String,
    label: String,
    /// When the token expires; `null` if the request ended it.
    #[schema(format = DateTime)]
    expires: Option<String>,
}

/// Replace a token
///
/// Makes a new current token. The token before it stays valid for the overlap, so that a pending sync does not fail. A
/// previous admin token can only read, and revoke itself. The response lists the earlier tokens with their expiry. A new
/// tenant has no read token: `POST /tokens/read` makes it.
#[utoipa::path(
    post,
    path = "/tokens/{scope}/replace",
    tag = "tokens",
    params(("scope" = ScopeBody, Path, description = "The scope of the token")),
    request_body = ReplacementBody,
    responses(
        (status = 200, description = "The new token. Only this response shows it", body = NewTokenBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn replace_token(
    call: Call,
    PathParts([scope]): PathParts<1>,
    JsonBody(body): JsonBody<ReplacementBody>,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let overlap = match body.overlap_secs {
        None => default_overlap(scope),
        Some(seconds) => Duration::seconds(i64::from(seconds)),
    };
    if overlap > MAX_OVERLAP {
        let most = MAX_OVERLAP.whole_seconds();
        let text = format!("overlapSecs can be at most {most}, which is a year");
        return Err(ApiError::bad_request(text).in_field("overlapSecs"));
    }
    let earlier = match body.earlier {
        EarlierChoice::Keep => Earlier::Keep,
        EarlierChoice::Drop => Earlier::Drop,
    };
    let replacement =
        Replacement { label: body.label.as_deref(), overlap, earlier, expected: None };
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let replaced = access.replace_token(tenant, scope, &replacement, &call.caller.actor).await;
    show(&call, replaced.map_err(explain_new)?, StatusCode::OK)
}

/// The options of a new token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreationBody {
    /// A label for the new token, as for a replacement.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    label: Option<String>,
}

/// Create a token
///
/// Makes the first token of a scope. It also replaces a token that was never used, such as a lost one: that token ends
/// now, and an earlier token keeps its expiry. When a use of the current token is known, the request fails with 409:
/// replace the token instead.
#[utoipa::path(
    post,
    path = "/tokens/{scope}",
    tag = "tokens",
    params(("scope" = ScopeBody, Path, description = "The scope of the token")),
    request_body = CreationBody,
    responses(
        (status = 201, description = "The new token. Only this response shows it", body = NewTokenBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn create_token(
    call: Call,
    PathParts([scope]): PathParts<1>,
    JsonBody(body): JsonBody<CreationBody>,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let label = body.label.as_deref();
    let created = access.create_token(tenant, scope, label, &call.caller.actor).await;
    show(&call, created.map_err(explain_new)?, StatusCode::CREATED)
}

/// Turns the failure of a new token into a text. The label is the only part of the body that a rule checks.
fn explain_new(error: Error) -> ApiError {
    let is_label = matches!(error, Error::Protocol(_));
    let explained = explain(error);
    if is_label { explained.in_field("label") } else { explained }
}

/// Returns a new token. Only this response shows it.
fn show(call: &Call, made: IssuedToken, status: StatusCode) -> Answer {
    let token = made.token.expose_secret().to_owned();
    let earlier = made.earlier.into_iter().map(|token| EarlierTokenBody {
        id: token.id,
        label: token.label,
        expires: token.expires.map(date_time::format),
    });
    let earlier = earlier.collect();
    let tenant_url = format!("{}{SCIM_ROOT}", call.path.root);
    let mut answer = plain_json(status, &NewTokenBody { id: made.id, tenant_url, token, earlier })?;
    answer.extensions_mut().insert(NeverCompressed);
    Ok(answer)
}

/// Reads a whole number. A zero fraction is accepted: `60.0` is 60 (JSON Schema's *integer*).
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    // The number is read again from its text, without the fraction: a conversion of floats would round.
    let text = number.to_string();
    let whole = text.strip_suffix(".0").unwrap_or(&text).parse();
    whole.map(Some).map_err(|_| D::Error::custom("expected a whole number of seconds"))
}
