//! An attempt to sign in, which only the browser keeps.
//!
//! The cookie holds 32 random bytes, the end of the attempt, and the page after it, signed under the pepper. State,
//! nonce and PKCE verifier are derived from the random bytes. So a start writes nothing to the table, and the verifier
//! never reaches the browser. Every code covers the tenant and the epoch of its configuration.

use crate::directory::access::pepper::Peppers;
use crate::directory::access::sessions::mac;
use crate::model::tenant::TenantId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::code_challenge;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

/// The start of the name of an attempt's cookie. The first characters of its state follow.
pub const COOKIE_PREFIX: &str = "rollcall_attempt_";
/// The most attempts of one browser.
pub const MOST_ATTEMPTS: usize = 4;
/// How long an attempt lasts.
pub const ATTEMPT_LENGTH: Duration = Duration::minutes(10);
/// The longest path and query after a sign-in, in bytes.
pub const MAX_NEXT_BYTES: usize = 512;

/// The characters of the state that the name of its cookie contains.
pub const NAME_CHARS: usize = 8;
const SEED_BYTES: usize = 32;
const CODE_CHARS: usize = 43;
/// The most cookies of one name that are tried. A browser may send several, of different paths.
const MOST_COOKIES: usize = 2 * MOST_ATTEMPTS;

/// A new attempt.
pub struct NewAttempt {
    /// The name of the cookie.
    pub cookie_name: String,
    /// The value of the cookie, in characters that a cookie can hold.
    pub cookie_value: SecretString,
    /// The parameter `state` of the authorization request: 43 characters.
    pub state: String,
    /// The parameter `nonce`: 43 characters.
    pub nonce: String,
    /// The parameter `code_challenge`, by the method S256: 43 characters.
    pub challenge: String,
}

/// An attempt, resumed from the cookie of a browser.
pub struct OpenAttempt {
    /// The path and query below the tenant's root after the sign-in.
    pub next: String,
    /// Whether an administrator tries the configuration.
    pub is_try: bool,
    /// The nonce that the ID token must have.
    pub nonce: String,
    /// The PKCE verifier: 43 characters.
    pub verifier: SecretString,
    /// The name of the cookie, which the answer removes.
    pub cookie_name: String,
}

/// Starts an attempt. A `next` that is longer than [`MAX_NEXT_BYTES`] counts as empty.
///
/// # Errors
/// Fails when the system has no random numbers.
pub fn begin(
    tenant: &TenantId,
    epoch: u64,
    next: &str,
    is_try: bool,
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Result<NewAttempt, getrandom::Error> {
    let mut seed = [0_u8; SEED_BYTES];
    getrandom::fill(&mut seed)?;
    let next = if next.len() > MAX_NEXT_BYTES { "" } else { next };
    let expires = (now + ATTEMPT_LENGTH).unix_timestamp().to_be_bytes();
    let payload = [&seed[..], &expires, &[u8::from(is_try)], next.as_bytes()].concat();
    let codes = Codes { key: key(&peppers.current), tenant, epoch };
    let payload_text = URL_SAFE_NO_PAD.encode(&payload);
    let cookie_value = format!("{payload_text}.{}", codes.text(b"cookie", &payload));
    let state = codes.text(b"state", &seed);
    Ok(NewAttempt {
        cookie_name: cookie_name(&state),
        cookie_value: SecretString::from(cookie_value),
        nonce: codes.text(b"nonce", &seed),
        challenge: code_challenge(&codes.text(b"pkce", &seed)),
        state,
    })
}

/// Resumes the attempt with this state from the cookies of a request, each with name and value.
///
/// The attempt must be less than ten minutes old. Its cookie must be of this tenant and epoch, under one of these peppers.
pub fn resume(
    tenant: &TenantId,
    epoch: u64,
    state: &str,
    cookies: &[(&str, &str)],
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Option<OpenAttempt> {
    if state.len() != CODE_CHARS || !state.is_ascii() {
        return None;
    }
    let name = cookie_name(state);
    let values = cookies.iter().filter(|(found, _)| *found == name).map(|(_, value)| *value);
    for value in values.take(MOST_COOKIES) {
        for pepper in [Some(&peppers.current), peppers.previous.as_ref()].into_iter().flatten() {
            let codes = Codes { key: key(pepper), tenant, epoch };
            if let Some(attempt) = codes.open(value, state, now) {
                return Some(attempt);
            }
        }
    }
    None
}

fn cookie_name(state: &str) -> String {
    COOKIE_PREFIX.chars().chain(state.chars().take(NAME_CHARS)).collect()
}

/// Derives the key of attempts from a pepper. It differs from the keys of sessions and of token digests.
fn key(pepper: &SecretString) -> [u8; 32] {
    mac(pepper.expose_secret().as_bytes(), &[b"rollcall sso attempt v1"])
}

/// Computes the codes of one tenant's configuration.
struct Codes<'c> {
    key: [u8; 32],
    tenant: &'c TenantId,
    epoch: u64,
}

impl Codes<'_> {
    /// A code in base64url: 43 characters. Lengths stand before the texts, so no two inputs have the same bytes.
    fn text(&self, label: &[u8], content: &[u8]) -> String {
        let tenant = self.tenant.as_str().as_bytes();
        let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
        let (label_length, tenant_length) = (length(label), length(tenant));
        let epoch = self.epoch.to_be_bytes();
        let parts = [&label_length[..], label, &tenant_length, tenant, &epoch, content];
        URL_SAFE_NO_PAD.encode(mac(&self.key, &parts))
    }

    fn open(&self, value: &str, state: &str, now: OffsetDateTime) -> Option<OpenAttempt> {
        let (payload, code) = value.split_once('.')?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        if !is_equal(&self.text(b"cookie", &payload), code) {
            return None;
        }
        let (seed, rest) = payload.split_first_chunk::<SEED_BYTES>()?;
        let (expires, rest) = rest.split_first_chunk::<8>()?;
        let (&[is_try], next) = rest.split_first_chunk::<1>()?;
        let is_open = i64::from_be_bytes(*expires) > now.unix_timestamp();
        if !is_open || !is_equal(&self.text(b"state", seed), state) {
            return None;
        }
        Some(OpenAttempt {
            next: String::from_utf8(next.to_vec()).ok()?,
            is_try: is_try == 1,
            nonce: self.text(b"nonce", seed),
            verifier: SecretString::from(self.text(b"pkce", seed)),
            cookie_name: cookie_name(state),
        })
    }
}

/// Compares in constant time.
fn is_equal(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

impl fmt::Debug for NewAttempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NewAttempt")
    }
}

impl fmt::Debug for OpenAttempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OpenAttempt")
    }
}

#[cfg(test)]
mod tests;
