//! `/tokens`: rotates and revokes tokens. A token is shown only when it is made.

use super::openapi::Problem;
use super::request::{Answer, Body, Call, bad_request, explain};
use crate::directory::access::token_set::{
    Earlier, MAX_OVERLAP, Rotated, Rotation, Which, default_overlap,
};
use crate::directory::access::tokens::works;
use crate::directory::{Scope, Stage, TokenRecord};
use crate::server::compress::NeverCompressed;
use crate::server::context::SCIM_ROOT;
use crate::server::error::ApiError;
use crate::server::path::{FinalSlash, PathParts};
use crate::server::response;
use crate::server::response::plain_json;
use axum::Extension;
use http::StatusCode;
use scim::date_time;
use secrecy::ExposeSecret;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use time::Duration;
use utoipa::ToSchema;

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ScopeBody {
    /// The identity provider's SCIM requests. The token is the Secret Token.
    Scim,
    /// The administration.
    Admin,
}

/// The stage of a token in its scope. A scope has at most two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StageBody {
    /// The latest token.
    Current,
    /// The token before the latest. It is valid for the overlap that the rotation chose.
    Previous,
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TokenBody {
    /// The id of the token, for its revocation. The id stays the same when the stage changes.
    id: String,
    scope: ScopeBody,
    stage: StageBody,
    /// The label of the token. The history names it as the author of changes with this token.
    label: String,
    #[schema(format = DateTime)]
    created: String,
    /// The time at which the token expires; null for a current token.
    #[schema(format = DateTime)]
    expires: Option<String>,
    /// The day (UTC) of the last use; null before the first use.
    #[schema(format = Date)]
    last_used: Option<String>,
}

/// The valid tokens.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TokensBody {
    tokens: Vec<TokenBody>,
}

/// The options of a rotation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RotationBody {
    /// The number of seconds for which the current token stays valid. By default, a Secret Token stays valid for 24
    /// hours, and an admin token ends at once.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 31_536_000)]
    overlap_secs: Option<u32>,
    /// A label for the new token, without invisible characters: control, format and blank characters. It must not
    /// contain a name that the history uses itself: `Identity Provider`, `Administrator` or `rollcall command`. Spaces
    /// are not compared.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    label: Option<String>,
    /// The action while a token from the previous rotation is still valid. The default is `keep`.
    #[serde(default)]
    earlier: EarlierChoice,
}

/// The action while a token from the previous rotation is still valid.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum EarlierChoice {
    /// Refuses the rotation with 409.
    #[default]
    Keep,
    /// Ends the token from the previous rotation.
    Drop,
    /// Ends the current token now and keeps the previous one. Use it when the new token was lost. The rotation is
    /// refused with 409 when a use of the current token is known.
    ReplaceUnused,
}

/// A new token. Only this response shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewTokenBody {
    /// The Tenant URL that an administrator pastes into the identity provider.
    tenant_url: String,
    /// The token. In the scope `scim`, it is the Secret Token.
    token: String,
    /// The tokens that worked before the rotation.
    earlier: Vec<EarlierTokenBody>,
}

/// A token that worked before a rotation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EarlierTokenBody {
    id: String,
    label: String,
    /// When the token expires; `null` if the rotation ended it.
    #[schema(format = DateTime)]
    expires: Option<String>,
}

/// The result of a revocation of all tokens of a scope.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RevokedBody {
    /// The number of revoked tokens; 0 if the scope had none.
    revoked: usize,
}

/// List the tokens
///
/// The list never contains the tokens themselves.
#[utoipa::path(
    get,
    path = "/tokens",
    tag = "tokens",
    responses(
        (status = 200, description = "The tokens that work", body = TokensBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list_tokens(call: Call) -> Answer {
    let tenant = call.tenant().await?;
    let now = call.services.tenants.now();
    let working = tenant.tokens.iter().filter(|token| works(token, now));
    let sync = call.services.sync.record(&call.caller.tenant).await.map_err(explain)?;
    let body = |token: &TokenRecord| TokenBody {
        last_used: sync.used.get(token.short_name()).cloned(),
        ..TokenBody::from(token)
    };
    let tokens = working.map(body).collect();
    plain_json(StatusCode::OK, &TokensBody { tokens })
}

/// Rotate a token
///
/// Makes a new current token. The token before it stays valid for the overlap, so that a pending sync does not fail. A
/// previous admin token can only read, and revoke itself. The response lists the earlier tokens with their expiry.
#[utoipa::path(
    post,
    path = "/tokens/{scope}/rotate",
    tag = "tokens",
    params(("scope" = ScopeBody, Path, description = "Which scope's token")),
    request_body = RotationBody,
    responses(
        (status = 200, description = "The new token, shown this once", body = NewTokenBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn rotate_token(
    call: Call,
    PathParts([scope]): PathParts<1>,
    Body(body): Body<RotationBody>,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let overlap = match body.overlap_secs {
        None => default_overlap(scope),
        Some(seconds) => Duration::seconds(i64::from(seconds)),
    };
    if overlap > MAX_OVERLAP {
        let most = MAX_OVERLAP.whole_seconds();
        return Err(bad_request(format!("overlapSecs can be {most} at most, a year")));
    }
    let earlier = match body.earlier {
        EarlierChoice::Keep => Earlier::Keep,
        EarlierChoice::Drop => Earlier::Drop,
        EarlierChoice::ReplaceUnused => Earlier::ReplaceUnused,
    };
    let rotation = Rotation { label: body.label.as_deref(), overlap, earlier, expected: None };
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let rotated = access.rotate_token(tenant, scope, &rotation, call.actor()).await;
    let Rotated { token, earlier } = rotated.map_err(explain)?;
    let token = token.expose_secret().to_owned();
    let earlier = earlier.into_iter().map(|token| EarlierTokenBody {
        id: token.id,
        label: token.label,
        expires: token.expires.map(date_time::format),
    });
    let earlier = earlier.collect();
    let tenant_url = format!("{}{SCIM_ROOT}", call.path.root);
    let mut answer = plain_json(StatusCode::OK, &NewTokenBody { tenant_url, token, earlier })?;
    answer.extensions_mut().insert(NeverCompressed);
    Ok(answer)
}

/// Revoke a token
///
/// Revokes only the token with this id, even if another rotation happens meanwhile. Servers know of the revocation
/// within a minute. The last admin token cannot be revoked.
#[utoipa::path(
    delete,
    path = "/tokens/{scope}/{id}",
    tag = "tokens",
    params(
        ("scope" = ScopeBody, Path, description = "Which scope's token"),
        ("id" = String, Path, description = "The token's id, from the list")
    ),
    responses(
        (status = 204, description = "It works no more"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revoke_token(call: Call, PathParts([scope, id]): PathParts<2>) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    match revoke(&call, scope, Which::Token(id.as_deref().unwrap_or_default())).await? {
        0 => Err(not_found("There is no such token any more; see the list")),
        _ => Ok(response::empty(StatusCode::NO_CONTENT)),
    }
}

/// Revoke both tokens of a scope
///
/// Use it when a token has leaked. Within a minute, the identity provider is refused until it has a new token. The last
/// admin token cannot be revoked.
#[utoipa::path(
    delete,
    path = "/tokens/{scope}",
    tag = "tokens",
    params(("scope" = ScopeBody, Path, description = "Which scope's tokens")),
    responses(
        (status = 200, description = "They work no more", body = RevokedBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revoke_tokens(
    call: Call,
    slash: Option<Extension<FinalSlash>>,
    PathParts([scope]): PathParts<1>,
) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    // This is the path of one token with an empty id. A client that means one token must not end both.
    if slash.is_some() {
        return Err(not_found("The id of the token is empty"));
    }
    let revoked = revoke(&call, scope, Which::All).await?;
    plain_json(StatusCode::OK, &RevokedBody { revoked })
}

async fn revoke(call: &Call, scope: Scope, which: Which<'_>) -> Result<usize, ApiError> {
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let revoked = access.revoke_tokens(tenant, scope, which, call.actor()).await;
    revoked.map_err(explain)
}

/// Reads a whole number. A zero fraction is accepted: `60.0` is 60 (JSON Schema's *integer*).
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    // The number is read again from its text, without the fraction: a conversion of floats would round.
    let text = number.to_string();
    let whole = text.strip_suffix(".0").unwrap_or(&text).parse();
    whole.map(Some).map_err(|_| D::Error::custom("a whole number of seconds was expected"))
}

fn read_scope(text: Option<&str>) -> Result<Scope, ApiError> {
    text.and_then(Scope::parse).ok_or_else(|| not_found("The scope is scim or admin"))
}

fn not_found(detail: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, detail)
}

impl From<&TokenRecord> for TokenBody {
    fn from(token: &TokenRecord) -> Self {
        Self {
            id: token.short_name().to_owned(),
            scope: match token.scope {
                Scope::Scim => ScopeBody::Scim,
                Scope::Admin => ScopeBody::Admin,
            },
            stage: match token.stage {
                Stage::Current => StageBody::Current,
                Stage::Previous => StageBody::Previous,
            },
            label: token.label.clone(),
            created: date_time::format(token.created),
            expires: token.expires.map(date_time::format),
            last_used: None,
        }
    }
}
