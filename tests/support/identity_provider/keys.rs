//! The keys of the provider, and its signatures.

use super::{CLIENT_SECRET, merged};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::PrivateKey;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// The keys that were made. Making one takes time, so the tests of a process share them.
static MADE: Mutex<Vec<Arc<Pair>>> = Mutex::new(Vec::new());

struct Pair {
    rsa: RsaPair,
    rsa_jwk: Value,
    ec: EcdsaKeyPair,
}

/// An RSA key and a P-256 key.
#[derive(Clone)]
pub(super) struct ProviderKeys {
    number: usize,
    pair: Arc<Pair>,
}

impl ProviderKeys {
    pub(super) fn first() -> Self {
        Self::of(0)
    }

    pub(super) fn next(&self) -> Self {
        Self::of(self.number + 1)
    }

    fn of(number: usize) -> Self {
        let mut made = MADE.lock().unwrap();
        while made.len() <= number {
            let rsa = RsaPair::generate(KeySize::Rsa2048).unwrap();
            let private = PrivateKey::from_pkcs8(&pkcs8(&rsa)).unwrap();
            let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
            made.push(Arc::new(Pair { rsa, rsa_jwk: private.public_jwk(), ec }));
        }
        Self { number, pair: Arc::clone(&made[number]) }
    }

    fn key_id(&self, algorithm: &str) -> String {
        let kind = if algorithm == "ES256" { "ec" } else { "rsa" };
        format!("{kind}-{}", self.number)
    }

    /// The document of the public keys.
    pub(super) fn published(&self) -> Value {
        let rsa = json!({"kid": self.key_id("RS256"), "alg": null});
        let point = self.pair.ec.public_key().as_ref();
        let ec = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.key_id("ES256"),
            "x": encode(&point[1..33]), "y": encode(&point[33..]),
        });
        json!({"keys": [merged(self.pair.rsa_jwk.clone(), rsa), ec]})
    }

    pub(super) fn sign(&self, claims: &Value, header: Value) -> String {
        let algorithm = header["alg"].as_str().unwrap_or("RS256").to_owned();
        let usual = json!({"alg": algorithm, "kid": self.key_id(&algorithm), "typ": "JWT"});
        let header = merged(usual, header);
        let text = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = match &*algorithm {
            "RS256" => self.rsa_signature(&RSA_PKCS1_SHA256, &text),
            "PS256" => self.rsa_signature(&RSA_PSS_SHA256, &text),
            "ES256" => {
                self.pair.ec.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec()
            }
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{text}.{}", encode(signature))
    }

    fn rsa_signature(&self, padding: &'static dyn RsaEncoding, text: &str) -> Vec<u8> {
        let mut signature = vec![0; self.pair.rsa.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair.rsa.sign(padding, &random, text.as_bytes(), &mut signature).unwrap();
        signature
    }
}

/// The claims of a token, unchecked.
pub fn claims_of(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("claims");
    serde_json::from_slice(&decode(claims)).expect("JSON")
}

/// Whether one of these RSA keys made the signature of a token.
pub(super) fn is_signed_by(token: &str, keys: &Value) -> bool {
    let (text, signature) = token.rsplit_once('.').expect("a signature");
    let member = |key: &Value, name: &str| decode(key[name].as_str().expect("a number"));
    keys["keys"].as_array().expect("keys").iter().any(|key| {
        let key = RsaPublicKeyComponents { n: member(key, "n"), e: member(key, "e") };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &decode(signature)).is_ok()
    })
}

fn pkcs8(pair: &RsaPair) -> Vec<u8> {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    der.as_ref().to_vec()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
