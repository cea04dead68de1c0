//! The credentials with which Rollcall proves itself at a tenant's identity provider.

use super::destination::SealedBytes;
use serde_json::Value;
use time::{Date, OffsetDateTime};

/// The stage of a credential. Only a key has a next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialStage {
    /// The client secret, or the key that signs.
    Current,
    /// The key that signs next. Its public half is published already.
    Next,
}

/// A client secret or a private key. It is sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// The revision of the item.
    pub revision: u64,
    /// The client secret, or the private key in PKCS#8.
    pub sealed: SealedBytes,
    /// The issuer for which the credential was entered or made. It opens for no other issuer.
    pub bound_to: String,
    /// The public half of a key; `None` for a client secret.
    pub key: Option<PublicKey>,
    /// The time at which the secret was entered, or the key was made.
    pub created: OffsetDateTime,
    /// The last day of a client secret, as the administrator entered it.
    pub expires: Option<Date>,
}

/// The public half of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicKey {
    /// The id of the key.
    pub kid: String,
    /// The key as a JSON Web Key (RFC 7517).
    pub jwk: Value,
}
