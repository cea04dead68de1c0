//! `/tokens`: lists and revokes tokens.

use super::messages::explain;
use super::problem::Problem;
use super::request::Call;
use crate::directory::access::token_set::Which;
use crate::directory::access::tokens::works;
use crate::directory::{Scope, Stage, TokenRecord};
use crate::server::error::{Answer, ApiError};
use crate::server::path::{FinalSlash, PathParts};
use crate::server::problems::ProblemCause;
use crate::server::response;
use crate::server::response::plain_json;
use axum::Extension;
use http::StatusCode;
use scim::date_time;
use serde::Serialize;
use utoipa::ToSchema;

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ScopeBody {
    /// The identity provider's SCIM requests. The token is the Secret Token.
    Scim,
    /// The administration.
    Admin,
    /// Reads of the administration, for another product that follows changes.
    Read,
}

/// The stage of a token in its scope. A scope has at most two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StageBody {
    /// The latest token.
    Current,
    /// The token before the latest. It is valid for the overlap that the replacement chose.
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
    /// The label of the token. The history shows it as the actor of changes with this token.
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
        (status = 200, description = "The valid tokens", body = TokensBody),
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

/// Revoke a token
///
/// Revokes only the token with this id, even if another replacement happens meanwhile. Servers know of the revocation
/// within a minute. The last admin token cannot be revoked.
#[utoipa::path(
    delete,
    path = "/tokens/{scope}/{id}",
    tag = "tokens",
    params(
        ("scope" = ScopeBody, Path, description = "The scope of the token"),
        ("id" = String, Path, description = "The token's id, from the list")
    ),
    responses(
        (status = 204, description = "The token is revoked"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revoke_token(call: Call, PathParts([scope, id]): PathParts<2>) -> Answer {
    let scope = read_scope(scope.as_deref())?;
    match revoke(&call, scope, Which::Token(id.as_deref().unwrap_or_default())).await? {
        0 => Err(no_such_token(
            "There is no token with this id any more. GET /tokens lists the tokens",
        )),
        _ => Ok(response::empty(StatusCode::NO_CONTENT)),
    }
}

/// Revoke both tokens of a scope
///
/// Use it when a token has leaked. Within a minute, the identity provider or the reading product is refused until it has
/// a new token. The last admin token cannot be revoked.
#[utoipa::path(
    delete,
    path = "/tokens/{scope}",
    tag = "tokens",
    params(("scope" = ScopeBody, Path, description = "The scope of the tokens")),
    responses(
        (status = 200, description = "The tokens are revoked", body = RevokedBody),
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
        let text = "The id of the token is missing in the path. GET /tokens lists the ids";
        return Err(no_such_token(text));
    }
    let revoked = revoke(&call, scope, Which::All).await?;
    plain_json(StatusCode::OK, &RevokedBody { revoked })
}

async fn revoke(call: &Call, scope: Scope, which: Which<'_>) -> Result<usize, ApiError> {
    let (access, tenant) = (&call.services.access, &call.caller.tenant);
    let revoked = access.revoke_tokens(tenant, scope, which, &call.caller.actor).await;
    revoked.map_err(explain)
}

pub(super) fn read_scope(text: Option<&str>) -> Result<Scope, ApiError> {
    let text = text.and_then(Scope::parse);
    text.ok_or_else(|| no_such_token("The scope in the path must be scim, admin or read"))
}

fn no_such_token(text: &str) -> ApiError {
    ApiError::not_found(text).because(ProblemCause::TokenNotFound)
}

impl From<&TokenRecord> for TokenBody {
    fn from(token: &TokenRecord) -> Self {
        Self {
            id: token.short_name().to_owned(),
            scope: match token.scope {
                Scope::Scim => ScopeBody::Scim,
                Scope::Admin => ScopeBody::Admin,
                Scope::Read => ScopeBody::Read,
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
