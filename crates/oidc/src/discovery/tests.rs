use super::*;
use serde_json::{Value, json};

const ISSUER: &str = "https://idp.example.com";

fn document(other: Value) -> Vec<u8> {
    let usual = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://idp.example.com/authorize",
        "token_endpoint": "https://idp.example.com/token",
        "jwks_uri": "https://idp.example.com/keys",
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "ES256", "none"],
    });
    crate::test_tokens::merged(usual, other).to_string().into_bytes()
}

fn parse(other: Value) -> Result<Discovery, DiscoveryProblem> {
    Discovery::parse(&document(other), ISSUER)
}

#[test]
fn a_document_tells_its_endpoints_and_abilities() {
    let few = parse(json!({})).expect("a document");
    assert_eq!(few.id_token_signing_algs, [Algorithm::Rs256, Algorithm::Es256]);
    assert_eq!(few.token_auth_methods, ["client_secret_basic"]);
    assert_eq!((few.userinfo_endpoint, few.end_session_endpoint), (None, None));
    assert!(!few.supports_pkce_s256 && !few.iss_parameter && !few.back_channel_logout);
    let all = parse(json!({
        "userinfo_endpoint": "https://idp.example.com/me",
        "end_session_endpoint": "https://idp.example.com/end",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "unknown": {"a": 1},
    }));
    let all = all.expect("a document");
    assert_eq!(all.userinfo_endpoint.as_deref(), Some("https://idp.example.com/me"));
    assert_eq!(all.end_session_endpoint.as_deref(), Some("https://idp.example.com/end"));
    assert_eq!(all.token_auth_methods, ["client_secret_post", "private_key_jwt"]);
    assert!(all.supports_pkce_s256 && all.iss_parameter && all.back_channel_logout);
}

/// Mistake 7: the issuer is compared by prefix, slash or case.
#[test]
fn a_document_of_another_issuer_is_refused() {
    for other in [
        "https://idp.example.com/",
        "https://IDP.example.com",
        "https://idp.example.com.evil.example",
        "http://idp.example.com",
    ] {
        let problem = DiscoveryProblem::Mismatch { found: other.to_owned() };
        assert_eq!(parse(json!({"issuer": other})), Err(problem));
    }
    let long = "h".repeat(300);
    let problem = DiscoveryProblem::Mismatch { found: "h".repeat(255) };
    assert_eq!(parse(json!({"issuer": long})), Err(problem));
}

/// Mistake 7: Entra ID's issuer for every directory.
#[test]
fn an_issuer_of_every_directory_is_refused() {
    for issuer in [
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/common",
        "https://login.microsoftonline.com/Organizations/v2.0/",
        "https://login.microsoftonline.us/consumers/v2.0",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://login.microsoftonline.com/{tenantid}/v2.0",
    ] {
        assert!(is_multi_tenant(issuer), "{issuer}");
        let parsed = Discovery::parse(&document(json!({ "issuer": issuer })), issuer);
        assert_eq!(parsed, Err(DiscoveryProblem::MultiTenant));
        assert_eq!(parse(json!({ "issuer": issuer })), Err(DiscoveryProblem::MultiTenant));
    }
    for issuer in [
        "https://login.microsoftonline.com/6babcaad-604b-40ac-a9d7-9fd97c0b779f/v2.0",
        "https://common.example.com",
        "https://keycloak.example.com/realms/common",
        "https://idp.example.com/common/oauth2",
        ISSUER,
        "",
    ] {
        assert!(!is_multi_tenant(issuer), "{issuer}");
    }
}

#[test]
fn a_document_without_a_needed_member_is_malformed() {
    for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for value in [Value::Null, json!("")] {
            let problem = Err(DiscoveryProblem::Malformed(name));
            assert_eq!(parse(json!({ name: value })), problem);
        }
    }
    for bad in [&b""[..], b"<html>", b"[]", b"null", br#"{"issuer": 7}"#, b"\x1f\x8b\x08"] {
        let problem = Err(DiscoveryProblem::Malformed("document"));
        assert_eq!(Discovery::parse(bad, ISSUER), problem);
    }
    for algorithms in [json!([]), json!(["HS256", "none"]), json!(["EdDSA"])] {
        let parsed = parse(json!({"id_token_signing_alg_values_supported": algorithms}));
        assert_eq!(parsed, Err(DiscoveryProblem::NoAlgorithm));
    }
    let parsed = parse(json!({"id_token_signing_alg_values_supported": null}));
    assert_eq!(parsed.expect("a document").id_token_signing_algs, [Algorithm::Rs256]);
}
