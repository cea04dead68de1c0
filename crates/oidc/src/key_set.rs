//! The public keys of a provider (RFC 7517 §5).

use crate::compact_token::CompactToken;
use crate::key::PublicKey;
use crate::token_problem::TokenProblem;
use serde::Deserialize;

/// The most keys in a set.
pub const MAX_KEYS: usize = 50;

/// The public keys of a provider.
#[derive(Debug, Default)]
pub struct KeySet(Vec<PublicKey>);

/// The reason that a document is no key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetProblem {
    /// The document is not a JSON object with a list `keys`.
    #[error("the document is not a JSON object with a list \"keys\"")]
    Malformed,
    /// The set has more than [`MAX_KEYS`].
    #[error("the set has more than 50 keys")]
    TooMany,
}

#[derive(Deserialize)]
struct KeySetDocument {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// Reads a set. Keys of other kinds, keys for encryption and RSA keys below 2,048 bits check no signature.
    ///
    /// # Errors
    /// Fails with [`KeySetProblem`].
    pub fn parse(bytes: &[u8]) -> Result<Self, KeySetProblem> {
        let document: KeySetDocument =
            serde_json::from_slice(bytes).map_err(|_| KeySetProblem::Malformed)?;
        if document.keys.len() > MAX_KEYS {
            return Err(KeySetProblem::TooMany);
        }
        Ok(Self(document.keys.into_iter().map(PublicKey::read).collect()))
    }

    /// The number of keys that can check a signature.
    pub fn usable(&self) -> usize {
        self.0.iter().filter(|key| key.is_usable()).count()
    }

    /// Checks the signature of a token with the key that its header names. Without a name, exactly one key must fit.
    pub(crate) fn verify(&self, token: &CompactToken<'_>) -> Result<(), TokenProblem> {
        let is_named = |key: &&PublicKey| token.key_id.is_none() || key.id == token.key_id;
        let named: Vec<&PublicKey> = self.0.iter().filter(is_named).collect();
        let fitting: Vec<&&PublicKey> =
            named.iter().filter(|key| key.fits(token.algorithm)).collect();
        match &*fitting {
            [] if named.is_empty() || token.key_id.is_none() => Err(TokenProblem::UnknownKey),
            [key] => {
                let text = token.signed.as_bytes();
                let is_valid = key.verifies(token.algorithm, text, &token.signature);
                is_valid.then_some(()).ok_or(TokenProblem::Signature)
            }
            _ => Err(TokenProblem::Key),
        }
    }
}
