//! `/tokens`: rotate and revoke; never show one again.

use super::call::{Answer, Body, Call, bad_request, explain};
use super::document::Problem;
use crate::api::error::ApiError;
use crate::api::path::PathParts;
use crate::api::response::plain_json;
use crate::directory::tenants::{DEFAULT_OVERLAP, Earlier, MAX_OVERLAP, Rotation};
use crate::directory::{Scope, Stage, TokenRecord};
use crate::scim::date_time;
use http::StatusCode;
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
    scope: ScopeBody,
    stage: StageBody,
    /// Who did it, in the history of what was done with this token.
    label: String,
    #[schema(format = DateTime)]
    created: String,
    /// When it ends; none for a current one.
    #[schema(format = DateTime)]
    expires: Option<String>,
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
    /// For how many seconds the current token stays valid; 24 hours when it is left out.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 31_536_000)]
    overlap_secs: Option<u32>,
    /// A name for the new token.
    #[schema(min_length = 1, max_length = 100)]
    label: Option<String>,
    /// Ends a token that is still valid from the rotation before; else that one keeps what it was promised, and the
    /// rotation is refused with 409.
    #[serde(default)]
    drop_earlier: bool,
}

/// A new token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewTokenBody {
    /// What an administrator pastes into the identity provider as Tenant URL.
    tenant_url: String,
    /// The token: for SCIM the Secret Token.
    token: String,
}

/// What was revoked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RevokedBody {
    /// How many tokens: 1, or 0 when there was none.
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
    let works = |token: &&TokenRecord| token.expires.is_none_or(|expires| expires > now);
    let tokens = tenant.tokens.iter().filter(works).map(TokenBody::from).collect();
    plain_json(StatusCode::OK, &TokensBody { tokens })
}

/// Rotate a token
///
/// Makes a new current token; the one before stays valid through the overlap, so that a sync in flight never fails.
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
        None => DEFAULT_OVERLAP,
        Some(seconds) => Duration::seconds(i64::from(seconds)),
    };
    if overlap > MAX_OVERLAP {
        let most = MAX_OVERLAP.whole_seconds();
        return Err(bad_request(format!("overlapSecs can be {most} at most, a year")));
    }
    let label = body.label.as_deref();
    if label.is_some_and(|label| !(1..=100).contains(&label.chars().count())) {
        return Err(bad_request("label must have 1 to 100 characters"));
    }
    let earlier = if body.drop_earlier { Earlier::Drop } else { Earlier::Keep };
    let rotation = Rotation { label, overlap, earlier };
    let (tenants, tenant) = (&call.services.tenants, &call.caller.tenant);
    let rotated = tenants.rotate_token(tenant, scope, &rotation, &call.caller.label).await;
    let token = rotated.map_err(explain)?.expose_secret().to_owned();
    let root = call.path.base_url.trim_end_matches("/api");
    plain_json(StatusCode::OK, &NewTokenBody { tenant_url: format!("{root}/scim/v2"), token })
}

/// Revoke a token
///
/// Servers know it within a minute. An admin token can revoke itself.
#[utoipa::path(
    delete,
    path = "/tokens/{scope}/{stage}",
    tag = "tokens",
    params(
        ("scope" = ScopeBody, Path, description = "Which scope's token"),
        ("stage" = StageBody, Path, description = "Which of its two")
    ),
    responses(
        (status = 200, description = "It works no more", body = RevokedBody),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revoke_token(call: Call, PathParts([scope, stage]): PathParts<2>) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    let stage = match stage.as_deref() {
        Some("current") => Stage::Current,
        Some("previous") => Stage::Previous,
        _ => return Err(not_found("The stage is current or previous")),
    };
    let (tenants, tenant) = (&call.services.tenants, &call.caller.tenant);
    let revoked = tenants.revoke_tokens(tenant, scope, Some(stage), &call.caller.label).await;
    plain_json(StatusCode::OK, &RevokedBody { revoked: revoked.map_err(explain)? })
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
    match text {
        Some("scim") => Ok(Scope::Scim),
        Some("admin") => Ok(Scope::Admin),
        _ => Err(not_found("The scope is scim or admin")),
    }
}

fn not_found(detail: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, detail)
}

impl From<&TokenRecord> for TokenBody {
    fn from(token: &TokenRecord) -> Self {
        Self {
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
        }
    }
}
