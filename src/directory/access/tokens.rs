//! Secret Tokens: their format, digests and stages.

use super::pepper::Peppers;
use crate::model::tenant::{Scope, Stage, TenantId, TokenRecord};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::OffsetDateTime;

/// A token that worked before a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierToken {
    /// The token's short name.
    pub id: String,
    /// The token's label.
    pub label: String,
    /// The new end of the token; `None` when the replacement ended it at once.
    pub expires: Option<OffsetDateTime>,
}

/// The start of every token, by which secret scanners recognise it.
const PREFIX: &str = "rc";
/// 256 random bits in base64url.
pub(super) const RANDOM_CHARS: usize = 43;

/// Makes a token: `rc_<tenant>_<43 base64url characters>`.
///
/// # Errors
/// Fails when the operating system gives no random numbers.
pub fn generate(tenant: &TenantId) -> Result<SecretString, getrandom::Error> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random)?;
    let text = format!("{PREFIX}_{tenant}_{}", URL_SAFE_NO_PAD.encode(random));
    Ok(SecretString::from(text))
}

/// Reads the tenant id in a token. Returns `None` for a text without the form of a token. The token may still be
/// invalid.
pub fn tenant_of(token: &str) -> Option<TenantId> {
    let (tenant, random) = token.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    let random_is_base64url = random.len() == RANDOM_CHARS
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    random_is_base64url.then(|| TenantId::parse(tenant)).flatten()
}

/// Computes the digest that the store keeps of a new token.
pub fn digest(token: &SecretString, peppers: &Peppers) -> String {
    digest_under(token.expose_secret(), &peppers.current)
}

/// Whether a stored token has not expired.
pub fn works(token: &TokenRecord, now: OffsetDateTime) -> bool {
    token.expires.is_none_or(|expires| expires > now)
}

/// Whether a token is an admin token with a successor. Such a token may only read, and revoke itself.
pub fn is_replaced_admin(token: &TokenRecord) -> bool {
    token.scope == Scope::Admin && token.stage == Stage::Previous
}

/// Returns a tenant's tokens after `new` became the current token of its scope.
///
/// The old current token stays valid until `previous_expires`; `None` ends it.
pub fn replaced_with_overlap(
    tokens: &[TokenRecord],
    new: TokenRecord,
    previous_expires: Option<OffsetDateTime>,
) -> Vec<TokenRecord> {
    let mut replaced = Vec::new();
    for token in tokens {
        if token.scope != new.scope {
            replaced.push(token.clone());
        } else if token.stage == Stage::Current && previous_expires.is_some() {
            let (stage, expires) = (Stage::Previous, previous_expires);
            replaced.push(TokenRecord { stage, expires, ..token.clone() });
        }
    }
    replaced.push(new);
    replaced.sort_by_key(|token| (token.scope, token.stage));
    replaced
}

/// Returns a tenant's tokens after `new` replaced the current token of its scope.
///
/// The old current token ends. The previous token stays.
pub fn replaced(tokens: &[TokenRecord], new: TokenRecord) -> Vec<TokenRecord> {
    let is_current =
        |token: &TokenRecord| token.scope == new.scope && token.stage == Stage::Current;
    let kept = tokens.iter().filter(|token| !is_current(token)).cloned();
    let mut replaced: Vec<TokenRecord> = kept.collect();
    replaced.push(new);
    replaced.sort_by_key(|token| (token.scope, token.stage));
    replaced
}

/// Lists the tokens of a scope that were valid before a replacement, with their new expiry.
pub fn ends(
    before: &[TokenRecord],
    scope: Scope,
    tokens: &[TokenRecord],
    now: OffsetDateTime,
) -> Vec<EarlierToken> {
    let worked = before.iter().filter(|token| token.scope == scope && works(token, now));
    let end = |token: &TokenRecord| {
        let kept = tokens.iter().find(|kept| kept.digest == token.digest && works(kept, now));
        kept.and_then(|kept| kept.expires)
    };
    let earlier = worked.map(|token| EarlierToken {
        id: token.short_name().to_owned(),
        label: token.label.clone(),
        expires: end(token),
    });
    earlier.collect()
}

/// Returns the expiry of a scope's previous token; `None` when no previous token is valid.
pub fn previous_expiry(
    tokens: &[TokenRecord],
    scope: Scope,
    now: OffsetDateTime,
) -> Option<OffsetDateTime> {
    let mut previous =
        tokens.iter().filter(|token| token.scope == scope && token.stage == Stage::Previous);
    previous.find_map(|token| token.expires.filter(|expires| *expires > now))
}

pub(super) fn digest_under(token: &str, pepper: &SecretString) -> String {
    // HMAC takes a key of any length (RFC 2104), so this cannot fail. An empty digest would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(pepper.expose_secret().as_bytes()) else {
        return String::new();
    };
    mac.update(token.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Builds the record of a current token.
pub(in crate::directory) fn current(
    scope: Scope,
    label: &str,
    secret: &SecretString,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> TokenRecord {
    TokenRecord {
        scope,
        stage: Stage::Current,
        label: label.to_owned(),
        digest: digest(secret, peppers),
        created: now,
        expires: None,
        form: None,
    }
}

/// The default name of a token.
pub fn default_label(scope: Scope) -> &'static str {
    match scope {
        Scope::Scim => "Identity Provider",
        Scope::Admin => "Administrator",
        Scope::Read => "Read-only Client",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_tenant_and_is_never_the_same_twice() {
        let id = TenantId::parse("acme-2").unwrap();
        let (one, two) = (generate(&id).unwrap(), generate(&id).unwrap());
        assert_eq!(tenant_of(one.expose_secret()), Some(id));
        assert_ne!(one.expose_secret(), two.expose_secret());
        for bad in ["", "rc_acme_", "rc_acme_short", "xx_acme_AAAA", "Bearer", "rc__"] {
            assert_eq!(tenant_of(bad), None, "{bad}");
        }
    }
}
