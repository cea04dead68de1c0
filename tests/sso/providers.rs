//! ID tokens, logout tokens and user information of a provider that misbehaves.

use super::exchange::Exchanges;
use crate::support::START;
use crate::support::identity_provider::{CLIENT_ID, Endpoint, Reply};
use oidc::TokenProblem;
use rollcall::directory::sso::provider_problem::{OAuthError, ProviderProblem};
use rollcall::directory::sso::refusal::Refusal;
use rollcall::model::sso::MatchRule;
use serde_json::{Value, json};

/// The problem of a sign-in whose ID token has these claims and this header.
async fn refused(claims: Value, header: Value) -> TokenProblem {
    let exchanges = Exchanges::start().await;
    exchanges.provider.behave(|behaviour| behaviour.header = header);
    match exchanges.redeem(claims).await {
        Err(problem @ ProviderProblem::TokenRefused(of_token)) => {
            assert_eq!(problem.reason(), Refusal::Failed);
            of_token
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_becomes_the_claims_of_a_person() {
    let exchanges = Exchanges::start().await;
    for algorithm in ["RS256", "PS256", "ES256"] {
        exchanges.provider.behave(|behaviour| behaviour.header = json!({"alg": algorithm}));
        let claims = json!({"sub": "00u7", "email": "b@example.com", "sid": "s1"});
        let found = exchanges.redeem(claims).await.expect(algorithm);
        assert_eq!((&*found.sub, found.sid.as_deref()), ("00u7", Some("s1")));
        assert_eq!(found.email.as_deref(), Some("b@example.com"));
        assert_eq!(found.issued_at, START);
    }
    let counts = exchanges.provider.counts();
    assert_eq!((counts.discovery, counts.keys, counts.token, counts.user_info), (1, 1, 3, 0));
}

/// Mistake 3: the nonce is unchecked.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_of_another_sign_in_is_refused() {
    for nonce in [json!("another"), Value::Null] {
        assert_eq!(refused(json!({"nonce": nonce}), json!({})).await, TokenProblem::Nonce);
    }
}

/// Mistake 4: PKCE is missing. A provider that rejects a wrong verifier proves that ours is sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_verifier_reaches_the_provider() {
    let exchanges = Exchanges::start().await;
    let wrong = exchanges.redeem_with(json!({}), |exchange| exchange.verifier = "another").await;
    assert_eq!(wrong, Err(ProviderProblem::CodeRefused(OAuthError::InvalidGrant)));
    exchanges.redeem(json!({})).await.expect("a provider that checks the verifier");
    exchanges.provider.behave(|behaviour| behaviour.ignores_verifier = true);
    exchanges.redeem(json!({})).await.expect("a provider that ignores the verifier");
}

/// Mistake 5: no signature, a shared secret as key, unknown algorithms.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_without_a_public_key_signature_is_refused() {
    for alg in ["none", "HS256", "RS512", "EdDSA"] {
        let problem = refused(json!({}), json!({"alg": alg})).await;
        assert_eq!(problem, TokenProblem::Algorithm, "{alg}");
    }
}

/// Mistake 5: an algorithm that the provider does not announce.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_of_an_unannounced_algorithm_is_refused() {
    let exchanges = Exchanges::start().await;
    exchanges.provider.behave(|behaviour| {
        behaviour.discovery = json!({"id_token_signing_alg_values_supported": ["RS256"]});
        behaviour.header = json!({"alg": "ES256"});
    });
    let problem = Err(ProviderProblem::TokenRefused(TokenProblem::Algorithm));
    assert_eq!(exchanges.redeem(json!({})).await, problem);
}

/// Mistake 6: the header chooses an unfit key.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_of_an_unfit_key_is_refused() {
    for header in [json!({"kid": "ec-0"}), json!({"alg": "ES256", "kid": "rsa-0"})] {
        assert_eq!(refused(json!({}), header).await, TokenProblem::Key);
    }
    let problem =
        refused(json!({}), json!({"kid": "foreign", "jku": "https://evil.example"})).await;
    assert_eq!(problem, TokenProblem::UnknownKey);
    let problem = refused(json!({}), json!({"crit": ["exp"]})).await;
    assert_eq!(problem, TokenProblem::Critical);
}

/// Mistake 7: `iss` is unchecked.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_of_another_issuer_is_refused() {
    for iss in ["https://accounts.google.com", "http://127.0.0.1", ""] {
        assert_eq!(refused(json!({"iss": iss}), json!({})).await, TokenProblem::Issuer, "{iss}");
    }
}

/// Mistake 8: `aud` is unchecked, or the token was issued to another client.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_for_another_client_is_refused() {
    for aud in [json!("other"), json!(["a", "b"])] {
        assert_eq!(refused(json!({"aud": aud}), json!({})).await, TokenProblem::Audience);
    }
    let claims = json!({"aud": [CLIENT_ID, "other"], "azp": "other"});
    assert_eq!(refused(claims, json!({})).await, TokenProblem::AuthorizedParty);
    let problem = refused(json!({}), json!({"typ": "at+jwt"})).await;
    assert_eq!(problem, TokenProblem::Type, "an access token");
}

/// Mistake 9: times are unchecked.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_outside_its_time_is_refused() {
    let now = START.unix_timestamp();
    for (claims, problem) in [
        (json!({"exp": null}), TokenProblem::Malformed),
        (json!({"exp": (now + 300).to_string()}), TokenProblem::Malformed),
        (json!({"exp": now - 61}), TokenProblem::Expired),
        (json!({"iat": now + 61}), TokenProblem::NotYetValid),
        (json!({"iat": now - 601}), TokenProblem::TooOld),
    ] {
        assert_eq!(refused(claims.clone(), json!({})).await, problem, "{claims}");
    }
    let exchanges = Exchanges::start().await;
    let skewed = json!({"exp": now - 59, "iat": now + 59, "nbf": now + 59});
    exchanges.redeem(skewed).await.expect("a clock that is 59 seconds off");
}

/// Mistake 10: the response of another provider, or none although the provider announces it (RFC 9207).
#[tokio::test(flavor = "multi_thread")]
async fn a_response_of_another_issuer_is_refused_before_its_code_is_sent() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    let code = exchanges.log_in(json!({})).code;
    let other = format!("{issuer}/");
    for iss in [Some(&*other), Some(""), None] {
        let found = exchanges.redeem_of(iss, &code).await;
        assert_eq!(found, Err(ProviderProblem::ResponseOfAnother), "{iss:?}");
    }
    assert_eq!(exchanges.provider.counts().token, 0);
    exchanges.redeem_of(Some(&issuer), &code).await.expect("the issuer");
    let unannounced = json!({"authorization_response_iss_parameter_supported": null});
    exchanges.provider.behave(|behaviour| behaviour.discovery = unannounced);
    exchanges.providers.check(&issuer).await.expect("a good provider");
    let code = exchanges.log_in(json!({})).code;
    let found = exchanges.redeem_of(None, &code).await;
    found.expect("a provider that does not announce it");
}

/// Mistake 10: the redirect URI of another tenant.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_redirect_uri_is_refused() {
    let exchanges = Exchanges::start().await;
    let other = "https://rollcall.example/tenants/other/sso/callback";
    let found = exchanges.redeem_with(json!({}), |exchange| exchange.redirect_uri = other).await;
    assert_eq!(found, Err(ProviderProblem::CodeRefused(OAuthError::InvalidGrant)));
}

/// Mistake 11: a code is used twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_spent_code_is_refused() {
    let exchanges = Exchanges::start().await;
    let code = exchanges.log_in(json!({})).code;
    let credential = super::client_proof::secret();
    exchanges.redeem_code(&code, &credential, |_| ()).await.expect("the first use");
    let again = exchanges.redeem_code(&code, &credential, |_| ()).await;
    assert_eq!(again, Err(ProviderProblem::CodeRefused(OAuthError::InvalidGrant)));
}

/// Mistake 15: user information of another account.
#[tokio::test(flavor = "multi_thread")]
async fn user_information_completes_the_account_of_the_token_only() {
    let exchanges = Exchanges::start().await;
    let by_email = || {
        exchanges
            .redeem_with(json!({"sub": "00u7"}), |exchange| exchange.wanted = MatchRule::EmailEmail)
    };
    // A claim that is missing everywhere fails nothing here: a linked account does not need it.
    assert_eq!(by_email().await.expect("claims").email, None);
    let info = json!({"email": "b@example.com", "email_verified": "true"});
    exchanges.provider.behave(|behaviour| behaviour.user_info = info.clone());
    let found = by_email().await.expect("an email");
    assert_eq!((found.email.as_deref(), found.email_verified), (Some("b@example.com"), true));
    for sub in [json!("00u8"), json!("00U7"), json!("")] {
        let info = crate::support::identity_provider::merged(info.clone(), json!({"sub": sub}));
        exchanges.provider.behave(|behaviour| behaviour.user_info = info);
        assert_eq!(by_email().await, Err(ProviderProblem::UserInfoOfAnother), "{sub}");
    }
    let counts = exchanges.provider.counts();
    assert_eq!(counts.user_info, 5, "one call for each sign-in");
}

/// Mistake 25: an ID token counts as a logout token.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_tells_whose_sessions_end() {
    let exchanges = Exchanges::start().await;
    let issuer = exchanges.provider.issuer();
    let read = |token: String| {
        let (providers, issuer) = (exchanges.providers.clone(), issuer.clone());
        async move { providers.logout_claims(&issuer, CLIENT_ID, &token).await }
    };
    let token = exchanges.provider.logout_token(json!({"sub": "00u1", "sid": "s1"}));
    let found = read(token).await.expect("claims");
    assert_eq!((found.sub.as_deref(), found.sid.as_deref()), (Some("00u1"), Some("s1")));
    for bad in [
        exchanges.provider.logout_token(json!({"sub": "00u1", "nonce": "n"})),
        exchanges.provider.logout_token(json!({"sub": "00u1", "events": {}})),
        exchanges.provider.logout_token(json!({"sub": "00u1", "aud": "other"})),
        exchanges.provider.id_token("n", json!({})),
        "a.b.c".to_owned(),
    ] {
        let problem = read(bad).await.expect_err("no logout token");
        assert!(matches!(problem, ProviderProblem::TokenRefused(_)), "{problem:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_response_without_an_id_token_is_malformed() {
    let exchanges = Exchanges::start().await;
    exchanges.provider.behave(|behaviour| behaviour.token_response = json!({"id_token": null}));
    let problem = exchanges.redeem(json!({})).await.expect_err("no token");
    assert!(matches!(problem, ProviderProblem::Malformed { .. }), "{problem:?}");
    exchanges.provider.reply(Endpoint::Token, Reply::Json(200, json!([])));
    assert!(exchanges.redeem(json!({})).await.is_err());
}
