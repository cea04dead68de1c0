//! Keys and tokens for tests.

use crate::base64url;
use crate::{Algorithm, KeySet, PrivateKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PSS_SHA256,
};
use serde_json::{Value, json};
use std::sync::LazyLock;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);
pub(crate) const SECONDS: i64 = 1_796_040_000;
pub(crate) const ISSUER: &str = "https://idp.example.com";
pub(crate) const ALL: &[Algorithm] = &[Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256];

pub(crate) static RSA: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().unwrap());
static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

/// The public RSA key with the id `rsa`, and these members in place of its own. `null` removes a member.
pub(crate) fn rsa_jwk(other: Value) -> Value {
    merged(merged(RSA.public_jwk(), json!({"kid": "rsa", "alg": null})), other)
}

/// The public P-256 key with the id `ec`.
pub(crate) fn ec_jwk(other: Value) -> Value {
    let point = P256.public_key().as_ref();
    let (x, y) = (base64url::encode(&point[1..33]), base64url::encode(&point[33..]));
    merged(json!({"kty": "EC", "crv": "P-256", "kid": "ec", "x": x, "y": y}), other)
}

pub(crate) fn key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// Both keys.
pub(crate) fn keys() -> KeySet {
    key_set(&[rsa_jwk(json!({})), ec_jwk(json!({}))])
}

/// An object with the members of another one. `null` removes a member.
pub(crate) fn merged(mut value: Value, other: Value) -> Value {
    let object = value.as_object_mut().unwrap();
    for (name, member) in other.as_object().unwrap() {
        match member {
            Value::Null => drop(object.shift_remove(name)),
            member => drop(object.insert(name.clone(), member.clone())),
        }
    }
    value
}

/// Signs a text with the key of an algorithm: RS256, PS256 or ES256.
pub(crate) fn signature(algorithm: &str, text: &str) -> Vec<u8> {
    let (random, text) = (SystemRandom::new(), text.as_bytes());
    match algorithm {
        "RS256" => RSA.sign(text).unwrap(),
        "PS256" => {
            let pair = RsaPair::from_pkcs8(RSA.pkcs8().unwrap().as_ref()).unwrap();
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PSS_SHA256, &random, text, &mut signature).unwrap();
            signature
        }
        _ => P256.sign(&random, text).unwrap().as_ref().to_vec(),
    }
}

/// A token with this header and these claims, signed by the algorithm of the header.
pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let signature = signature(header["alg"].as_str().unwrap(), &text);
    format!("{text}.{}", base64url::encode(signature))
}

/// The header and the claims, without a signature.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| base64url::encode(value.to_string());
    format!("{}.{}", encode(header), encode(claims))
}
