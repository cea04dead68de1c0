//! Sessions of administrators.
//!
//! A pass carries a session: it is signed under the pepper and bound to one admin token, one link or one employee. Only
//! the client keeps it. The store keeps only the ids of sessions that were signed out.
//!
//! This module does not know cookies. A pass alone opens nothing: the reader also looks up its token, its link or its
//! employee.

use super::pepper::Peppers;
use super::tokens::works;
use crate::directory::Directory;

use crate::model::actor::ActorRecord;
use crate::model::tenant::{Scope, Tenant, TenantId, TokenRecord};
use crate::model::unfinished::Unfinished;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a session lasts.
pub const SESSION_LENGTH: Duration = Duration::hours(8);

/// Every pass is shorter than this, in characters.
const MAX_PASS_CHARS: usize = 1_024;

/// The pass of a new session.
#[derive(Debug)]
pub struct Pass {
    /// The pass, in characters that a cookie can hold.
    pub text: SecretString,
}

/// Identifies a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionId {
    /// The id, which is random.
    pub(in crate::directory) id: String,
    /// The end of the session, in seconds since 1970.
    pub(in crate::directory) expires: i64,
    /// The employee of a session of single sign-on.
    pub(in crate::directory) employee: Option<Uuid>,
}

impl SessionId {
    fn of(payload: &Payload) -> Self {
        let employee = match &payload.opener {
            Opener::Account(session) => Some(session.employee),
            Opener::Token(_) | Opener::Link(_) => None,
        };
        Self { id: payload.nonce.clone(), expires: payload.expires, employee }
    }

    /// A digest that identifies the session and does not open it.
    pub(in crate::directory) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update("rollcall link session v1 ");
        hash.update(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

/// A session of an administrator, resumed from its pass.
#[derive(Debug, Clone)]
pub struct Resumed {
    /// Identifies the session.
    pub session: SessionId,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The name of the tenant, for people. It may be a minute old.
    pub tenant_name: Arc<str>,
    /// The name of the identity provider for people. It may be a minute old.
    pub idp: &'static str,
    /// The tenant's record. It may be a minute old.
    pub record: Arc<Tenant>,
    /// The actor of the session's changes.
    pub actor: Arc<ActorRecord>,
    /// The short name of the token that opened the session; `None` for a session of a link or of an employee.
    pub token: Option<Arc<str>>,
    /// The key that each form of this session must carry.
    pub form_key: FormKey,
    /// The unfinished work that this request finishes; empty for most requests.
    pub unfinished: Vec<Unfinished>,
}

/// A text that only the pages of this session contain.
#[derive(Debug, Clone)]
pub struct FormKey(SecretString);

impl FormKey {
    /// Returns the text, for a form.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether a form carried this key. Compares in constant time.
    pub fn fits(&self, text: &str) -> bool {
        bool::from(self.0.expose_secret().as_bytes().ct_eq(text.as_bytes()))
    }
}

/// The credential that opened a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::directory) enum Opener {
    /// An admin token, by its fingerprint.
    Token(String),
    /// A link, by its id.
    Link(String),
    /// An employee, with an account of the identity provider.
    Account(AccountSession),
}

/// The session of an employee who signed in with the identity provider. It carries no claim of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::directory) struct AccountSession {
    /// The employee.
    pub(in crate::directory) employee: Uuid,
    /// The hash of issuer and subject. The account of the employee must have the same.
    pub(in crate::directory) subject: String,
    /// The epoch of the configuration. The tenant must have the same.
    pub(in crate::directory) epoch: u64,
    /// The time of the sign-in, in milliseconds since 1970.
    pub(in crate::directory) issued: i64,
    /// The time of the ID token by the identity provider's clock, in seconds since 1970. The time of a logout comes from
    /// the same clock.
    pub(in crate::directory) proven: i64,
    /// The hash of the identity provider's own session, if the ID token named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::directory) sid: Option<String>,
}

/// The content of a pass.
#[derive(Serialize, Deserialize)]
struct Payload {
    tenant: String,
    /// The end of the session, in seconds since 1970.
    expires: i64,
    opener: Opener,
    nonce: String,
}

/// The content of a pass with a valid signature.
pub(in crate::directory) struct Claims {
    pub(in crate::directory) opener: Opener,
    pub(in crate::directory) session: SessionId,
    pub(in crate::directory) form_key: FormKey,
}

impl Claims {
    /// Finds the admin token that the pass was issued for, if it is still valid. Compares all tokens in constant time.
    pub(in crate::directory) fn find_token<'t>(
        &self,
        tenant: &'t Tenant,
        now: OffsetDateTime,
    ) -> Option<&'t TokenRecord> {
        let Opener::Token(wanted) = &self.opener else { return None };
        let mut found = None;
        for record in &tenant.tokens {
            let fits = fingerprint(record).as_bytes().ct_eq(wanted.as_bytes());
            if bool::from(fits) && record.scope == Scope::Admin && works(record, now) {
                found = Some(record);
            }
        }
        found
    }
}

/// Returns a time in milliseconds since 1970.
pub(in crate::directory) fn millis(at: OffsetDateTime) -> i64 {
    at.unix_timestamp() * 1_000 + i64::from(at.millisecond())
}

/// Identifies a token without revealing its digest.
pub(in crate::directory) fn fingerprint(token: &TokenRecord) -> String {
    let mut hash = Sha256::new();
    hash.update("rollcall session token v1 ");
    hash.update(token.digest.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Issues a pass for the admin token with this fingerprint.
pub(in crate::directory) fn issue(
    tenant: &TenantId,
    fingerprint: String,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Result<Pass, getrandom::Error> {
    let opener = Opener::Token(fingerprint);
    issue_until(tenant, opener, peppers, now + SESSION_LENGTH).map(|(pass, _)| pass)
}

/// Issues a pass of a new session that lasts until a time.
pub(in crate::directory) fn issue_until(
    tenant: &TenantId,
    opener: Opener,
    peppers: &Peppers,
    expires: OffsetDateTime,
) -> Result<(Pass, SessionId), getrandom::Error> {
    let mut nonce = [0_u8; 16];
    getrandom::fill(&mut nonce)?;
    let payload = Payload {
        tenant: tenant.to_string(),
        expires: expires.unix_timestamp(),
        opener,
        nonce: URL_SAFE_NO_PAD.encode(nonce),
    };
    let session = SessionId::of(&payload);
    // The payload has only texts and a number, so it always serializes. An empty pass would open nothing.
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&payload).unwrap_or_default());
    let signature =
        URL_SAFE_NO_PAD.encode(mac(&key(&peppers.current), &[b"pass ", payload.as_bytes()]));
    Ok((Pass { text: SecretString::from(format!("{payload}.{signature}")) }, session))
}

/// Reads a pass. Returns `None` unless it is unexpired, for this tenant, and signed under one of these peppers.
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
    let session = SessionId::of(&payload);
    Some(Claims { opener: payload.opener, session, form_key })
}

/// Whether a text has the form of a pass. A text of this form may still be invalid.
pub fn has_form(pass: &str) -> bool {
    pass.len() < MAX_PASS_CHARS
        && pass.split_once('.').is_some_and(|(_, signature)| signature.len() == 43)
}

/// Derives the key of sessions from a pepper. It differs from the key of token digests.
fn key(pepper: &SecretString) -> [u8; 32] {
    mac(pepper.expose_secret().as_bytes(), &[b"rollcall session v1"])
}

/// Computes the HMAC-SHA-256 of the parts in sequence.
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
    fn the_longest_pass_of_an_employee_fits() {
        let (id, now) = (TenantId::parse(&"a".repeat(32)).unwrap(), OffsetDateTime::UNIX_EPOCH);
        let session = AccountSession {
            employee: Uuid::max(),
            subject: "s".repeat(43),
            epoch: u64::MAX,
            issued: i64::MAX,
            proven: i64::MAX,
            sid: Some("i".repeat(43)),
        };
        let (peppers, opener) = (peppers("pepper", None), Opener::Account(session));
        let (pass, _) = issue_until(&id, opener.clone(), &peppers, now + SESSION_LENGTH).unwrap();
        let pass = pass.text.expose_secret();
        assert!(has_form(pass), "{} characters", pass.len());
        assert_eq!(read(pass, &id, &peppers, now).unwrap().opener, opener);
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
