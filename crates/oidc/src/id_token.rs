//! ID tokens (OpenID Connect Core 1.0 §3.1.3.7), and the claims of the UserInfo endpoint (§5.3).

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::claim_values::{Audience, NumericDate, is_identifier, text, truth};
use crate::compact_token::CompactToken;
use crate::key_set::KeySet;
use crate::token_problem::TokenProblem;
use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;
use std::fmt;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

/// How far the clocks of the provider and of the caller may differ.
pub const SKEW: Duration = Duration::seconds(60);
/// The greatest age of a token.
pub const MAX_AGE_OF_TOKEN: Duration = Duration::minutes(10);

/// The values that an ID token must have.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer, compared byte for byte.
    pub issuer: &'a str,
    /// The client id of the caller.
    pub client_id: &'a str,
    /// The nonce of the authorization request.
    pub nonce: &'a str,
    /// The algorithms that the provider announces.
    pub algorithms: &'a [Algorithm],
    /// The present time.
    pub now: OffsetDateTime,
    /// The access token that came with the ID token.
    pub access_token: Option<&'a str>,
}

/// The claims of a valid ID token. An absent or empty claim is `None`.
#[derive(Clone, PartialEq, Eq)]
pub struct IdClaims {
    /// The subject: 1 to 255 ASCII characters, which the issuer never gives to another account.
    pub sub: String,
    /// Entra ID: the object id of the account.
    pub oid: Option<String>,
    /// Entra ID: the directory (tenant) of the account.
    pub tid: Option<String>,
    /// Google: the domain of the account's organization.
    pub hd: Option<String>,
    /// The email. It identifies nobody unless it is verified.
    pub email: Option<String>,
    /// Whether the provider verified the email.
    pub email_verified: bool,
    /// The sign-in name. It may change, and pass to another account.
    pub preferred_username: Option<String>,
    /// The name for people.
    pub name: Option<String>,
    /// The session at the provider, for back-channel logout. A session of more than 255 characters is `None`.
    pub sid: Option<String>,
    /// The time at which the token was issued.
    pub issued_at: OffsetDateTime,
}

/// The claims of the UserInfo endpoint that may complete an ID token.
#[derive(Clone, Deserialize)]
pub struct UserInfo {
    /// The subject. It must equal the subject of the ID token (OpenID Connect Core §5.3.2).
    pub sub: String,
    #[serde(default, deserialize_with = "text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: bool,
    #[serde(default, deserialize_with = "text")]
    preferred_username: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: NumericDate,
    iat: NumericDate,
    sub: String,
    azp: Option<String>,
    nbf: Option<NumericDate>,
    nonce: Option<String>,
    at_hash: Option<String>,
    #[serde(default, deserialize_with = "text")]
    oid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    tid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    hd: Option<String>,
    #[serde(default, deserialize_with = "text")]
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: bool,
    #[serde(default, deserialize_with = "text")]
    preferred_username: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    sid: Option<String>,
}

/// Checks an ID token, and returns its claims. The checks have this order: form and type, key and signature, `iss`,
/// `aud` and `azp`, `exp`, `nbf` and `iat`, the age, `nonce`, `sub`, `at_hash`.
///
/// # Errors
/// Fails with the first check that the token does not pass. [`TokenProblem::UnknownKey`] asks for newer keys.
pub fn verify_id_token(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<IdClaims, TokenProblem> {
    let token = CompactToken::parse(token, &["jwt"])?;
    let claims: Claims = token.verify(keys, expected.algorithms)?;
    check_parties(
        &claims.iss,
        &claims.aud,
        claims.azp.as_deref(),
        expected.issuer,
        expected.client_id,
    )?;
    if claims.exp.0 <= expected.now - SKEW {
        return Err(TokenProblem::Expired);
    }
    check_age(claims.nbf, claims.iat, expected.now)?;
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if expected.nonce.is_empty() || !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(TokenProblem::Nonce);
    }
    if !is_identifier(&claims.sub) {
        return Err(TokenProblem::Subject);
    }
    let has_hash = |hash: &str| expected.access_token.is_some_and(|token| hash == left_half(token));
    if !claims.at_hash.as_deref().is_none_or(has_hash) {
        return Err(TokenProblem::AccessToken);
    }
    Ok(claims.into_id_claims())
}

/// Checks the issuer and the clients that a token names.
pub(crate) fn check_parties(
    iss: &str,
    aud: &Audience,
    azp: Option<&str>,
    issuer: &str,
    client_id: &str,
) -> Result<(), TokenProblem> {
    if iss != issuer {
        Err(TokenProblem::Issuer)
    } else if !aud.contains(client_id) {
        Err(TokenProblem::Audience)
    } else if azp.map_or(!aud.is_one(), |azp| azp != client_id) {
        Err(TokenProblem::AuthorizedParty)
    } else {
        Ok(())
    }
}

/// Checks that a token is valid already, and that it is new.
pub(crate) fn check_age(
    nbf: Option<NumericDate>,
    iat: NumericDate,
    now: OffsetDateTime,
) -> Result<(), TokenProblem> {
    if nbf.into_iter().chain([iat]).any(|time| time.0 > now + SKEW) {
        Err(TokenProblem::NotYetValid)
    } else if iat.0 < now - MAX_AGE_OF_TOKEN {
        Err(TokenProblem::TooOld)
    } else {
        Ok(())
    }
}

/// Returns the left half of the hash of an access token (OpenID Connect Core §3.1.3.6). All accepted algorithms use
/// SHA-256.
fn left_half(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    let half: Vec<u8> = hash.as_ref().iter().take(16).copied().collect();
    base64url::encode(half)
}

impl Claims {
    fn into_id_claims(self) -> IdClaims {
        IdClaims {
            sub: self.sub,
            oid: self.oid,
            tid: self.tid,
            hd: self.hd,
            email: self.email,
            email_verified: self.email_verified,
            preferred_username: self.preferred_username,
            name: self.name,
            sid: self.sid.filter(|sid| is_identifier(sid)),
            issued_at: self.iat.0,
        }
    }
}

impl IdClaims {
    /// Adds the claims of the UserInfo endpoint that the ID token does not have. The caller has compared the subjects.
    /// `tid`, `oid` and `hd` come from the signed token only.
    pub fn complete(&mut self, info: UserInfo) {
        if self.email.is_none() {
            self.email = info.email;
            self.email_verified = info.email_verified;
        }
        self.preferred_username = self.preferred_username.take().or(info.preferred_username);
        self.name = self.name.take().or(info.name);
    }
}

impl UserInfo {
    /// Reads the answer of the UserInfo endpoint; `None` if it is no JSON object with a subject.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The claims name a person, so no log may contain them.
impl fmt::Debug for IdClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdClaims")
    }
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserInfo")
    }
}

#[cfg(test)]
mod tests;
