//! The private key of a client (`private_key_jwt`).

use crate::base64url;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use std::fmt;

/// An RSA key of 2,048 bits or more. It signs by RS256.
#[derive(Clone)]
pub struct PrivateKey {
    pair: KeyPair,
    /// The modulus and the exponent in base64url, without leading zeros.
    modulus: String,
    exponent: String,
    id: String,
}

/// The reason that there is no key. The text tells nothing of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// The library makes or writes no key.
    #[error("the key cannot be made")]
    NotMade,
    /// The bytes are no RSA key in PKCS#8, or the key is too short.
    #[error("the bytes are not an RSA key of 2,048 bits or more in PKCS#8")]
    NotAKey,
    /// The library does not sign.
    #[error("the key does not sign")]
    NotSigned,
}

impl PrivateKey {
    /// Makes a new key of 2,048 bits. This takes up to a second of processor time.
    ///
    /// # Errors
    /// Fails with [`KeyProblem::NotMade`].
    pub fn generate() -> Result<Self, KeyProblem> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyProblem::NotMade)?;
        Ok(Self::new(pair))
    }

    /// Reads a key in PKCS#8 (RFC 5208), DER.
    ///
    /// # Errors
    /// Fails with [`KeyProblem::NotAKey`].
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, KeyProblem> {
        Ok(Self::new(KeyPair::from_pkcs8(bytes).map_err(|_| KeyProblem::NotAKey)?))
    }

    fn new(pair: KeyPair) -> Self {
        let public = pair.public_key();
        let modulus = base64url::encode(public.modulus().big_endian_without_leading_zero());
        let exponent = base64url::encode(public.exponent().big_endian_without_leading_zero());
        let id = thumbprint(&modulus, &exponent);
        Self { pair, modulus, exponent, id }
    }

    /// The key in PKCS#8, DER. It is a secret: seal it before it is stored.
    ///
    /// # Errors
    /// Fails with [`KeyProblem::NotMade`].
    pub fn pkcs8(&self) -> Result<Vec<u8>, KeyProblem> {
        let der: Pkcs8V1Der<'static> = self.pair.as_der().map_err(|_| KeyProblem::NotMade)?;
        Ok(der.as_ref().to_vec())
    }

    /// The public half as a JWK (RFC 7517), for a published key set.
    pub fn public_jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": self.modulus,
            "e": self.exponent,
        })
    }

    /// The id of the key: its thumbprint (RFC 7638), 43 characters.
    pub fn kid(&self) -> &str {
        &self.id
    }

    /// Signs a text by RS256.
    pub(crate) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, KeyProblem> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
            .map_err(|_| KeyProblem::NotSigned)?;
        Ok(signature)
    }
}

/// The private half is a secret, so only the id shows.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PrivateKey").field(&self.id).finish()
    }
}

/// Returns the thumbprint of a public key (RFC 7638 §3): the hash of its members in this order, without spaces.
fn thumbprint(modulus: &str, exponent: &str) -> String {
    let members = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
    base64url::encode(digest(&SHA256, members.as_bytes()))
}

#[cfg(test)]
mod tests;
