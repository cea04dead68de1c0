//! `/tokens`: rotate and revoke; never show one again.

use super::call::{Answer, Body, Call, bad_request, explain};
use super::document::Problem;
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

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ScopeBody {
    /// The identity provider's SCIM calls: the Secret Token.
    Scim,
    /// The administration.
    Admin,
}

/// Which of a scope's two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StageBody {
    /// The one made last.
    Current,
    /// The one before, valid through the overlap that was chosen at the rotation.
    Previous,
}

/// What is known of a token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TokenBody {
    /// Which token it is, whatever stage it has by now: with this it is revoked.
    id: String,
    scope: ScopeBody,
    stage: StageBody,
    /// Who did it, in the history of what was done with this token.
    label: String,
    #[schema(format = DateTime)]
    created: String,
    /// When it ends; none for a current one.
    #[schema(format = DateTime)]
    expires: Option<String>,
    /// The day (UTC) of its last use; none before the first one.
    #[schema(format = Date)]
    last_used: Option<String>,
}

/// The tokens that work.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TokensBody {
    tokens: Vec<TokenBody>,
}

/// How to rotate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RotationBody {
    /// For how many seconds the current token stays valid. By default, a Secret Token stays valid for 24 hours, and an
    /// admin token ends at once.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 31_536_000)]
    overlap_secs: Option<u32>,
    /// A name for the new token, without invisible characters: control, format and blank ones. It must not contain a name
    /// that the history uses itself; spaces are not compared: `Identity Provider`, `Administrator` and `rollcall command`.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    label: Option<String>,
    /// What happens while a token from the rotation before is still valid: `keep` unless given.
    #[serde(default)]
    earlier: EarlierChoice,
}

/// What a rotation does while a token from the rotation before is still valid.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum EarlierChoice {
    /// Refuses the rotation with 409.
    #[default]
    Keep,
    /// Ends the token from the rotation before.
    Drop,
    /// Ends the current token now and keeps the previous one. Use it when the new token was lost. The rotation is refused
    /// with 409 when a use of the current token is known.
    ReplaceUnused,
}

/// A new token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewTokenBody {
    /// What an administrator pastes into the identity provider as Tenant URL.
    tenant_url: String,
    /// The token: for SCIM the Secret Token.
    token: String,
    /// What became of the tokens that worked before.
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

/// What was revoked of a scope.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RevokedBody {
    /// How many tokens; 0 when there was none.
    revoked: usize,
}

/// List the tokens
///
/// Never the tokens themselves.
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
/// Makes a new current token. The one before stays valid through the overlap, so that a sync under way does not fail. A
/// previous admin token can only read, and revoke itself. The response lists the earlier tokens, and when each expires.
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
/// The one with this id and no other, whoever rotates meanwhile. Servers know it within a minute. The last admin token
/// cannot be revoked.
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
/// When one has leaked: the identity provider is refused within a minute, until it has a new one. The last admin token
/// cannot be revoked.
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
    // The path of one token, with an empty id: who meant one must not end both.
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

/// A number without a fraction, also when it is written with one: `60.0` is 60 (JSON Schema's *integer*).
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    // Written without its fraction it is read again: a conversion of floats would round.
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
