use super::*;
use crate::test_tokens::{ALL, ISSUER, NOW, SECONDS, keys, merged, signed};
use serde_json::json;

fn verify(header: Value, claims: Value) -> Result<LogoutClaims, TokenProblem> {
    let usual = json!({
        "iss": ISSUER, "aud": "client-1", "iat": SECONDS - 5, "exp": SECONDS + 120, "jti": "j1", "sub": "00u1",
        "sid": "s1", "events": {EVENT: {}},
    });
    let header = merged(json!({"alg": "RS256", "kid": "rsa", "typ": "logout+jwt"}), header);
    let token = signed(&header, &merged(usual, claims));
    let expected =
        ExpectedLogout { issuer: ISSUER, client_id: "client-1", algorithms: ALL, now: NOW };
    verify_logout_token(&token, &keys(), &expected)
}

fn with(claims: Value) -> Result<LogoutClaims, TokenProblem> {
    verify(json!({}), claims)
}

#[test]
fn a_logout_token_names_a_subject_or_a_session_or_both() {
    let found = with(json!({"oid": "o"})).expect("claims");
    assert_eq!((found.sub.as_deref(), found.sid.as_deref()), (Some("00u1"), Some("s1")));
    assert_eq!(found.oid.as_deref(), Some("o"));
    assert_eq!(found.issued_at.unix_timestamp(), SECONDS - 5);
    assert_eq!(format!("{found:?}"), "LogoutClaims");
    assert_eq!(with(json!({"sid": null})).expect("claims").sid, None);
    assert_eq!(with(json!({"sub": null})).expect("claims").sub, None);
    for bad in [
        json!({"sub": null, "sid": null}),
        json!({"sub": ""}),
        json!({"sub": "ä"}),
        json!({"sid": "s".repeat(256)}),
    ] {
        assert_eq!(with(bad.clone()), Err(TokenProblem::Subject), "{bad}");
    }
}

/// Mistake 25: an ID token counts as a logout token.
#[test]
fn a_token_with_a_nonce_or_without_the_event_is_no_logout_token() {
    for bad in [
        json!({"nonce": "n1"}),
        json!({"nonce": 7}),
        json!({"events": {}}),
        json!({"events": {EVENT: true}}),
        json!({"events": {"http://schemas.openid.net/event/other": {}}}),
    ] {
        assert_eq!(with(bad.clone()), Err(TokenProblem::NotALogoutToken), "{bad}");
    }
    for bad in [json!({"events": null}), json!({"events": EVENT}), json!({"jti": null})] {
        assert_eq!(with(bad.clone()), Err(TokenProblem::Malformed), "{bad}");
    }
}

/// Mistake 25: wrong type, other client, other issuer, old token.
#[test]
fn a_logout_token_of_another_kind_client_issuer_or_time_is_refused() {
    for typ in ["at+jwt", "secevent+jwt", "dpop+jwt"] {
        assert_eq!(verify(json!({"typ": typ}), json!({})), Err(TokenProblem::Type), "{typ}");
    }
    for typ in [json!("JWT"), json!("LOGOUT+JWT"), Value::Null] {
        assert!(verify(json!({"typ": typ}), json!({})).is_ok());
    }
    for (bad, problem) in [
        (json!({"aud": "other"}), TokenProblem::Audience),
        (json!({"aud": ["client-1", "other"]}), TokenProblem::AuthorizedParty),
        (json!({"iss": "https://idp.example.com/"}), TokenProblem::Issuer),
        (json!({"iat": SECONDS - 601}), TokenProblem::TooOld),
        (json!({"iat": SECONDS + 61}), TokenProblem::NotYetValid),
        (json!({"exp": SECONDS - 61}), TokenProblem::Expired),
        (json!({"exp": "1796040300"}), TokenProblem::Malformed),
        (json!({"iat": null}), TokenProblem::Malformed),
    ] {
        assert_eq!(with(bad.clone()), Err(problem), "{bad}");
    }
    assert!(with(json!({"exp": null})).is_ok(), "drafts of the specification had no exp");
}
