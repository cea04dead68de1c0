//! Signatures of webhooks, as Standard Webhooks 1.0.0 defines them: version `v1`, HMAC-SHA256.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use std::fmt;
use std::ops::RangeInclusive;

/// The start of every signing secret in text form.
const PREFIX: &str = "whsec_";
/// The version of the signatures.
const VERSION: &str = "v1";
/// The number of random bytes in a new secret.
pub const RANDOM_BYTES: usize = 32;
/// The numbers of bytes that the specification allows in a secret.
const ALLOWED_BYTES: RangeInclusive<usize> = 24..=64;

/// The secret that signs the requests to one webhook.
#[derive(Clone)]
pub struct SigningKey(SecretSlice<u8>);

/// The reason that a text or bytes are not a signing secret. The text never repeats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// The prefix is missing.
    #[error("a signing secret starts with \"whsec_\"")]
    Prefix,
    /// The rest is not base64 with padding.
    #[error("the part after \"whsec_\" is not base64")]
    Base64,
    /// The secret is too short or too long.
    #[error("a signing secret has 24 to 64 bytes")]
    Length,
}

impl SigningKey {
    /// Makes a new secret of random bytes.
    pub fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        Self(SecretSlice::from(random.to_vec()))
    }

    /// Makes a secret of its raw bytes.
    ///
    /// # Errors
    /// Fails with [`SecretProblem::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretProblem> {
        if !ALLOWED_BYTES.contains(&bytes.len()) {
            return Err(SecretProblem::Length);
        }
        Ok(Self(SecretSlice::from(bytes.to_vec())))
    }

    /// Reads a secret in text form: `whsec_` and base64.
    ///
    /// # Errors
    /// Fails with [`SecretProblem`].
    pub fn parse(text: &str) -> Result<Self, SecretProblem> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretProblem::Prefix)?;
        let bytes = SecretSlice::from(STANDARD.decode(encoded).map_err(|_| SecretProblem::Base64)?);
        Self::from_bytes(bytes.expose_secret())
    }

    /// The text form, which receivers keep.
    pub fn to_text(&self) -> SecretString {
        SecretString::from(format!("{PREFIX}{}", STANDARD.encode(self.as_bytes())))
    }

    /// The raw bytes, for the seal.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Signs one message.
    fn sign(&self, message: &SignedMessage<'_>) -> String {
        // HMAC takes a key of any length (RFC 2104), so this cannot fail. An empty signature would match nothing.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.as_bytes()) else {
            return String::new();
        };
        mac.update(message.id.as_bytes());
        mac.update(b".");
        mac.update(message.timestamp.to_string().as_bytes());
        mac.update(b".");
        mac.update(message.body);
        format!("{VERSION},{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey")
    }
}

/// The parts of a request that a signature covers.
#[derive(Clone, Copy)]
pub struct SignedMessage<'a> {
    /// The header `webhook-id`. It contains no `.`, because the signature joins its parts with one.
    pub id: &'a str,
    /// The header `webhook-timestamp`: the time of this attempt, in seconds since 1970.
    pub timestamp: i64,
    /// The bytes of the body, exactly as sent.
    pub body: &'a [u8],
}

/// Returns the header `webhook-signature`. While a replacement overlaps, both secrets sign, and a space separates the
/// signatures.
pub fn signature_header(
    message: &SignedMessage<'_>,
    current: &SigningKey,
    previous: Option<&SigningKey>,
) -> String {
    let mut header = current.sign(message);
    if let Some(previous) = previous {
        header.push(' ');
        header.push_str(&previous.sign(message));
    }
    header
}
