//! One public key of a provider (RFC 7517 §4).

use crate::algorithm::Algorithm;
use crate::base64url;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

/// The sizes of RSA keys, in bits. Shorter keys are weak. Longer keys are slow.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// The longest exponent of an RSA key, in bytes. Keys in use have three.
const MAX_EXPONENT_BYTES: usize = 4;
const P256_COORDINATE_BYTES: usize = 32;

/// A key as the provider publishes it. Each member may be missing.
#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// A public key. A key that cannot check signatures stays in the set, because its id is known.
#[derive(Debug)]
pub(crate) struct PublicKey {
    pub(crate) id: Option<String>,
    /// The algorithm that the key is bound to.
    algorithm: Option<String>,
    material: Option<Material>,
}

#[derive(Debug)]
enum Material {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point of the curve P-256, uncompressed (SEC 1 §2.3.3).
    P256(Vec<u8>),
}

impl PublicKey {
    /// Reads a key. A malformed key can check no signature. The other keys of its set stay valid (RFC 7517 §5).
    pub(crate) fn read(value: serde_json::Value) -> Self {
        let Ok(published) = serde_json::from_value::<Published>(value) else {
            return Self { id: None, algorithm: None, material: None };
        };
        let signs = published.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && published.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let material = published.material().filter(|_| signs);
        Self { id: published.kid, algorithm: published.alg, material }
    }

    /// Whether the key can check signatures at all.
    pub(crate) fn is_usable(&self) -> bool {
        self.material.is_some()
    }

    /// Whether the key can check signatures of this algorithm.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        let is_kind = match (algorithm, &self.material) {
            (Algorithm::Rs256 | Algorithm::Ps256, Some(Material::Rsa(_)))
            | (Algorithm::Es256, Some(Material::P256(_))) => true,
            (_, _) => false,
        };
        is_kind && self.algorithm.as_deref().is_none_or(|bound| bound == algorithm.as_str())
    }

    /// Whether this key made the signature of a text.
    pub(crate) fn verifies(&self, algorithm: Algorithm, text: &[u8], signature: &[u8]) -> bool {
        let result = match (algorithm, &self.material) {
            (Algorithm::Rs256, Some(Material::Rsa(key))) => {
                key.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
            }
            (Algorithm::Ps256, Some(Material::Rsa(key))) => {
                key.verify(&RSA_PSS_2048_8192_SHA256, text, signature)
            }
            (Algorithm::Es256, Some(Material::P256(point))) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature)
            }
            (_, _) => return false,
        };
        result.is_ok()
    }
}

impl Published {
    fn material(&self) -> Option<Material> {
        match (&*self.kty, self.crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (number(self.n.as_deref()?)?, number(self.e.as_deref()?)?);
                let bits = n.len() * 8 - usize::try_from(n.first()?.leading_zeros()).ok()?;
                let is_sound = RSA_BITS.contains(&bits) && e.len() <= MAX_EXPONENT_BYTES;
                is_sound.then_some(Material::Rsa(RsaPublicKeyComponents { n, e }))
            }
            ("EC", Some("P-256")) => {
                let (x, y) = (coordinate(self.x.as_deref()?)?, coordinate(self.y.as_deref()?)?);
                Some(Material::P256([&[4], &*x, &*y].concat()))
            }
            (_, _) => None,
        }
    }
}

/// Reads a number without its leading zeros; `None` for zero.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = base64url::decode(text)?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    bytes.get(start..).map(<[u8]>::to_vec)
}

fn coordinate(text: &str) -> Option<Vec<u8>> {
    base64url::decode(text).filter(|bytes| bytes.len() == P256_COORDINATE_BYTES)
}
