//! Sessions of administrators who signed in: a pass that is signed under the pepper, bound to one admin token, and kept
//! by nobody but its holder. The store keeps only the ids of sessions that were signed out.
//!
//! Knows nothing about cookies. A pass by itself opens nothing: whoever reads one also finds its token among the
//! tenant's valid ones.

use super::pepper::Peppers;
use super::tokens::works;
use crate::directory::Directory;
use crate::store::members::unfinished::Unfinished;
use crate::store::tenants::{Scope, Tenant, TenantId, TokenRecord};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

/// How long a session lasts.
pub const SESSION_LENGTH: Duration = Duration::hours(8);

/// What a new session is carried by.
#[derive(Debug)]
pub struct Pass {
    /// The pass, in characters that a cookie can hold.
    pub text: SecretString,
}

/// Names a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionId {
    /// Random text.
    pub(in crate::directory) id: String,
    /// The end of the session, in seconds since 1970.
    pub(in crate::directory) expires: i64,
}

/// A session that goes on.
#[derive(Debug, Clone)]
pub struct Resumed {
    /// Which session it is.
    pub session: SessionId,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The token's label: who did it, in the history.
    pub label: Arc<str>,
    /// The token, by a name that only says which one it is.
    pub token: Arc<str>,
    /// What a form of this session must carry.
    pub form_key: FormKey,
    /// The tenant's unfinished work, if this request is to finish it.
    pub unfinished: Vec<Unfinished>,
}

/// A text that only this session's own pages know.
#[derive(Debug, Clone)]
pub struct FormKey(SecretString);

impl FormKey {
    /// The text, for a form.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether a form carried it. In constant time.
    pub fn fits(&self, text: &str) -> bool {
        bool::from(self.0.expose_secret().as_bytes().ct_eq(text.as_bytes()))
    }
}

/// What a pass says.
#[derive(Serialize, Deserialize)]
struct Payload {
    tenant: String,
    /// Seconds since 1970.
    expires: i64,
    fingerprint: String,
    nonce: String,
}

/// What a pass with a right signature says.
pub(in crate::directory) struct Claims {
    fingerprint: String,
    pub(in crate::directory) session: SessionId,
    pub(in crate::directory) form_key: FormKey,
}

impl Claims {
    /// The admin token that the pass was given for, when it is still valid. Compares all in constant time.
    pub(in crate::directory) fn find_token<'t>(
        &self,
        tenant: &'t Tenant,
        now: OffsetDateTime,
    ) -> Option<&'t TokenRecord> {
        let mut found = None;
        for record in &tenant.tokens {
            let fits = fingerprint(record).as_bytes().ct_eq(self.fingerprint.as_bytes());
            if bool::from(fits) && record.scope == Scope::Admin && works(record, now) {
                found = Some(record);
            }
        }
        found
    }
}

/// Tells a token from all others, and does not tell its digest.
pub(in crate::directory) fn fingerprint(token: &TokenRecord) -> String {
    let mut hash = Sha256::new();
    hash.update("rollcall session token v1 ");
    hash.update(token.digest.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// A new pass for the admin token with this fingerprint.
pub(in crate::directory) fn issue(
    tenant: &TenantId,
    fingerprint: String,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Result<Pass, getrandom::Error> {
    let mut nonce = [0_u8; 16];
    getrandom::fill(&mut nonce)?;
    let payload = Payload {
        tenant: tenant.to_string(),
        expires: (now + SESSION_LENGTH).unix_timestamp(),
        fingerprint,
        nonce: URL_SAFE_NO_PAD.encode(nonce),
    };
    // A struct of texts and a number is always JSON; an empty pass would open nothing.
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&payload).unwrap_or_default());
    let signature =
        URL_SAFE_NO_PAD.encode(mac(&key(&peppers.current), &[b"pass ", payload.as_bytes()]));
    Ok(Pass { text: SecretString::from(format!("{payload}.{signature}")) })
}

/// What a pass says, when it was signed under one of these peppers for this tenant and has not expired.
pub(in crate::directory) fn read(
    pass: &str,
    tenant: &TenantId,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Option<Claims> {
    let (text, signature) = pass.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let keys = [Some(&peppers.current), peppers.previous.as_ref()].into_iter().flatten().map(key);
    let mut signed_with = None;
    for key in keys {
        if bool::from(mac(&key, &[b"pass ", text.as_bytes()]).ct_eq(&*signature)) {
            signed_with = Some(key);
        }
    }
    let key = signed_with?;
    let payload: Payload = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    if payload.tenant != tenant.as_str() || payload.expires <= now.unix_timestamp() {
        return None;
    }
    let form_key = URL_SAFE_NO_PAD.encode(mac(&key, &[b"csrf", payload.nonce.as_bytes()]));
    let form_key = FormKey(SecretString::from(form_key));
    let session = SessionId { id: payload.nonce, expires: payload.expires };
    Some(Claims { fingerprint: payload.fingerprint, session, form_key })
}

/// Whether a text looks like a pass. Says nothing about its validity.
pub fn has_form(pass: &str) -> bool {
    pass.len() < 1_024 && pass.split_once('.').is_some_and(|(_, signature)| signature.len() == 43)
}

/// The key of sessions under a pepper: not the one under which tokens are digested.
fn key(pepper: &SecretString) -> [u8; 32] {
    mac(pepper.expose_secret().as_bytes(), &[b"rollcall session v1"])
}

/// HMAC-SHA-256 of the parts, one after the other.
pub(in crate::directory) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length (RFC 2104), so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peppers(current: &str, previous: Option<&str>) -> Peppers {
        let secret = |text: &str| SecretString::from(text.to_owned());
        Peppers { current: secret(current), previous: previous.map(secret) }
    }

    #[test]
    fn a_pass_is_good_for_its_tenant_time_and_peppers_only() {
        let id = |id: &str| TenantId::parse(id).unwrap();
        let (old, now) = (peppers("old", None), OffsetDateTime::UNIX_EPOCH);
        let pass = issue(&id("acme"), "f".to_owned(), &old, now).unwrap();
        let pass = pass.text.expose_secret();
        assert!(has_form(pass));
        let good = |pass: &str, tenant: &str, peppers: &Peppers, at| {
            read(pass, &id(tenant), peppers, at).is_some()
        };
        assert!(good(pass, "acme", &old, now));
        assert!(good(pass, "acme", &peppers("new", Some("old")), now));
        assert!(good(pass, "acme", &old, now + SESSION_LENGTH - Duration::seconds(1)));
        assert!(!good(pass, "acme", &old, now + SESSION_LENGTH));
        assert!(!good(pass, "other", &old, now));
        assert!(!good(pass, "acme", &peppers("new", None), now));
        for bad in ["", ".", "a.b", &pass.replacen('.', "A.", 1), &format!("{pass}A")] {
            assert!(!good(bad, "acme", &old, now), "{bad}");
        }
    }

    #[test]
    fn each_session_has_forms_of_its_own() {
        let id = TenantId::parse("acme").unwrap();
        let (peppers, now) = (peppers("pepper", None), OffsetDateTime::UNIX_EPOCH);
        let form_key = || {
            let pass = issue(&id, "f".to_owned(), &peppers, now).unwrap();
            read(pass.text.expose_secret(), &id, &peppers, now).unwrap().form_key
        };
        let (one, two) = (form_key(), form_key());
        assert!(one.fits(one.expose()) && !one.fits(two.expose()) && !one.fits(""));
    }
}
