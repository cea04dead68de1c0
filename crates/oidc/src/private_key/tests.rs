use super::*;
use crate::test_tokens::{NOW, RSA, SECONDS, key_set};
use crate::{Algorithm, Assertion, client_assertion};

#[test]
fn a_key_comes_back_from_pkcs8() {
    let again = PrivateKey::from_pkcs8(RSA.pkcs8().expect("bytes").as_ref()).expect("the key");
    assert_eq!(again.public_jwk(), RSA.public_jwk());
    assert_eq!(PrivateKey::from_pkcs8(b"no key").err(), Some(KeyProblem::NotAKey));
}

#[test]
fn the_public_half_is_a_jwk_and_debug_tells_only_its_id() {
    let jwk = RSA.public_jwk();
    let members: Vec<_> = jwk.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["kty", "use", "alg", "kid", "n", "e"]);
    assert_eq!((&jwk["e"], &jwk["kid"]), (&json!("AQAB"), &json!(RSA.kid())));
    let modulus = base64url::decode(jwk["n"].as_str().expect("a text")).expect("bytes");
    assert!(modulus.len() == 256 && modulus[0] >= 0x80, "2,048 bits without leading zeros");
    assert_eq!(format!("{:?}", *RSA), format!("PrivateKey({:?})", RSA.kid()));
    assert_eq!(key_set(&[jwk]).usable(), 1);
}

/// The example of RFC 7638 §3.1 has this modulus and this thumbprint.
#[test]
fn the_id_is_the_thumbprint_of_the_rfc() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj\
             hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ\
             vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK\
             nqDKgw";
    assert_eq!(thumbprint(n, "AQAB"), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn an_assertion_is_signed_and_valid_for_a_minute() {
    let assertion = Assertion {
        issuer: "client",
        subject: "subject",
        audience: "https://idp.example.com/token",
        now: NOW,
        id: "one",
    };
    let token = client_assertion(&RSA, &assertion).expect("an assertion");
    let parsed = crate::compact_token::CompactToken::parse(&token, &["jwt"]).expect("a token");
    let keys = key_set(&[RSA.public_jwk()]);
    let claims: Value = parsed.verify(&keys, &[Algorithm::Rs256]).expect("claims");
    let expected = json!({
        "iss": "client", "sub": "subject", "aud": "https://idp.example.com/token", "jti": "one",
        "iat": SECONDS, "nbf": SECONDS, "exp": SECONDS + 60,
    });
    assert_eq!(claims, expected);
    assert_eq!(parsed.key_id.as_deref(), Some(RSA.kid()));
}
