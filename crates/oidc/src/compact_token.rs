//! A signed token in compact form: header, claims and signature (RFC 7515 §7.1).

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::key_set::KeySet;
use crate::token_problem::TokenProblem;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// The greatest length of a token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1_024;

/// The parts of a token whose signature is not checked yet.
pub(crate) struct CompactToken<'t> {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    /// The text that the signature covers.
    pub(crate) signed: &'t str,
    pub(crate) signature: Vec<u8>,
    claims: Vec<u8>,
}

/// The parameters of the header that count. `jwk`, `jku`, `x5u` and `x5c` have no field: a token never brings its own key.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default, deserialize_with = "is_present")]
    crit: bool,
}

/// Deserializes any value, also `null`, to `true`.
pub(crate) fn is_present<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(reader).map(|_| true)
}

impl<'t> CompactToken<'t> {
    /// Splits a token. `types` are the values of `typ` that the caller accepts, in lower case.
    pub(crate) fn parse(token: &'t str, types: &[&str]) -> Result<Self, TokenProblem> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenProblem::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenProblem::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenProblem::Malformed)?;
        let decode = |part| base64url::decode(part).ok_or(TokenProblem::Malformed);
        let header: Header = read(&decode(header)?)?;
        let accepts = |typ: String| types.contains(&&*typ.to_ascii_lowercase());
        if !header.typ.is_none_or(accepts) {
            return Err(TokenProblem::Type);
        }
        if header.crit {
            return Err(TokenProblem::Critical);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&header.alg).ok_or(TokenProblem::Algorithm)?,
            key_id: header.kid,
            signed,
            // A further dot is no character of base64url, so more parts fail here.
            claims: decode(claims)?,
            signature: decode(signature)?,
        })
    }

    /// Checks the algorithm and the signature, and returns the claims.
    pub(crate) fn verify<C: DeserializeOwned>(
        &self,
        keys: &KeySet,
        algorithms: &[Algorithm],
    ) -> Result<C, TokenProblem> {
        if !algorithms.contains(&self.algorithm) {
            return Err(TokenProblem::Algorithm);
        }
        keys.verify(self)?;
        read(&self.claims)
    }
}

/// Reads a JSON object. A name that counts must not come twice.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, TokenProblem> {
    serde_json::from_slice(bytes).map_err(|_| TokenProblem::Malformed)
}
