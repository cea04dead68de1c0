//! Client assertions (RFC 7523 §2.2, OpenID Connect Core 1.0 §9).

use crate::base64url;
use crate::private_key::{KeyProblem, PrivateKey};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

/// How long an assertion is valid.
pub const ASSERTION_LIFETIME: Duration = Duration::seconds(60);

/// The claims of a client assertion.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'a> {
    /// `iss`: the client id; for a federated credential of Entra ID the issuer of the keys.
    pub issuer: &'a str,
    /// `sub`: the client id; for a federated credential of Entra ID the subject of the credential.
    pub subject: &'a str,
    /// `aud`: the token endpoint; for Entra ID `api://AzureADTokenExchange`.
    pub audience: &'a str,
    /// The present time.
    pub now: OffsetDateTime,
    /// `jti`: an id that no other assertion has.
    pub id: &'a str,
}

/// Makes an assertion that is valid for 60 seconds, signed by RS256.
///
/// # Errors
/// Fails with [`KeyProblem::NotSigned`].
pub fn client_assertion(key: &PrivateKey, assertion: &Assertion<'_>) -> Result<String, KeyProblem> {
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": key.kid()});
    let claims = json!({
        "iss": assertion.issuer,
        "sub": assertion.subject,
        "aud": assertion.audience,
        "jti": assertion.id,
        "iat": assertion.now.unix_timestamp(),
        "nbf": assertion.now.unix_timestamp(),
        "exp": (assertion.now + ASSERTION_LIFETIME).unix_timestamp(),
    });
    let encode = |value: &Value| base64url::encode(value.to_string());
    let text = format!("{}.{}", encode(&header), encode(&claims));
    let signature = base64url::encode(key.sign(text.as_bytes())?);
    Ok(format!("{text}.{signature}"))
}
