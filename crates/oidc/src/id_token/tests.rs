use super::*;
use crate::test_tokens::{
    ALL, ISSUER, NOW, RSA, SECONDS, ec_jwk, key_set, keys, merged, rsa_jwk, signature, signed,
    unsigned,
};
use serde_json::{Value, json};

fn expected<'a>() -> Expected<'a> {
    Expected {
        issuer: ISSUER,
        client_id: "client-1",
        nonce: "n1",
        algorithms: ALL,
        now: NOW,
        access_token: Some("the access token"),
    }
}

fn claims(other: Value) -> Value {
    let usual = json!({
        "iss": ISSUER, "aud": "client-1", "sub": "00u1", "nonce": "n1",
        "iat": SECONDS - 5, "exp": SECONDS + 300,
    });
    merged(usual, other)
}

fn header(other: Value) -> Value {
    merged(json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"}), other)
}

fn verify(token: &str) -> Result<IdClaims, TokenProblem> {
    verify_id_token(token, &keys(), &expected())
}

/// The result for a token with these claims in place of the usual ones.
fn with(other: Value) -> Result<IdClaims, TokenProblem> {
    verify(&signed(&header(json!({})), &claims(other)))
}

/// The result for a token with this header.
fn with_header(other: Value) -> Result<IdClaims, TokenProblem> {
    verify(&signed(&header(other), &claims(json!({}))))
}

#[test]
fn a_valid_token_of_each_algorithm_passes_and_tells_its_claims() {
    for (algorithm, key) in [("RS256", "rsa"), ("PS256", "rsa"), ("ES256", "ec")] {
        let found = with_header(json!({"alg": algorithm, "kid": key})).expect(algorithm);
        assert_eq!((&*found.sub, found.issued_at.unix_timestamp()), ("00u1", SECONDS - 5));
    }
    let all = json!({
        "oid": "o", "tid": "t", "hd": "example.com", "email": "b@example.com", "email_verified": true,
        "preferred_username": "bjensen", "name": "Barbara Jensen", "sid": "s", "roles": ["x"],
    });
    let found = with(all).expect("claims");
    let texts = [&found.oid, &found.tid, &found.hd, &found.email, &found.preferred_username];
    let texts = texts.map(|text| text.as_deref().unwrap_or_default());
    assert_eq!(texts, ["o", "t", "example.com", "b@example.com", "bjensen"]);
    assert_eq!((found.name.as_deref(), found.sid.as_deref()), (Some("Barbara Jensen"), Some("s")));
    assert!(found.email_verified);
    assert_eq!(format!("{found:?}"), "IdClaims");
}

/// Mistake 3: the nonce is unchecked, so an ID token can be replayed.
#[test]
fn a_token_of_another_sign_in_is_refused() {
    for nonce in [json!("n2"), json!(""), Value::Null, json!("n"), json!("n11")] {
        assert_eq!(with(json!({"nonce": nonce})), Err(TokenProblem::Nonce));
    }
    let token = signed(&header(json!({})), &claims(json!({"nonce": ""})));
    let none = Expected { nonce: "", ..expected() };
    assert_eq!(verify_id_token(&token, &keys(), &none), Err(TokenProblem::Nonce));
}

/// Mistake 5: `alg: none`, HS256 with the public key or the client secret, unknown algorithms.
#[test]
fn tokens_without_a_public_key_signature_are_refused() {
    let all = claims(json!({}));
    for alg in ["none", "None", "NONE", "HS256", "HS512", "RS512", "ES384", "EdDSA", "rs256", ""] {
        let text = unsigned(&header(json!({"alg": alg})), &all);
        for signature in ["", "AAAA"] {
            assert_eq!(
                verify(&format!("{text}.{signature}")),
                Err(TokenProblem::Algorithm),
                "{alg}"
            );
        }
    }
    let jwk = rsa_jwk(json!({}));
    let text = unsigned(&header(json!({"alg": "HS256"})), &all);
    for secret in [jwk["n"].as_str().unwrap(), "the client secret"] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        let code = base64url::encode(aws_lc_rs::hmac::sign(&key, text.as_bytes()));
        assert_eq!(verify(&format!("{text}.{code}")), Err(TokenProblem::Algorithm));
    }
}

/// Mistake 5: an algorithm that the provider does not announce.
#[test]
fn an_algorithm_that_the_provider_does_not_announce_is_refused() {
    let token = signed(&header(json!({"alg": "PS256"})), &claims(json!({})));
    let only = Expected { algorithms: &[Algorithm::Rs256], ..expected() };
    assert_eq!(verify_id_token(&token, &keys(), &only), Err(TokenProblem::Algorithm));
}

/// Mistake 6: the header brings the key, or names one that is not for signatures.
#[test]
fn a_token_cannot_bring_or_choose_an_unfit_key() {
    let all = claims(json!({}));
    // A foreign key in the header, with a signature of it.
    let foreign = crate::PrivateKey::generate().expect("a key");
    for name in ["jwk", "jku", "x5u"] {
        let value =
            if name == "jwk" { foreign.public_jwk() } else { json!("https://evil.example/k") };
        let text = unsigned(&header(json!({ name: value })), &all);
        let code = base64url::encode(foreign.sign(text.as_bytes()).expect("a signature"));
        assert_eq!(verify(&format!("{text}.{code}")), Err(TokenProblem::Signature), "{name}");
        let text = unsigned(&header(json!({ name: value, "kid": foreign.kid() })), &all);
        let code = base64url::encode(foreign.sign(text.as_bytes()).expect("a signature"));
        assert_eq!(verify(&format!("{text}.{code}")), Err(TokenProblem::UnknownKey), "{name}");
    }
    let token = signed(&header(json!({})), &all);
    for unfit in [
        json!({"use": "enc"}),
        json!({"key_ops": ["encrypt"]}),
        json!({"alg": "PS256"}),
        json!({"alg": "RSA-OAEP"}),
        json!({"kty": "oct"}),
        json!({"e": "AQABAQAB"}),
        json!({"n": "AQAB"}),
    ] {
        let keys = key_set(&[rsa_jwk(unfit.clone()), ec_jwk(json!({}))]);
        let found = verify_id_token(&token, &keys, &expected());
        assert_eq!(found, Err(TokenProblem::Key), "{unfit}");
    }
    // The key of the id is of another kind.
    assert_eq!(with_header(json!({"kid": "ec"})), Err(TokenProblem::Key));
    assert_eq!(with_header(json!({"alg": "ES256"})), Err(TokenProblem::Key));
    let token = signed(&header(json!({"alg": "ES256", "kid": "ec"})), &all);
    for crv in ["P-384", "secp256k1"] {
        let keys = key_set(&[ec_jwk(json!({"crv": crv}))]);
        assert_eq!(verify_id_token(&token, &keys, &expected()), Err(TokenProblem::Key), "{crv}");
    }
}

/// Mistake 6: a weak key. Another program made the key and the signature.
#[test]
fn an_rsa_key_of_1024_bits_checks_nothing() {
    let n = "uMVXJd99JrDkHMLIN8FDGKkPAbnVMlsCBotG5YytuZvg-nUZ02zBfwFQV5OVBHvbeSKCCtztNikWg1zfdrQtU1fRCEOVcQgreOLlA6IJ6o6\
             HkI2sTW9aC04W_cWkHSgr6IupY3I4qqEBDvqaXcssDLJABOkph-ouRqyn8pqYrAM";
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IndlYWsifQ.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsImF1ZCI6InJvbGxjYWxs\
                 Iiwic3ViIjoiMDB1MSIsIm5vbmNlIjoibjEiLCJpYXQiOjE3OTYwNDAwMDAsImV4cCI6MTc5NjA0MDMwMH0.PeQU4rh4D18jpUtRAbPlDa\
                 aFchnEZtOY0xygl6tDIBjZdz-Eh-rRiJ1CaALQBSPALpNKdBYvyYjzLYjtJfSUS4eBS1ucIlZCTNpgfgN__iN7_y7TS9g4tK-QbEBJPUF0\
                 74UrJ1kpl4atTefNdZG3F8ytJ_HFEFtNVIKOil7BuA0";
    let weak = json!({"kty": "RSA", "kid": "weak", "n": n, "e": "AQAB"});
    let keys = key_set(&[weak, rsa_jwk(json!({}))]);
    assert_eq!(keys.usable(), 1);
    assert_eq!(verify_id_token(token, &keys, &expected()), Err(TokenProblem::Key));
}

#[test]
fn a_token_without_a_key_id_needs_exactly_one_fitting_key() {
    let token = signed(&header(json!({"kid": null})), &claims(json!({})));
    let verify = |keys: &[Value]| verify_id_token(&token, &key_set(keys), &expected());
    assert!(
        verify(&[rsa_jwk(json!({})), ec_jwk(json!({})), rsa_jwk(json!({"use": "enc"}))]).is_ok()
    );
    assert_eq!(verify(&[ec_jwk(json!({}))]), Err(TokenProblem::UnknownKey));
    let two = [rsa_jwk(json!({})), rsa_jwk(json!({"kid": "other"}))];
    assert_eq!(verify(&two), Err(TokenProblem::Key));
    // A key without an id is no key of the id that the header names.
    let token = signed(&header(json!({})), &claims(json!({})));
    let nameless = key_set(&[rsa_jwk(json!({"kid": null}))]);
    assert_eq!(verify_id_token(&token, &nameless, &expected()), Err(TokenProblem::UnknownKey));
}

/// Mistake 7: `iss` is unchecked, or compared by prefix, slash or case.
#[test]
fn a_token_of_another_issuer_is_refused() {
    for issuer in [
        "https://idp.example.com/",
        "https://IDP.example.com",
        "https://idp.example.com.evil.example",
        "https://idp.example.co",
        "http://idp.example.com",
        "",
    ] {
        assert_eq!(with(json!({"iss": issuer})), Err(TokenProblem::Issuer), "{issuer}");
    }
    assert_eq!(with(json!({"iss": null})), Err(TokenProblem::Malformed));
    assert_eq!(with(json!({"iss": [ISSUER]})), Err(TokenProblem::Malformed));
}

/// Mistake 8: `aud` is unchecked.
#[test]
fn a_token_for_another_client_is_refused() {
    for aud in [json!("other"), json!(["a", "b"]), json!([]), json!("client-12"), json!("CLIENT-1")]
    {
        assert_eq!(with(json!({"aud": aud})), Err(TokenProblem::Audience), "{aud}");
    }
    for aud in [Value::Null, json!(7), json!({"client-1": true})] {
        assert_eq!(with(json!({"aud": aud})), Err(TokenProblem::Malformed), "{aud}");
    }
    let party = Err(TokenProblem::AuthorizedParty);
    assert_eq!(with(json!({"aud": ["client-1", "other"]})), party);
    assert_eq!(with(json!({"aud": ["client-1", "other"], "azp": "other"})), party);
    assert_eq!(with(json!({"azp": "other"})), party);
    for good in [
        json!({"aud": ["client-1"]}),
        json!({"aud": ["other", "client-1"], "azp": "client-1"}),
        json!({"azp": "client-1"}),
    ] {
        assert!(with(good.clone()).is_ok(), "{good}");
    }
}

/// Mistake 9: times are unchecked, or a wrong type counts as absent (CVE-2026-25537).
#[test]
fn times_must_be_numbers_within_their_limits() {
    let malformed = |name: &str| {
        for value in [Value::Null, json!("1796040300"), json!(true), json!([SECONDS])] {
            let found = with(json!({ name: value })).err();
            assert_eq!(found, Some(TokenProblem::Malformed), "{name}: {value}");
        }
    };
    malformed("exp");
    malformed("iat");
    assert_eq!(with(json!({"nbf": "0"})), Err(TokenProblem::Malformed));
    assert_eq!(with(json!({"exp": 1e300})), Err(TokenProblem::Malformed));
    let is_ok = |value: Value| with(value).map(|_| ());
    assert_eq!(is_ok(json!({"exp": SECONDS - 61})), Err(TokenProblem::Expired));
    assert_eq!(is_ok(json!({"exp": SECONDS - 60})), Err(TokenProblem::Expired));
    assert_eq!(is_ok(json!({"exp": SECONDS - 59})), Ok(()));
    assert_eq!(is_ok(json!({"exp": 1_796_039_941.5})), Ok(()));
    for name in ["iat", "nbf"] {
        assert_eq!(is_ok(json!({ name: SECONDS + 61 })), Err(TokenProblem::NotYetValid), "{name}");
        assert_eq!(is_ok(json!({ name: SECONDS + 59 })), Ok(()), "{name}");
        assert_eq!(is_ok(json!({ name: 1_796_040_059.5 })), Ok(()), "{name}");
    }
    assert_eq!(is_ok(json!({"iat": SECONDS - 601})), Err(TokenProblem::TooOld));
    assert_eq!(is_ok(json!({"iat": SECONDS - 599})), Ok(()));
    assert_eq!(is_ok(json!({"iat": -1})), Err(TokenProblem::TooOld));
}

#[test]
fn a_subject_has_1_to_255_ascii_characters() {
    for sub in [String::new(), "a".repeat(256), "ä".to_owned(), "a\nb".to_owned()] {
        assert_eq!(with(json!({"sub": sub})), Err(TokenProblem::Subject), "{sub}");
    }
    for sub in [Value::Null, json!(17)] {
        assert_eq!(with(json!({"sub": sub})), Err(TokenProblem::Malformed), "{sub}");
    }
    assert!(with(json!({"sub": "a".repeat(255)})).is_ok());
}

#[test]
fn an_access_token_of_another_id_token_is_refused() {
    assert!(with(json!({"at_hash": left_half("the access token")})).is_ok());
    let other = left_half("another");
    assert_eq!(with(json!({"at_hash": other})), Err(TokenProblem::AccessToken));
    let token = signed(&header(json!({})), &claims(json!({"at_hash": other})));
    let none = Expected { access_token: None, ..expected() };
    assert_eq!(verify_id_token(&token, &keys(), &none), Err(TokenProblem::AccessToken));
}

/// Mistake 12: an unverified email counts as verified.
#[test]
fn an_email_is_verified_by_true_only() {
    let is_verified = |value| with(json!({"email": "b@example.com", "email_verified": value}));
    for (value, verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("false"), false),
        (json!("TRUE"), false),
        (json!(1), false),
        (json!(false), false),
        (Value::Null, false),
    ] {
        assert_eq!(is_verified(value.clone()).expect("claims").email_verified, verified, "{value}");
    }
}

#[test]
fn a_malformed_token_is_refused_and_no_input_panics() {
    let token = signed(&header(json!({})), &claims(json!({})));
    let (text, code) = token.rsplit_once('.').expect("a signature");
    for bad in [
        "",
        ".",
        "..",
        "a",
        "a.b",
        "a.b.c",
        "....",
        text,
        &format!("{token}.{code}"),
        &format!("{token}="),
        &format!(" {token}"),
        &token.replace('.', ","),
    ] {
        assert_eq!(verify(bad), Err(TokenProblem::Malformed), "{bad}");
    }
    assert_eq!(verify(&"a".repeat(16_385)), Err(TokenProblem::TooLong));
    let swapped = format!("{text}.{}", base64url::encode(signature("RS256", "another text")));
    assert_eq!(verify(&swapped), Err(TokenProblem::Signature));
    assert_eq!(verify(&format!("{text}.")), Err(TokenProblem::Signature));
    assert_eq!(with_header(json!({"typ": "at+jwt"})), Err(TokenProblem::Type));
    assert_eq!(with_header(json!({"typ": "logout+jwt"})), Err(TokenProblem::Type));
    assert_eq!(with_header(json!({"crit": ["exp"]})), Err(TokenProblem::Critical));
    for typ in [json!("jwt"), json!("JwT"), Value::Null] {
        assert!(with_header(json!({"typ": typ})).is_ok());
    }
    // A name twice, in the header and in the claims.
    for (head, body) in [
        (r#"{"alg":"RS256","alg":"none","kid":"rsa"}"#, claims(json!({})).to_string()),
        (
            r#"{"alg":"RS256","kid":"rsa"}"#,
            claims(json!({})).to_string().replacen('{', r#"{"sub":"x","#, 1),
        ),
    ] {
        let text = format!("{}.{}", base64url::encode(head), base64url::encode(body));
        let code = base64url::encode(RSA.sign(text.as_bytes()).expect("a signature"));
        assert_eq!(verify(&format!("{text}.{code}")), Err(TokenProblem::Malformed));
    }
}

#[test]
fn user_info_completes_a_token_and_replaces_nothing_of_it() {
    let info = br#"{"sub": "00u1", "email": "new@example.com", "email_verified": "true", "name": 7,
        "preferred_username": "bj", "oid": "other", "tid": "other", "hd": "other"}"#;
    let info = UserInfo::parse(info).expect("claims");
    let mut few = with(json!({})).expect("claims");
    few.complete(info.clone());
    assert_eq!((few.email.as_deref(), few.email_verified), (Some("new@example.com"), true));
    assert_eq!((few.preferred_username.as_deref(), few.name.as_deref()), (Some("bj"), None));
    assert_eq!((&few.oid, &few.tid, &few.hd), (&None, &None, &None));
    let mut full =
        with(json!({"email": "old@example.com", "preferred_username": "a"})).expect("it");
    full.complete(info);
    assert_eq!((full.email.as_deref(), full.email_verified), (Some("old@example.com"), false));
    assert_eq!(full.preferred_username.as_deref(), Some("a"));
    for bad in [&b""[..], b"{}", b"[]", br#"{"sub": 1}"#, b"<html>"] {
        assert!(UserInfo::parse(bad).is_none());
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}", head in ".{0,40}", body in ".{0,80}") {
        proptest::prop_assert!(verify(&text).is_err());
        let encoded = format!("{}.{}.AAAA", base64url::encode(head), base64url::encode(body));
        proptest::prop_assert!(verify(&encoded).is_err());
    }
}
