//! Encrypts the secrets of tenants, so that the table, an export and a backup contain none.
//!
//! A sealed secret is AES-256-GCM: key id (4 bytes), nonce (12), ciphertext, tag (16). The key comes from the pepper.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use secrecy::zeroize::Zeroizing;
use secrecy::{SecretBox, SecretSlice};
use std::fmt;

/// Names the format: the label of the key, and the first part of the associated data.
const FORMAT: &[u8] = b"rollcall seal v1";
/// The label of the key id.
const KEY_ID: &[u8] = b"rollcall seal id v1";
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 12;

/// Seals secrets under the current pepper, and opens secrets under both peppers.
#[derive(Clone)]
pub struct Sealer {
    current: Key,
    previous: Option<Key>,
}

/// The key of a pepper. Its id names the pepper in a sealed secret.
#[derive(Clone)]
struct Key {
    id: Vec<u8>,
    bytes: Zeroizing<Vec<u8>>,
}

/// The place of a secret, and the thing that the secret belongs to. A secret opens only with its own binding.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The partition key of the item.
    pub partition: &'a str,
    /// The sort key of the item.
    pub sort: &'a str,
    /// The attribute of the item.
    pub attribute: &'a str,
    /// The owner of the secret, such as an issuer or the id of a destination. With another owner the secret does not
    /// open.
    pub bound_to: &'a str,
}

/// A sealed secret: bytes for a binary attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// An opened secret.
#[derive(Debug)]
pub struct Opened {
    /// The secret.
    pub secret: SecretSlice<u8>,
    /// Whether the secret is sealed under the current pepper. Otherwise the next write seals it again.
    pub is_current: bool,
}

/// The reason that a secret is not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The secret is sealed under neither pepper.
    #[error("the secret is sealed under a pepper that is no longer there")]
    UnknownPepper,
    /// The secret has another binding, or its bytes changed.
    #[error("the secret belongs to another place, or its bytes are damaged")]
    NotOpened,
    /// The library cannot encrypt.
    #[error("the secret cannot be encrypted")]
    NotSealed,
}

impl Sealer {
    /// Creates a sealer for the current pepper and the pepper before the last rotation.
    pub fn new(current: &[u8], previous: Option<&[u8]>) -> Self {
        Self { current: Key::of(current), previous: previous.map(Key::of) }
    }

    /// Seals a secret under the current pepper. Two results for one secret differ.
    ///
    /// # Errors
    /// Fails when the library cannot encrypt.
    pub fn seal(&self, place: &Binding<'_>, secret: &[u8]) -> Result<Sealed, SealError> {
        let key = self.current.cipher().ok_or(SealError::NotSealed)?;
        let mut text = secret.to_vec();
        let aad = Aad::from(place.associated_data());
        // The text is encrypted in place, so no copy of the secret stays in memory.
        let (nonce, tag) =
            key.seal_in_place_separate_tag(aad, &mut text).map_err(|_| SealError::NotSealed)?;
        Ok(Sealed([&*self.current.id, nonce.as_ref(), &*text, tag.as_ref()].concat()))
    }

    /// Opens a secret that is sealed under the current or the previous pepper.
    ///
    /// # Errors
    /// Fails for a secret under another pepper, and for a binding that is not the secret's own.
    pub fn open(&self, place: &Binding<'_>, sealed: &Sealed) -> Result<Opened, SealError> {
        let mut found = SealError::UnknownPepper;
        for (key, is_current) in self.keys() {
            if !sealed.is_under(key) {
                continue;
            }
            if let Some(secret) = key.open(place, sealed) {
                return Ok(Opened { secret, is_current });
            }
            found = SealError::NotOpened;
        }
        Err(found)
    }

    /// Whether a secret is sealed under the current pepper. This does not open the secret.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.is_under(&self.current)
    }

    fn keys(&self) -> impl Iterator<Item = (&Key, bool)> {
        let previous = self.previous.iter().map(|key| (key, false));
        std::iter::once((&self.current, true)).chain(previous)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer")
    }
}

impl Key {
    fn of(pepper: &[u8]) -> Self {
        let pepper = hmac::Key::new(HMAC_SHA256, pepper);
        let (id, key) = (hmac::sign(&pepper, KEY_ID), hmac::sign(&pepper, FORMAT));
        Self {
            id: id.as_ref().iter().take(KEY_ID_BYTES).copied().collect(),
            bytes: Zeroizing::new(key.as_ref().into()),
        }
    }

    fn cipher(&self) -> Option<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.bytes).ok()
    }

    fn open(&self, place: &Binding<'_>, sealed: &Sealed) -> Option<SecretSlice<u8>> {
        let (nonce, text) = sealed.0.get(KEY_ID_BYTES..)?.split_first_chunk::<NONCE_BYTES>()?;
        let mut text = Zeroizing::new(text.to_vec());
        let aad = Aad::from(place.associated_data());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let secret = self.cipher()?.open_in_place(nonce, aad, &mut text).ok()?;
        Some(SecretBox::new(Box::from(&*secret)))
    }
}

impl Binding<'_> {
    /// The format and the four parts, each after its length, so that no two bindings have the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let parts = [self.partition, self.sort, self.attribute, self.bound_to];
        let parts = std::iter::once(FORMAT).chain(parts.into_iter().map(str::as_bytes));
        parts.flat_map(|part| [&(part.len() as u64).to_be_bytes(), part].concat()).collect()
    }
}

impl Sealed {
    /// Takes the bytes of a binary attribute.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes for a binary attribute.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn is_under(&self, key: &Key) -> bool {
        self.0.starts_with(&key.id)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealed")
    }
}

#[cfg(test)]
mod tests;
