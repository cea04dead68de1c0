//! The signature algorithms of tokens.

use strum::{EnumString, IntoStaticStr};

/// A signature algorithm that this crate accepts (RFC 7518 §3.1). `none` and the algorithms with a shared secret
/// (`HS256`) have no variant, so no code can accept them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
pub enum Algorithm {
    /// RSA with PKCS#1 v1.5 padding and SHA-256.
    #[strum(serialize = "RS256")]
    Rs256,
    /// RSA with PSS padding and SHA-256.
    #[strum(serialize = "PS256")]
    Ps256,
    /// ECDSA on the curve P-256 with SHA-256.
    #[strum(serialize = "ES256")]
    Es256,
}

impl Algorithm {
    /// Its name in headers, keys and discovery documents.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads a name; `None` for every other algorithm. Case counts (RFC 7515 §4.1.1).
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
