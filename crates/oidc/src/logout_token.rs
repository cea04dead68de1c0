//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4 to §2.6).

use crate::algorithm::Algorithm;
use crate::claim_values::{Audience, NumericDate, is_identifier, text};
use crate::compact_token::{CompactToken, is_present};
use crate::id_token::{SKEW, check_age, check_parties};
use crate::key_set::KeySet;
use crate::token_problem::TokenProblem;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt;
use time::OffsetDateTime;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The values that a logout token must have.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedLogout<'a> {
    /// The issuer, compared byte for byte.
    pub issuer: &'a str,
    /// The client id of the caller.
    pub client_id: &'a str,
    /// The algorithms that the provider announces.
    pub algorithms: &'a [Algorithm],
    /// The present time.
    pub now: OffsetDateTime,
}

/// The claims of a valid logout token. `sub` or `sid` is there.
#[derive(Clone, PartialEq, Eq)]
pub struct LogoutClaims {
    /// The subject whose sessions end, or the subject of the session `sid`.
    pub sub: Option<String>,
    /// Entra ID: the object id of the account.
    pub oid: Option<String>,
    /// The session at the provider that ends; `None` ends all sessions of the subject.
    pub sid: Option<String>,
    /// The time at which the token was issued.
    pub issued_at: OffsetDateTime,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: NumericDate,
    /// It must be there (§2.4). Nothing compares it, because a repeated token has no new effect.
    #[serde(rename = "jti")]
    _id: String,
    events: Map<String, Value>,
    /// Drafts of the specification had no `exp`. The age of `iat` limits such a token.
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    azp: Option<String>,
    sub: Option<String>,
    sid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    oid: Option<String>,
    /// An ID token has a nonce, and a logout token must not have one.
    #[serde(default, deserialize_with = "is_present")]
    nonce: bool,
}

/// Checks a logout token, and returns its claims. A token that is sent again is valid again: its effect is the same.
///
/// # Errors
/// Fails with the first check that the token does not pass. [`TokenProblem::UnknownKey`] asks for newer keys.
pub fn verify_logout_token(
    token: &str,
    keys: &KeySet,
    expected: &ExpectedLogout<'_>,
) -> Result<LogoutClaims, TokenProblem> {
    let token = CompactToken::parse(token, &["jwt", "logout+jwt", "application/logout+jwt"])?;
    let claims: Claims = token.verify(keys, expected.algorithms)?;
    check_parties(
        &claims.iss,
        &claims.aud,
        claims.azp.as_deref(),
        expected.issuer,
        expected.client_id,
    )?;
    if claims.exp.is_some_and(|exp| exp.0 <= expected.now - SKEW) {
        return Err(TokenProblem::Expired);
    }
    check_age(claims.nbf, claims.iat, expected.now)?;
    if claims.nonce || !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(TokenProblem::NotALogoutToken);
    }
    let mut named = claims.sub.iter().chain(&claims.sid).peekable();
    if named.peek().is_none() || !named.all(|text| is_identifier(text)) {
        return Err(TokenProblem::Subject);
    }
    Ok(LogoutClaims { sub: claims.sub, oid: claims.oid, sid: claims.sid, issued_at: claims.iat.0 })
}

/// The claims name a person, so no log may contain them.
impl fmt::Debug for LogoutClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LogoutClaims")
    }
}

#[cfg(test)]
mod tests;
